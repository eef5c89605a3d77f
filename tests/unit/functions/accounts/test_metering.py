"""The hourly report of what was used."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from functions.accounts.metering import report
from leadcloud.clock import SetClock
from leadcloud.metering.interface import SinkUnavailable
from leadcloud.settings import SettingsError
from leadcloud.wiring import Services
from tests.ledgers import buy, open_accounts


@pytest.fixture
def used(services: Services, clock: SetClock) -> Services:
    """An account that bought something an hour ago."""
    open_accounts(services)
    buy(services, "customer", {"directory": 3})
    clock.move(2 * 3_600)
    return services


def reporting_to(services: Services, setting: str) -> None:
    """Say who is told."""
    services.settings = replace(services.settings, metering=setting)


def test_what_was_used_is_reported_to_whom_the_settings_name(
    used: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sink of the settings is told, and how much it was stands in the log."""
    path = tmp_path / "usage.jsonl"
    reporting_to(used, f"file:{path}")

    report(used)

    assert json.loads(path.read_text(encoding="utf-8"))["data"]["units"] == 3
    line = json.loads(capsys.readouterr().out)
    assert (line["message"], line["told"], line["refused"]) == ("USAGE_REPORTED", 1, 0)


def test_nobody_is_told_where_none_is_named(
    used: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is no error not to report."""
    report(used)

    assert capsys.readouterr().out == ""


def test_who_cannot_be_told_makes_the_function_fail(used: Services, tmp_path: Path) -> None:
    """So that an alarm tells of it; the next hour tries again."""
    reporting_to(used, f"file:{tmp_path / 'no' / 'such' / 'folder'}")

    with pytest.raises(SinkUnavailable):
        report(used)


def test_a_setting_that_names_nobody_is_a_mistake(used: Services) -> None:
    """An unknown sink is an error rather than a silence."""
    reporting_to(used, "pigeon:")

    with pytest.raises(SettingsError):
        report(used)
