"""A subject request through API Gateway, Lambda, KMS and Step Functions, as they are deployed."""

import json
import time
from typing import Any

import pytest

from tests.emulated.conftest import BUYER, Deployed

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

PATIENCE = 90
"""Seconds for what takes five on an idle machine."""
FILING = {
    "right": "objection",
    "reply_to": {"email": "synteettinen@persons.example"},
    "language": "fi",
}


def filed(deployed: Deployed, key: str, phone: str, **members: Any) -> dict[str, str]:
    """File a request about a telephone number and return the answer."""
    members = {"subject": {"name": "Testi Synteettinen", "phone": phone}} | members
    answer = deployed.api.post(
        "/v1/subject-requests", json=FILING | members, headers={"Idempotency-Key": key}
    )
    assert answer.status_code == 202, answer.text
    found: dict[str, str] = answer.json()
    return found


def awaited(deployed: Deployed, request: dict[str, str], *states: str) -> Any:
    """Return the request's status as soon as it is in one of these states."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        status = deployed.api.get(
            f"/v1/subject-requests/{request['reference']}",
            headers={"X-View-Key": request["view_key"]},
        ).json()
        if status.get("state") in states:  # on a busy machine the emulator is now and then 503
            break
        time.sleep(0.2)
    assert status.get("state") in states, status
    return status


def test_a_filed_request_is_carried_on_by_the_workflow(deployed: Deployed) -> None:
    """It is recorded, sealed under KMS, and its execution goes so far as to ask the person who called."""
    awaited(deployed, filed(deployed, "a-request", "0495000001"), "needs_info")


def test_a_request_is_carried_to_its_end(deployed: Deployed) -> None:
    """From a call to the one who searched: mailed through SES, reported on, closed, and audited whole."""
    search = {
        "purpose": "telemarketing_b2c",
        "registers": ["demo_own_customers"],
        "criteria": {"municipality": {"in": ["092"]}},
        "page_size": 1,
    }
    customer = {"X-API-Key": deployed.keys["customer"], "Idempotency-Key": "for-a-call"}
    found = deployed.api.post("/v1/search", json=search, headers=customer).json()
    lead = found["sources"][0]["lead_reference"]
    request = filed(deployed, "about-a-call", "0495000002", lead_reference=lead)
    status = awaited(deployed, request, "forwarded")
    assert [each["id"] for each in status["controllers"]] == [BUYER.id]

    # The emulator loses what is answered while a wait is still being set up; AWS keeps it.
    time.sleep(3)
    operator = {"X-API-Key": deployed.keys["operator"]}
    decision = {
        "action": "report",
        "controllers": [BUYER.id],
        "report": {"status": "fulfilled"},
    }
    path = f"/v1/operator/subject-requests/{request['reference']}"
    decided = deployed.api.post(path, json=decision, headers=operator)
    assert decided.status_code == 200, decided.text
    awaited(deployed, request, "closed")
    audit = deployed.api.get(f"/v1/operator/audit/{request['reference']}", headers=operator)
    assert audit.json()["intact"] is True


def test_a_request_is_withdrawn(deployed: Deployed) -> None:
    """By whoever holds its key; the workflow hears of it and ends."""
    request = filed(deployed, "regretted", "0495000003")
    awaited(deployed, request, "needs_info")
    answer = deployed.api.delete(
        f"/v1/subject-requests/{request['reference']}",
        headers={"X-View-Key": request["view_key"]},
    )
    assert answer.status_code == 200, answer.text
    awaited(deployed, request, "withdrawn")


@pytest.mark.parametrize(
    ("phone", "reply_to"),
    [
        ("0495000004", {"email": "toinen@persons.example"}),
        ("0495000005", {"phone": "+358401234567"}),
    ],
)
def test_an_operator_ends_a_request_that_concerns_nobody(
    deployed: Deployed, phone: str, reply_to: dict[str, str]
) -> None:
    """The person is told, by mail or by text message; where AWS takes neither, there is a task."""
    request = filed(deployed, f"about-{phone}", phone, reply_to=reply_to)
    awaited(deployed, request, "needs_info", "with_operator")
    operator = {"X-API-Key": deployed.keys["operator"]}
    path = f"/v1/operator/subject-requests/{request['reference']}"
    decided = deployed.api.post(path, json={"action": "close"}, headers=operator)
    assert decided.status_code == 200, decided.text
    awaited(deployed, request, "closed")


def test_upkeep_runs_as_the_clock_calls_it(deployed: Deployed) -> None:
    """What was recorded is started, records end, and the day that is over is anchored in S3, once."""
    for step in ("start_recorded", "anchor", "end_records", "anchor"):
        deployed.emulator.call("dsar_router.steps", {"step": step})
    bucket = deployed.emulator.outputs["AnchorBucketName"]
    listed = deployed.emulator.client("s3").list_objects_v2(Bucket=bucket)["Contents"]
    (key,) = [each["Key"] for each in listed]
    anchor = json.loads(
        deployed.emulator.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    )
    assert anchor["events"] == 1
