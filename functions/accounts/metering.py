"""The hourly report of what was used, to a service that bills by it."""

from collections.abc import Mapping
from typing import Any

from leadcloud import step
from leadcloud.events import Event, log
from leadcloud.metering.export import export
from leadcloud.wiring import Services, services


def lambda_handler(_event: Mapping[str, Any], _context: object) -> None:
    """Report the hours that are over; what fails is tried again an hour later."""
    step.carry_out("report", lambda: report(services()))


def report(services: Services) -> None:
    """Report once, if there is anybody to report to.

    Raises:
        SinkUnavailable: It did not take everything. The function fails, so that somebody looks.
    """
    sink = services.metering_sink(services.settings.metering)
    if sink is None:
        return
    done = export(services.store, sink, services.clock)
    log(Event.USAGE_REPORTED, told=done.told, refused=done.refused)
