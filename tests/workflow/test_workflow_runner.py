"""The runner's own promises, on a workflow of its own."""

import json
from threading import Event

import pytest

from leadcloud.clock import SetClock
from leadcloud.executions import ANSWERS, StoredExecutions
from leadcloud.wiring import Services
from local.definition import Definition, DefinitionError
from local.workflow import WorkflowRunner

ASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
    "Parameters": {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}},
    "TimeoutSeconds": 60,
    "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Done"}],
    "Next": "Done",
}


def definition(**states: object) -> Definition:
    """Return a workflow that begins with its first state."""
    document = {"StartAt": next(iter(states)), "States": {**states, "Done": {"Type": "Succeed"}}}
    return Definition(json.dumps(document))


def test_an_answer_after_the_end_is_dropped(services: Services, clock: SetClock) -> None:
    """An answer that comes after the timeout changes nothing and is not kept."""
    tokens: list[str] = []
    runner = WorkflowRunner(
        definition(Ask=ASK),
        store=services.store,
        clock=clock,
        invoke=lambda event: tokens.append(event["token"]),
    )
    executions = StoredExecutions(services.store, clock)
    executions.start("x", {})
    runner.run_due()
    clock.move(61)
    runner.run_due()
    executions.answer(tokens[0], {})
    for _ in range(3):
        runner.go_on("x")
    assert runner.next_due() is None
    assert services.store.query(ANSWERS).records == ()


def test_a_name_starts_once(services: Services, clock: SetClock) -> None:
    """Starting the same name again, even after its end, runs nothing again."""
    ran: list[object] = []
    task = {"Type": "Task", "Resource": "f", "Parameters": {}, "Next": "Done"}
    runner = WorkflowRunner(
        definition(Once=task), store=services.store, clock=clock, invoke=ran.append
    )
    executions = StoredExecutions(services.store, clock)
    for _ in range(3):
        executions.start("x", {})
        runner.run_due()
    assert len(ran) == 1


@pytest.mark.parametrize("caught", [True, False])
def test_a_task_that_takes_too_long_has_failed(
    services: Services, clock: SetClock, *, caught: bool
) -> None:
    """After its TimeoutSeconds a task has failed with States.Timeout; what it answers is unheard."""
    release, answered = Event(), Event()

    def hang(_event: object) -> dict[str, str]:
        release.wait(10)
        answered.set()
        return {"too": "late"}

    task = {
        "Type": "Task",
        "Resource": "f",
        "Parameters": {},
        "TimeoutSeconds": 1,
        "Catch": [{"ErrorEquals": ["States.Timeout"], "ResultPath": "$.error", "Next": "Done"}],
        "Next": "Done",
    }
    if not caught:
        del task["Catch"]
    runner = WorkflowRunner(definition(Hang=task), store=services.store, clock=clock, invoke=hang)
    StoredExecutions(services.store, clock).start("x", {"id": "x"})
    runner.run_due()
    release.set()
    assert answered.wait(10)
    runner.run_due()
    over = runner._book.execution("x")
    assert over is not None
    assert (over.due, over.failed) == (None, None if caught else "States.Timeout")
    error = {"error": {"Error": "States.Timeout", "Cause": ""}} if caught else {}
    assert over.data == {"id": "x", **error}


def test_a_path_that_leads_nowhere_ends_the_execution(services: Services, clock: SetClock) -> None:
    """A definition's fault is a failure on record, not a runner that stops."""
    wait = {"Type": "Wait", "SecondsPath": "$.missing", "Next": "Done"}
    runner = WorkflowRunner(
        definition(Wait=wait), store=services.store, clock=clock, invoke=lambda _event: None
    )
    StoredExecutions(services.store, clock).start("x", {})
    runner.run_due()
    failed = runner._book.execution("x")
    assert failed is not None
    assert failed.failed == "States.Runtime"


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Parallel", "Branches": []},
        {"Type": "Pass", "Next": "Done"},
        {"Type": "Task", "Resource": "f", "HeartbeatSeconds": 3, "Next": "Done"},
        {"Type": "Choice", "Choices": [{"Variable": "$.a", "NumericEquals": 1, "Next": "Done"}]},
        {"Type": "Wait", "Timestamp": "2026-01-01T00:00:00Z", "Next": "Done"},
    ],
    ids=lambda state: str(state["Type"]),
)
def test_what_is_not_interpreted_is_refused(state: dict[str, object]) -> None:
    """A definition beyond the subset is refused when it is read."""
    with pytest.raises(DefinitionError):
        definition(First=state)
