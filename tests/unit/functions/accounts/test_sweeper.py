"""The sweeper: what it says of each sweep."""

import json
from datetime import timedelta
from typing import Any

import pytest

from functions.accounts.sweeper import sweep_once
from leadcloud.clock import SetClock, rfc3339
from leadcloud.store.interface import Attributes, Key
from leadcloud.wiring import Services


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return the lines by event."""
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    return {line["message"]: line for line in lines}


def test_an_idle_sweep_says_that_there_was_nothing(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing swept and nothing in suspense are numbers, too: silence means that nobody swept."""
    sweep_once(services)
    lines = said(capsys)
    assert lines["RESERVATIONS_SWEPT"]["swept"] == 0
    assert lines["SUSPENSE_SEEN"]["hours"] == 0


def test_the_age_of_the_oldest_suspicion_is_said(
    services: Services, clock: SetClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said in whole hours, of the one that has waited longest."""
    for age in (80, 3):
        at = rfc3339(clock.now() - timedelta(hours=age, minutes=59))
        row: Attributes = {
            "at": at,
            "register": "directory",
            "account": "buyer",
            "request_id": "request-1",
            "most": 500,
            "reason": "unknown",
        }
        services.store.put_if_absent(Key("SUSPENSE", f"{at}#digest#directory"), row)
    sweep_once(services)
    assert said(capsys)["SUSPENSE_SEEN"]["hours"] == 80
