"""The authorizer turns a key into an account, for real events of API Gateway."""

import json
from dataclasses import replace
from typing import Any

import pytest

from functions.authorizer import handler
from leadcloud.wiring import Services
from tests.contacts import OpenAccount
from tests.shared_data import shared


def real_event(key: str | None) -> dict[str, Any]:
    """Return a recorded authorizer event that carries this key."""
    text = shared("data/real/aws/apiGatewayAuthorizerRequestEvent.json").read_text()
    event: dict[str, Any] = json.loads(text)
    if key is not None:
        event["headers"]["X-API-Key"] = key
    return event


@pytest.fixture(autouse=True)
def these_services(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the handler work with the services of the test."""
    monkeypatch.setattr(handler, "services", lambda: services)


def test_a_known_key_may_call_the_stage(services: Services, open_account: OpenAccount) -> None:
    """The policy covers every method of the stage, since the gateway caches it per key."""
    open_account()
    key = services.keys.issue("buyer", frozenset({"search", "billing"}))

    answer = handler.lambda_handler(real_event(key), None)

    assert answer["principalId"] == "buyer"
    assert answer["context"]["scopes"] == "billing search"
    assert (answer["context"]["tier"], answer["context"]["expires_at"]) == ("standard", "")
    assert answer["policyDocument"]["Statement"][0]["Resource"] == (
        "arn:aws:execute-api:us-east-1:123456789012:abcdef123/test/*"
    )


def test_the_callers_of_a_tier_are_counted_together_where_there_are_usage_plans(
    services: Services, open_account: OpenAccount
) -> None:
    """By the key of the gateway's own that the deployment names; elsewhere by none."""
    open_account()
    key = services.keys.issue("buyer", frozenset({"search"}))
    assert "usageIdentifierKey" not in handler.lambda_handler(real_event(key), None)
    services.settings = replace(services.settings, usage_keys="LeadCloudDevCallers")

    answer = handler.lambda_handler(real_event(key), None)

    assert answer["usageIdentifierKey"] == "LeadCloudDevCallers-standard"


@pytest.mark.parametrize("key", [None, "", "lc_aaaaaaaaaaaa_" + "a" * 32])
def test_an_unknown_key_is_unauthorized(key: str | None) -> None:
    """API Gateway answers 401 only for an exception with this very message."""
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        handler.lambda_handler(real_event(key), None)
