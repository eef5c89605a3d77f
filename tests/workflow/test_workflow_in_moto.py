"""The same definition takes the same path in an independent interpreter (moto's).

Scenarios say what each step answers, in order. Both interpreters carry them out with the same
answers; the states they enter are compared one by one. moto works in real seconds, so waits are one
second long there.

Known defects of moto 5.2.5, which the scenarios keep clear of: without a name every execution is
called None; a task token that is answered from inside its own task is lost where the task has a
heartbeat (ours have none); it runs no code of its own without docker, hence the hook below.
"""

import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

import boto3
import moto.awslambda.models
import pytest
from moto.core.config import default_user_config
from moto.server import ThreadedMotoServer

from leadcloud.clock import SetClock
from leadcloud.executions import StepFunctionsExecutions, StoredExecutions
from leadcloud.wiring import Services
from local.definition import Definition
from local.subject_requests import DEFINITION
from local.workflow import WorkflowRunner

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:steps"
IDS = {"request_id": "r"}
CASE_IDS = {"request_id": "r", "controller_id": "c"}

Answer = dict[str, Any] | str
"""What a step returns; or how a wait ends: `answered`, `in time`, `silent`; `fails`, or `late`."""


class StepFailed(Exception):
    """What a failing step raises."""


@dataclass(frozen=True)
class Scenario:
    """An execution: its input, and what each step answers, by the step's name and in order."""

    name: str
    ids: Mapping[str, str]
    answers: Mapping[str, tuple[Answer, ...]]


def go(where: str, **more: Any) -> dict[str, Any]:
    """Return a step's answer."""
    return {**CASE_IDS, "go": where, "wait_seconds": 1, **more}


def generated(seed: int) -> Scenario:
    """Return a scenario drawn at random."""
    draw = random.Random(seed)  # noqa: S311 nothing secret is drawn
    answers: dict[str, list[Answer]] = defaultdict(list)
    waits = ["answered", "in time", "silent"]
    if draw.random() < 0.5:
        for _ in range(draw.randrange(3)):
            answers["contact"].append(go("ask"))
            answers["ask_contact"].append(draw.choice(waits))
        answers["contact"].append(go(draw.choice(["route", "route", "stop"])))
        for _ in range(draw.randrange(3)):
            wait = draw.choice(["ask", "operator"])
            answers["resolve"].append(go(wait))
            answers[{"ask": "ask_source", "operator": "ask_operator"}[wait]].append(
                draw.choice(waits)
            )
        cases = [CASE_IDS] * draw.randrange(1, 4)
        answers["resolve"].append(go(draw.choice(["forward", "stop"]), cases=cases))
        answers["start_case"] += [dict(CASE_IDS)] * len(cases)
        return Scenario(f"parent-{seed}", IDS, {k: tuple(v) for k, v in answers.items()})
    for _ in range(draw.randrange(3)):
        answers["forward"].append(go("again"))
    if draw.random() < 0.2:
        answers["forward"].append("fails")
    answers["forward"].append(go(draw.choice(["await", "await", "await", "stop"])))
    for _ in range(draw.randrange(3)):
        answers["await_controller"].append(draw.choice(waits))
        answers["settle"].append(go(draw.choice(["await", "await", "forward"])))
        if answers["settle"][-1] == go("forward"):
            answers["forward"].append(go("await"))
    answers["await_controller"].append(draw.choice(waits))
    answers["settle"].append(go("stop"))
    return Scenario(f"case-{seed}", CASE_IDS, {k: tuple(v) for k, v in answers.items()})


LONGEST = 90
"""Seconds that moto may take for a scenario."""

IN_TIME = 8
"""Seconds that a step may take. Moto carries out all scenarios at once, on a machine at work."""
LATE = IN_TIME + 0.6
"""Seconds that a step takes to outlast them."""

SLOW = Scenario(
    "case-slow",
    CASE_IDS,
    {"forward": ("late", go("await")), "await_controller": ("in time",), "settle": (go("stop"),)},
)
"""A step that outlasts its time fails with States.Timeout, and is tried again."""

SCENARIOS = [*map(generated, range(24)), SLOW]


class Script:
    """Answers the steps of scenarios, by the execution's name in the request id."""

    def __init__(self, executions: Any) -> None:
        self.executions = executions
        self.left = {each.name: {k: list(v) for k, v in each.answers.items()} for each in SCENARIOS}
        self.lock = Lock()
        self.later: list[tuple[float, str, str]] = []

    def __call__(self, event: Mapping[str, Any]) -> Any:
        """Carry out a step as its scenario says."""
        name = event["request_id"]
        with self.lock:
            answer = self.left[name][event["step"]].pop(0)
        if answer == "fails":
            raise StepFailed
        if answer == "late":
            time.sleep(LATE)
            return go("stop")
        if isinstance(answer, str):
            ids = {"request_id": name, "controller_id": "c"}
            if answer == "in time":
                self.executions.answer(event["token"], ids)
            elif answer == "answered":
                self.later.append((time.monotonic() + 0.3, event["token"], name))
            return None
        cases = [{**each, "request_id": name} for each in answer.get("cases", ())]
        return {**answer, "request_id": name} | ({"cases": cases} if cases else {})

    def answer_later(self) -> None:
        """Answer the waits that are to be answered while they last."""
        with self.lock:
            now = time.monotonic()
            due = [each for each in self.later if each[0] <= now]
            self.later = [each for each in self.later if each[0] > now]
        for _, token, name in due:
            self.executions.answer(token, {"request_id": name, "controller_id": "c"})


def definition() -> str:
    """Return the definition with the function filled in, and retries that take no time."""
    document = json.loads(DEFINITION.read_text(encoding="utf-8"))
    document["States"]["Forward"]["TimeoutSeconds"] = IN_TIME
    for state in document["States"].values():
        for retrier in state.get("Retry", ()):
            retrier |= {"IntervalSeconds": 1, "BackoffRate": 1, "MaxAttempts": 1}
        if state["Type"] == "Wait" and "Seconds" in state:
            state["Seconds"] = 1
    return json.dumps(document).replace("${StepsFunction}", FUNCTION)


def paths_here(services: Services, clock: SetClock) -> dict[str, list[str]]:
    """Carry out every scenario in our own interpreter; return the states that each entered."""
    executions = StoredExecutions(services.store, clock)
    script = Script(executions)
    entered: dict[str, list[str]] = defaultdict(list)
    runner = WorkflowRunner(
        Definition(definition()),
        store=services.store,
        clock=clock,
        invoke=script,
        entering=lambda name, state: entered[name].append(state),
    )
    for scenario in SCENARIOS:
        executions.start(scenario.name, {**scenario.ids, "request_id": scenario.name})
    while runner.next_due() is not None:
        runner.run_due()
        script.later = [(0.0, token, name) for _, token, name in script.later]
        script.answer_later()
        runner.run_due()
        clock.move(1)
    return entered


@pytest.fixture
def states(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, Script]]:
    """Moto's interpreter with our script for a function."""
    script = Script(None)

    def invoke(_self: object, event: Any = None) -> tuple[str, bool, str]:
        try:
            return (
                json.dumps(script(event if isinstance(event, dict) else json.loads(event))),
                False,
                "",
            )
        except StepFailed:
            return json.dumps({"errorType": "StepFailed", "errorMessage": ""}), True, ""

    monkeypatch.setattr(moto.awslambda.models.LambdaFunction, "_invoke_lambda", invoke)
    monkeypatch.setitem(default_user_config["stepfunctions"], "execute_state_machine", True)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("MOTO_PORT", str(port))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    here = {"endpoint_url": f"http://{host}:{port}", "region_name": "us-east-1"}
    boto3.client("iam", **here).create_role(  # type: ignore[call-overload]
        RoleName="steps", AssumeRolePolicyDocument="{}"
    )
    boto3.client("lambda", **here).create_function(  # type: ignore[call-overload]
        FunctionName="steps",
        Runtime="python3.13",
        Role="arn:aws:iam::123456789012:role/steps",
        Handler="x.y",
        Code={"ZipFile": b"x"},
    )
    client = boto3.client("stepfunctions", **here)  # type: ignore[call-overload]
    machine = client.create_state_machine(
        name="subject-requests",
        definition=definition(),
        roleArn="arn:aws:iam::123456789012:role/steps",
    )["stateMachineArn"]
    script.executions = StepFunctionsExecutions(client, machine)
    yield client, script
    server.stop()


@pytest.mark.loopback
@pytest.mark.slow
def test_the_definition_takes_the_same_path_in_moto(
    services: Services, clock: SetClock, states: tuple[Any, Script]
) -> None:
    """For each generated scenario both interpreters enter the same states in the same order."""
    client, script = states
    here = paths_here(services, clock)
    for scenario in SCENARIOS:
        script.executions.start(scenario.name, {**scenario.ids, "request_id": scenario.name})
    arns = {
        each["name"]: each["executionArn"]
        for each in client.list_executions(stateMachineArn=script.executions._state_machine)[
            "executions"
        ]
    }
    for scenario in SCENARIOS:
        running = time.monotonic()
        while client.describe_execution(executionArn=arns[scenario.name])["status"] == "RUNNING":
            script.answer_later()
            time.sleep(0.1)
            assert time.monotonic() - running < LONGEST, scenario
        assert entered(client, arns[scenario.name]) == here[scenario.name], scenario


def entered(client: Any, arn: str) -> list[str]:
    """Return the states that an execution entered, those inside of a Map left out."""
    events = client.get_execution_history(executionArn=arn, maxResults=1000)["events"]
    names = [
        each["stateEnteredEventDetails"]["name"]
        for each in events
        if each["type"].endswith("StateEntered")
    ]
    return [name for name in names if name != "StartCase"]
