"""A job on a whole register through Step Functions, Lambda and the customer's own bucket."""

import json
import time
from typing import Any

import pytest

from tests.emulated.conftest import ACCOUNT, EXCHANGE, FORBIDDEN, REGION, Deployed

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

PATIENCE = 90
"""Seconds for what takes five on an idle machine."""
JOB = "leadcloud/a-job"
WANTED = {
    "register": "demo_own_customers",
    "purpose": "telemarketing_b2c",
    "tell": ["age_group"],
}


@pytest.fixture
def bucket(deployed: Deployed) -> Any:
    """The customer's bucket with a job of two parts; nobody in it exists."""
    found = deployed.emulator.client("s3")
    place = {"LocationConstraint": REGION}
    found.create_bucket(Bucket=EXCHANGE, CreateBucketConfiguration=place)
    found.put_object(Bucket=EXCHANGE, Key=f"{JOB}/job.json", Body=json.dumps(WANTED).encode())
    for number, phone in enumerate(("+358457000000", FORBIDDEN)):
        text = f"ref,first_name,phone\n{number},Synteettinen,{phone}\n"
        key = f"{JOB}/in/part-{number:05}.csv"
        found.put_object(Bucket=EXCHANGE, Key=key, Body=text.encode())
    return found


def test_a_job_is_done_part_by_part(deployed: Deployed, bucket: Any) -> None:
    """Both parts are read and written; whoever may not be called is left out."""
    states = deployed.emulator.client("stepfunctions")
    name = "LeadCloudEmulatedWholeRegister"
    started = states.start_execution(
        stateMachineArn=f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{name}",
        input=json.dumps({"account_id": "demo_customer", "job_id": "a-job"}),
    )
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        execution = states.describe_execution(executionArn=started["executionArn"])
        if execution["status"] != "RUNNING":
            break
        time.sleep(0.2)
    assert execution["status"] == "SUCCEEDED", execution
    done = json.loads(execution["output"])
    assert done == {"parts": 2, "listed": 1, "left_out": 1, "unreadable": 0}
    result = bucket.get_object(Bucket=EXCHANGE, Key=f"{JOB}/out/result.json")["Body"].read()
    assert json.loads(result)["state"] == "done"
    written = bucket.list_objects_v2(Bucket=EXCHANGE, Prefix=f"{JOB}/out/part-")["Contents"]
    assert len(written) == 2
