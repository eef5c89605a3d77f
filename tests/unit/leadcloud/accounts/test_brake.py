"""Who asks too often is stopped, and everybody is told what is left."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from functions.accounts.handler import api
from leadcloud.accounts.tier import TIERS
from leadcloud.clock import SetClock, rfc3339
from leadcloud.errors import Unauthenticated
from leadcloud.http.call import Caller
from leadcloud.wiring import Services
from tests.contacts import OpenAccount
from tests.gateway_event import gateway_event

STANDARD = TIERS["standard"]
Ask = Callable[..., Any]


@pytest.fixture
def ask(services: Services, open_account: OpenAccount) -> Ask:
    """Ask who one is."""
    open_account()

    def ask(key: str = "k", *, path: str = "/v1/account", expires_at: str = "") -> Any:
        event = gateway_event(
            "GET", path, key_id=key, scopes="billing", tier="standard", expires_at=expires_at
        )
        return api.answer(event, services)

    return ask


def left(answer: Any) -> dict[str, int]:
    """Return how many are left by policy."""
    items = re.findall(r'"(\w+)";r=(\d+);t=\d+', answer["headers"]["RateLimit"])
    return {name: int(number) for name, number in items}


def test_every_answer_to_a_key_tells_what_is_left(ask: Ask) -> None:
    """It stands in the fields of the draft, refusals included."""
    answer, refused, lost = ask(), ask(path="/v1/api-keys"), ask(path="/v1/api-keys/aaaaaaaaaaaa")

    assert answer["headers"]["RateLimit-Policy"] == '"key";q=1000;w=20, "account";q=2000;w=20'
    assert re.fullmatch(
        r'"key";r=999;t=\d+, "account";r=1999;t=\d+', answer["headers"]["RateLimit"]
    )
    assert (refused["statusCode"], left(refused)) == (403, {"key": 998, "account": 1998})
    assert lost["statusCode"] == 405
    assert "RateLimit" not in lost["headers"]


def test_a_key_that_is_too_fast_is_stopped(ask: Ask, clock: SetClock) -> None:
    """Until it has waited as long as it was told; another key of the account is not."""
    statuses = [ask()["statusCode"] for _ in range(STANDARD.key.burst)]
    stopped = ask()

    assert set(statuses) == {200}
    assert (stopped["statusCode"], json.loads(stopped["body"])["code"]) == (
        429,
        "too_many_requests",
    )
    assert left(stopped) == {"key": 0, "account": STANDARD.account.burst - STANDARD.key.burst}
    assert ask("other")["statusCode"] == 200
    clock.move(int(stopped["headers"]["Retry-After"]))
    assert ask()["statusCode"] == 200


def test_an_expired_key_is_not_good_however_long_it_is_remembered(
    ask: Ask, clock: SetClock
) -> None:
    """To the second, and answered like a key that there never was."""
    ends = clock.now() + timedelta(seconds=10)
    assert ask(expires_at=rfc3339(ends))["statusCode"] == 200
    clock.move(10)

    answer = ask(expires_at=rfc3339(ends))
    assert (answer["statusCode"], answer["headers"]["WWW-Authenticate"]) == (
        401,
        'ApiKey header="X-API-Key"',
    )


@pytest.mark.parametrize("tier", TIERS)
def test_a_key_that_was_stopped_is_stopped_at_once(services: Services, tier: str) -> None:
    """Whatever tier its account has, and although a share of its rate was held already."""
    caller = Caller(account_id="a", key_id="k", scopes=frozenset(), tier=tier)
    services.brake.take(caller)

    services.brake.stop("k")

    with pytest.raises(Unauthenticated):
        services.brake.take(caller)


def test_an_account_is_not_faster_with_more_keys(ask: Ask) -> None:
    """All its keys together have what the account has."""
    through = sum(ask(f"k{number % 5}")["statusCode"] == 200 for number in range(2_200))

    assert through == STANDARD.account.burst
