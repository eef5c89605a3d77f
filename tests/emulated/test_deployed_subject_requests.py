"""A subject request through API Gateway, Lambda, KMS and Step Functions, as they are deployed."""

import time

import pytest

from tests.emulated.conftest import Deployed

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

FILING = {
    "right": "objection",
    "reply_to": {"email": "synteettinen@persons.example"},
    "subject": {"name": "Testi Synteettinen", "phone": "+358401234567"},
    "language": "fi",
}


def test_a_filed_request_is_carried_on_by_the_workflow(deployed: Deployed) -> None:
    """It is recorded, sealed under KMS, and its execution goes so far as to ask the person who called."""
    answer = deployed.api.post(
        "/v1/subject-requests", json=FILING, headers={"Idempotency-Key": "a-request"}
    )
    assert answer.status_code == 202, answer.text
    filed = answer.json()
    for _ in range(100):
        status = deployed.api.get(
            f"/v1/subject-requests/{filed['reference']}",
            headers={"X-View-Key": filed["view_key"]},
        ).json()
        if status["state"] == "needs_info":
            break
        time.sleep(0.2)
    assert status["state"] == "needs_info", status
