"""The sweeper, called every minute: gives back what requests that have died had reserved."""

from collections.abc import Mapping
from typing import Any

from leadcloud.accounts.sweep import sweep
from leadcloud.events import Event, log
from leadcloud.wiring import Services, services


def lambda_handler(_event: Mapping[str, Any], _context: object) -> None:
    """Sweep once."""
    sweep_once(services())


def sweep_once(services: Services) -> None:
    """Release the operations that have died, and say how many there were."""
    swept = sweep(services.store, services.billing, services.clock)
    log(Event.RESERVATIONS_SWEPT, swept=swept)
