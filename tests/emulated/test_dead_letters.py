"""What was given up in the deployed service, and where it is found."""

import json
import time
from typing import Any

import pytest

from tests.emulated.conftest import ACCOUNT, REGION, Deployed

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

PATIENCE = 60
"""Seconds. The emulator waits one and two between the tries, where AWS waits so many minutes."""


def letter(deployed: Deployed) -> Any:
    """Return the next dead letter, and take it out, as the runbook says."""
    queue, url = deployed.emulator.client("sqs"), deployed.emulator.outputs["DeadLettersUrl"]
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = queue.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", [])
        if found:
            queue.delete_message(QueueUrl=url, ReceiptHandle=found[0]["ReceiptHandle"])
            return json.loads(found[0]["Body"])
    pytest.fail("there is no dead letter")


def test_a_call_that_fails_three_times_is_kept(deployed: Deployed) -> None:
    """With what it was called for, and with the type of what went wrong.

    The emulator puts both into the body; on AWS the second is an attribute.
    """
    with deployed.emulator.telling("dsar_router.steps", {"LEADCLOUD_ANCHORS": "s3:nowhere"}):
        deployed.emulator.send("dsar_router.steps", {"step": "anchor"})
        found = letter(deployed)
    assert found["requestPayload"] == {"step": "anchor"}
    assert found["responsePayload"]["errorMessage"] == "NoSuchBucket"
    failed = [json.loads(line) for line in deployed.log_lines() if '"STEP_FAILED"' in line]
    assert "anchor" in [each["step"] for each in failed]


def test_an_execution_that_fails_is_kept_by_its_id(deployed: Deployed) -> None:
    """A job of somebody who has no bucket; of what it was told and told itself, nothing is kept."""
    execution = begin(deployed, "WholeRegister", account_id="nobody", job_id="a-job")
    assert letter(deployed) == {"execution": execution, "status": "FAILED"}


def test_an_execution_that_is_stopped_is_kept_by_its_id(deployed: Deployed) -> None:
    """A request's, whose steps would be tried for hours: whoever stopped it may have erred."""
    execution = begin(deployed, "SubjectRequests", request_id="nobodys")
    deployed.emulator.client("stepfunctions").stop_execution(executionArn=execution)
    assert letter(deployed) == {"execution": execution, "status": "ABORTED"}


def begin(deployed: Deployed, workflow: str, **told: str) -> str:
    """Start an execution of a workflow, and return its ARN."""
    name = f"LeadCloudEmulated{workflow}"
    started = deployed.emulator.client("stepfunctions").start_execution(
        stateMachineArn=f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{name}",
        input=json.dumps(told),
    )
    execution: str = started["executionArn"]
    return execution
