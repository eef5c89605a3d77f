"""What the deployed functions asked AWS for, beside what their roles allow.

The emulator enforces no rights: a right that is missing would be seen in production only. It notes
who asked for what; this runs when all else here has run.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.emulated.conftest import Deployed
from tests.infra.deployment import listed

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

SERVICES = {
    "AWSMPMeteringService": "aws-marketplace",
    "AWSStepFunctions": "states",
    "DynamoDB_20120810": "dynamodb",
    "PinpointSMSVoiceV2": "sms-voice",
    "TrentService": "kms",
    "secretsmanager": "secretsmanager",
}
"""By the target of a request."""
PARTS = {
    "ConditionCheck": "dynamodb:ConditionCheckItem",
    "Delete": "dynamodb:DeleteItem",
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
}
"""By the kind of a transaction's part. Source: AWS, "Using IAM with DynamoDB transactions"."""
OF_THE_RUNTIME = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:SendMessage",  # dead letters: Lambda writes them as the function
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
SELDOM: Mapping[str, Mapping[str, str]] = {
    "accounts.sweeper": dict.fromkeys(
        ("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
        "gives back what a request had reserved that died; nothing dies here, see "
        "test_who_dies_before_settling_charges_nothing",
    ),
    "accounts.metering": dict.fromkeys(
        ("aws-marketplace:BatchMeterUsage", "dynamodb:GetItem", "dynamodb:PutItem"),
        "reports hours that are over, of accounts that buy through the marketplace; there are none "
        "here, see tests/contract/test_sink_contract.py",
    ),
    "dsar_router.steps": {
        "states:SendTaskSuccess": "answers a wait whose reason has gone before it began, which is a "
        "matter of milliseconds",
    },
}
"""Rights that a function's code does use, where what is done here need not lead to it; and why."""


def actions(note: Mapping[str, Any]) -> Iterator[str]:
    """Yield the actions that a request needs."""
    service, _, operation = note["target"].partition(".")
    if operation == "TransactWriteItems":
        yield from (PARTS[kind] for kind in note["kinds"])
    elif service:
        yield f"{SERVICES[service]}:{operation}"
    elif note["service"] == "s3":
        of_an_object = note["path"].count("/") > 1
        yield f"s3:{note['method'].title()}Object" if of_an_object else "s3:ListBucket"
    else:
        assert (note["service"], note["path"]) == ("ses", "/v2/email/outbound-emails")
        # The second, since the content is a whole message.
        yield from ("ses:SendEmail", "ses:SendRawEmail")


@pytest.fixture
def asked(deployed: Deployed, ministack_notes: Path) -> dict[str, set[str]]:
    """What each function has asked for."""
    found: dict[str, set[str]] = {name: set() for name in deployed.deployment.functions()}
    for line in ministack_notes.read_text(encoding="utf-8").splitlines():
        note = json.loads(line)
        found[note["function"]].update(actions(note))
    return found


@pytest.fixture
def allowed(deployed: Deployed) -> dict[str, set[str]]:
    """What each function may ask for itself; what AWS does for it with a key is AWS's matter."""
    found: dict[str, set[str]] = {}
    for role, statement in deployed.deployment.statements():
        if "kms:ViaService" not in str(statement.get("Condition")):
            found.setdefault(role, set()).update(listed(statement["Action"]))
    return {
        name: found[function["Properties"]["Role"]["Fn::GetAtt"][0]] - OF_THE_RUNTIME
        for name, function in deployed.deployment.functions().items()
    }


def test_no_function_lacks_a_right(
    asked: dict[str, set[str]], allowed: dict[str, set[str]]
) -> None:
    """Whatever a function asked for, its role allows."""
    lacking = {name: asked[name] - allowed[name] for name in asked if asked[name] - allowed[name]}
    assert lacking == {}


def test_no_function_has_a_right_that_it_does_not_use(
    request: pytest.FixtureRequest, asked: dict[str, set[str]], allowed: dict[str, set[str]]
) -> None:
    """Whatever a role allows, the function asked for, or there is a reason why it did not here."""
    here = Path(__file__).parent
    running = {item.path for item in request.session.items}
    if not set(here.glob("test_*.py")) <= running or request.config.option.keyword:
        pytest.skip("only a part of tests/emulated is run")
    if request.session.testsfailed:
        pytest.skip("what failed may not have asked for all that it needs")
    used = {name: asked[name] | set(SELDOM.get(name, ())) for name in asked}
    idle = {name: allowed[name] - used[name] for name in allowed if allowed[name] - used[name]}
    assert idle == {}


def test_no_reason_is_left_over(allowed: dict[str, set[str]]) -> None:
    """What is seldom used is a right that its function has."""
    assert all(set(reasons) <= allowed[name] for name, reasons in SELDOM.items())
