"""The workflow's tasks as a Lambda function: ids in, ids and codes out, and nothing else.

What a task answers or fails with stands in the history of its execution, so an exception leaves
here as the name of its type only.
"""

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
from leadcloud.anchors import Anchors, anchor_days
from leadcloud.events import log_step_failed
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


class StepFailed(Exception):
    """A step failed; the message is the type of what went wrong."""


def lambda_handler(event: Ids, _context: object) -> dict[str, Any] | None:
    """Carry out one task of the workflow, or the upkeep that a schedule asks for."""
    desk = desk_of(services())
    match event["step"]:
        case "start_recorded":
            start_all(desk)
            return None
        case "anchor":
            return {"anchored": anchor_days(desk.store, services().anchors, desk.clock)}
        case "end_records":
            return {"ended": end_records(desk)}
    return carry_out(desk, event)


def carry_out(desk: Desk, event: Ids) -> dict[str, Any] | None:
    """Carry out one task.

    Raises:
        StepFailed: With the type of what went wrong.
    """
    try:
        return STEPS[event["step"]](desk, event)
    except Exception as error:  # noqa: BLE001 the one boundary: no text of an error gets out
        log_step_failed(event["step"], event["request_id"], error)
        failure = StepFailed(type(error).__name__)
    raise failure


def keep_up(desk: Desk, anchors: Anchors) -> dict[str, Any]:
    """Do what the schedules ask for: start, anchor, and end the records whose time is over."""
    start_all(desk)
    anchored = anchor_days(desk.store, anchors, desk.clock)
    return {"anchored": anchored, "ended": end_records(desk)}
