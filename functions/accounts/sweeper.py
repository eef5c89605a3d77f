"""The sweeper, called every minute: gives back what requests that have died had reserved."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from leadcloud import step
from leadcloud.accounts.suspense import suspicions
from leadcloud.accounts.sweep import sweep
from leadcloud.events import Event, log
from leadcloud.wiring import Services, services


def lambda_handler(_event: Mapping[str, Any], _context: object) -> None:
    """Sweep once."""
    step.carry_out("sweep", lambda: sweep_once(services()))


def sweep_once(services: Services) -> None:
    """Release the operations that have died; say how many there were, and what is in suspense."""
    swept = sweep(services.store, services.billing, services.clock)
    log(Event.RESERVATIONS_SWEPT, swept=swept)
    oldest = next(suspicions(services.store), None)
    age = services.clock.now() - oldest.at if oldest else timedelta()
    log(Event.SUSPENSE_SEEN, hours=age // timedelta(hours=1))
