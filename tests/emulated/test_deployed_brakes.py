"""What the gateway refuses by itself, so that no function is asked.

The emulator enforces the throttle of the stage and of a usage plan as the template has them, for
each method by itself. It has no firewall: what that refuses is seen on AWS only.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx
import pytest

from tests.emulated.conftest import Deployed

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

WITH_KEY = "/v1/registers"
WITHOUT = "/health"


@contextmanager
def plan_closed(deployed: Deployed) -> Iterator[None]:
    """Let the usage plan of the standard tier pass nobody for a while."""
    gateway = deployed.emulator.client("apigateway")
    plans = gateway.get_usage_plans()["items"]
    (plan,) = [plan for plan in plans if plan["name"].endswith("Standard")]
    was, closed = plan["throttle"], {"rateLimit": 0, "burstLimit": 0}
    gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=to("/throttle/", closed))
    yield
    gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=to("/throttle/", was))


@contextmanager
def stage_closed(deployed: Deployed) -> Iterator[None]:
    """Let the stage pass nobody for a while, as when the table is restored."""
    gateway = deployed.emulator.client("apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    (stage,) = gateway.get_stages(restApiId=api["id"])["item"]
    whole = stage["methodSettings"]["*/*"]
    was = {
        "rateLimit": whole["throttlingRateLimit"],
        "burstLimit": whole["throttlingBurstLimit"],
    }
    name = {"restApiId": api["id"], "stageName": stage["stageName"]}
    closed = to("/*/*/throttling/", dict.fromkeys(was, 0))
    gateway.update_stage(**name, patchOperations=closed)
    yield
    gateway.update_stage(**name, patchOperations=to("/*/*/throttling/", was))


def to(path: str, values: Mapping[str, float]) -> list[dict[str, str]]:
    """Return the operations that replace values below a path."""
    return [
        {"op": "replace", "path": f"{path}{name}", "value": str(value)}
        for name, value in values.items()
    ]


def called(deployed: Deployed) -> int:
    """Return how many requests functions have answered so far."""
    return sum('"REQUEST_ANSWERED"' in line for line in deployed.log_lines())


def assert_told_to_come_back(answer: httpx.Response) -> None:
    """429 as a problem document of ours, with the time to wait."""
    assert answer.status_code == 429, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "1"
    assert answer.json()["code"] == "too_many_requests"
    assert answer.json()["request_id"]


def test_the_callers_of_a_tier_are_braked_together(deployed: Deployed) -> None:
    """By the key that the authorizer names, whosever key they come with; nobody else is."""
    standard = [deployed.keys["reseller"], deployed.keys["other_customer"]]
    large = deployed.keys["customer"]
    with plan_closed(deployed):
        before = called(deployed)
        for key in standard:
            assert_told_to_come_back(deployed.api.get(WITH_KEY, headers={"X-API-Key": key}))
        assert called(deployed) == before
        assert deployed.api.get(WITHOUT).status_code == 200
        assert deployed.api.get(WITH_KEY, headers={"X-API-Key": large}).status_code == 200
    for key in standard:
        answer = deployed.api.get(WITH_KEY, headers={"X-API-Key": key})
        assert answer.status_code == 200, answer.text


def test_the_stage_is_braked(deployed: Deployed) -> None:
    """Whoever comes is told to come back, with a key or without, and no function is asked."""
    keys: list[dict[str, str]] = [{}, {"X-API-Key": deployed.keys["customer"]}]
    with stage_closed(deployed):
        before = called(deployed)
        for path, headers in zip((WITHOUT, WITH_KEY), keys, strict=True):
            assert_told_to_come_back(deployed.api.get(path, headers=headers))
        assert called(deployed) == before
    assert deployed.api.get(WITHOUT).status_code == 200
