"""A job on a whole register in an independent interpreter: the Distributed Map as moto carries it out."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import httpx
import moto.awslambda.models
import pytest
from moto.core.config import default_user_config
from moto.server import ThreadedMotoServer

from functions.search.whole_register import carry_out
from leadcloud.exchange import ROOT
from leadcloud.step import StepFailed
from leadcloud.wiring import Services
from local.whole_register import DEFINITION
from tests.contacts import OpenAccount, register

ROLE = "arn:aws:iam::123456789012:role/steps"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:steps"
LONGEST = 60
"""Seconds that moto may take."""

pytestmark = pytest.mark.loopback


@pytest.fixture
def customer(services: Services, open_account: OpenAccount, tmp_path: Path) -> Path:
    """A customer's folder with a job of three parts; nobody in it exists."""
    open_account(register("own", []))
    services.settings = replace(services.settings, exchanges={"buyer": f"file:{tmp_path}"})
    job = tmp_path / ROOT / "job"
    (job / "in").mkdir(parents=True)
    told = {"register": "own", "purpose": "telemarketing_b2c", "tell": ["age_group"]}
    (job / "job.json").write_text(json.dumps(told))
    for number in range(3):
        text = f"ref,first_name,phone\n{number},Synteettinen,045700000{number}\n"
        (job / f"in/part-{number:05}.csv").write_text(text)
    return job


@pytest.fixture
def run(services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Any]]:
    """Return what carries a job out in moto's interpreter, and returns its description and history."""

    def invoke(_self: object, event: Any = None) -> tuple[str, bool, str]:
        asked = event if isinstance(event, dict) else json.loads(event)
        try:
            return json.dumps(carry_out(services, asked)), False, ""
        except StepFailed as failure:
            told = {"errorType": "StepFailed", "errorMessage": str(failure)}
            return json.dumps(told), True, ""

    monkeypatch.setattr(moto.awslambda.models.LambdaFunction, "_invoke_lambda", invoke)
    monkeypatch.setitem(default_user_config["stepfunctions"], "execute_state_machine", True)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("MOTO_PORT", str(port))

    def client(service: str) -> Any:
        url = f"http://{host}:{port}"
        return boto3.client(service, endpoint_url=url, region_name="us-east-1")  # type: ignore[call-overload]

    # What a test makes stays in this process, for another test's server, too.
    forget = f"http://{host}:{port}/moto-api/reset"
    httpx.post(forget)
    client("iam").create_role(RoleName="steps", AssumeRolePolicyDocument="{}")
    client("lambda").create_function(
        FunctionName="steps",
        Runtime="python3.13",
        Role=ROLE,
        Handler="x.y",
        Code={"ZipFile": b"x"},
    )
    states = client("stepfunctions")
    definition = DEFINITION.read_text(encoding="utf-8").replace("${StepsFunction}", FUNCTION)
    machine = states.create_state_machine(name="jobs", definition=definition, roleArn=ROLE)

    def carry() -> Any:
        started = states.start_execution(
            stateMachineArn=machine["stateMachineArn"],
            name="job",
            input=json.dumps({"account_id": "buyer", "job_id": "job"}),
        )
        arn, end = started["executionArn"], time.monotonic() + LONGEST
        while (now := states.describe_execution(executionArn=arn))["status"] == "RUNNING":
            assert time.monotonic() < end
            time.sleep(0.1)
        history = states.get_execution_history(executionArn=arn, maxResults=1000)["events"]
        return now, history

    yield carry
    httpx.post(forget)
    server.stop()


def test_the_same_definition_does_the_same_in_moto(customer: Path, run: Callable[[], Any]) -> None:
    """Every part is worked on once, the sums are told, and the history names nobody."""
    execution, history = run()

    assert execution["status"] == "SUCCEEDED"
    assert json.loads(execution["output"]) == {
        "parts": 3,
        "listed": 3,
        "left_out": 0,
        "unreadable": 0,
    }
    assert json.loads((customer / "out/result.json").read_text())["state"] == "done"
    assert len(list(customer.glob("out/part-*.csv"))) == 3
    for text in ("Synteettinen", "457000", str(customer)):
        assert text not in json.dumps(history, default=str)


def test_a_job_that_is_refused_ends(customer: Path, run: Callable[[], Any]) -> None:
    """The execution fails with the name of an error, and quotes nothing."""
    (customer / "job.json").write_text('{"register": "nobodys", "purpose": "telemarketing_b2c"}')

    execution, history = run()

    assert execution["status"] == "FAILED"
    assert json.loads((customer / "out/result.json").read_text())["state"] == "refused"
    assert "nobodys" not in json.dumps(history, default=str)
