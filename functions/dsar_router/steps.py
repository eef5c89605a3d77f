"""The workflow's tasks as a Lambda function: ids in, ids and codes out, and nothing else."""

from collections.abc import Callable, Mapping
from typing import Any

from functions.dsar_router.desk import Desk, desk_of
from functions.dsar_router.handling import await_controller, forward, settle
from functions.dsar_router.intake import start_all
from functions.dsar_router.retention import end_records
from functions.dsar_router.routing import (
    ask_contact,
    ask_operator,
    ask_source,
    contact,
    resolve,
    start_case,
)
from leadcloud import step
from leadcloud.anchors import Anchors, anchor_days
from leadcloud.wiring import services

Ids = Mapping[str, str]

STEPS: Mapping[str, Callable[[Desk, Ids], dict[str, Any] | None]] = {
    "contact": contact,
    "ask_contact": ask_contact,
    "resolve": resolve,
    "ask_source": ask_source,
    "ask_operator": ask_operator,
    "start_case": start_case,
    "forward": forward,
    "await_controller": await_controller,
    "settle": settle,
}


UPKEEP: Mapping[str, Callable[[Desk], dict[str, Any] | None]] = {
    "start_recorded": start_all,
    "anchor": lambda desk: {"anchored": anchor_days(desk.store, services().anchors, desk.clock)},
    "end_records": lambda desk: {"ended": end_records(desk)},
}


def lambda_handler(event: Ids, _context: object) -> dict[str, Any] | None:
    """Carry out one task of the workflow, or the upkeep that a schedule asks for."""
    name = event["step"]
    if name in UPKEEP:
        return step.carry_out(name, lambda: UPKEEP[name](desk_of(services())))
    return carry_out(desk_of(services()), event)


def carry_out(desk: Desk, event: Ids) -> dict[str, Any] | None:
    """Carry out one task.

    Raises:
        StepFailed: With the type of what went wrong.
    """
    name, reference = event["step"], event["request_id"]
    return step.carry_out(name, lambda: STEPS[name](desk, event), reference=reference)


def keep_up(desk: Desk, anchors: Anchors) -> dict[str, Any]:
    """Do what the schedules ask for: start, anchor, and end the records whose time is over."""
    start_all(desk)
    anchored = anchor_days(desk.store, anchors, desk.clock)
    return {"anchored": anchored, "ended": end_records(desk)}
