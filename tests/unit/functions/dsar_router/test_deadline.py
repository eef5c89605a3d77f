"""Deadlines by Regulation 1182/71, in Finland."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.dsar_router.deadline import (
    due,
    end_of,
    is_working_day,
    latest,
    main,
    opening_of,
    public_holidays,
    received_on,
)
from leadcloud.controllers import Country


@pytest.mark.parametrize(
    ("received", "nominal", "latest"),
    [
        ("2026-03-05", "2026-04-05", "2026-04-07"),
        ("2026-03-03", "2026-04-03", "2026-04-07"),
        ("2026-01-31", "2026-02-28", "2026-03-02"),
        ("2026-01-30", "2026-02-28", "2026-03-02"),
        ("2026-08-31", "2026-09-30", "2026-09-30"),
        ("2028-01-29", "2028-02-29", "2028-02-29"),
        ("2028-01-31", "2028-02-29", "2028-02-29"),
        ("2027-01-30", "2027-02-28", "2027-03-01"),
        ("2026-11-06", "2026-12-06", "2026-12-07"),
        ("2026-12-06", "2027-01-06", "2027-01-07"),
        ("2026-11-24", "2026-12-24", "2026-12-24"),
    ],
)
def test_cases_11_12_14_one_month(received: str, nominal: str, latest: str) -> None:
    """Cases 11, 12, 14: the same day a month later, clamped, rolled over holidays but not eves."""
    answer = due(date.fromisoformat(received))
    assert (str(answer.nominal), str(answer.latest)) == (nominal, latest)


@pytest.mark.parametrize(
    ("received", "nominal", "latest"),
    [
        ("2028-01-29", "2028-04-29", "2028-05-02"),
        ("2028-01-31", "2028-04-30", "2028-05-02"),
        ("2026-11-06", "2027-02-06", "2027-02-08"),
        ("2026-12-06", "2027-03-06", "2027-03-08"),
    ],
)
def test_three_months_where_the_controller_extended(
    received: str, nominal: str, latest: str
) -> None:
    """An extended period counts three months from the same receipt."""
    answer = due(date.fromisoformat(received), months=3)
    assert (str(answer.nominal), str(answer.latest)) == (nominal, latest)


def test_case_13_the_date_of_receipt_is_finlands() -> None:
    """Case 13: half past ten in the evening in UTC is the next day in Helsinki."""
    assert received_on(datetime(2026, 3, 5, 22, 30, tzinfo=UTC)) == date(2026, 3, 6)


def test_a_day_ends_at_midnight_in_finland() -> None:
    """The end of a day follows Finland's summer time."""
    assert end_of(date(2026, 1, 31)) == datetime(2026, 1, 31, 22, tzinfo=UTC)
    assert end_of(date(2026, 7, 1)) == datetime(2026, 7, 1, 21, tzinfo=UTC)
    assert opening_of(date(2026, 7, 1)) == datetime(2026, 7, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize("country", ["FI", "SE", "NO"])
def test_public_holidays_are_those_of_an_independent_calendar(country: Country) -> None:
    """Each country's public holidays are those that the `holidays` library knows, without eves."""
    for year in range(2005, 2061):  # Sweden's National Day is one since 2005
        theirs = holidays.country_holidays(country, years=year, language="en_US")
        assert public_holidays(year, country) == {
            day for day, name in theirs.items() if "Eve" not in name and name != "Sunday"
        }


def test_a_period_ends_where_the_controller_acts() -> None:
    """Maundy Thursday prolongs a period in Norway only, Independence Day in Finland only."""
    assert latest(date(2026, 4, 2), "NO") == date(2026, 4, 7)
    assert latest(date(2026, 4, 2), "FI") == date(2026, 4, 2)
    assert latest(date(2027, 12, 6), "FI") == date(2027, 12, 7)
    assert latest(date(2027, 12, 6), "SE") == date(2027, 12, 6)


@given(st.dates(date(1980, 1, 1), date(2090, 12, 31)), st.sampled_from([1, 3]))
def test_the_latest_date_is_the_first_working_day(received: date, months: int) -> None:
    """No working day lies between the nominal date and the latest, and the latest is one."""
    answer = due(received, months=months)
    assert received < answer.nominal <= answer.latest
    assert is_working_day(answer.latest)
    between = (answer.latest - answer.nominal).days
    assert not any(is_working_day(answer.nominal + timedelta(days=day)) for day in range(between))


def test_the_program_prints_both_dates() -> None:
    """`python -m functions.dsar_router.deadline DATE` prints the nominal and the latest date."""
    run = subprocess.run(
        [sys.executable, "-m", "functions.dsar_router.deadline", "2026-01-31"],
        capture_output=True,
        check=True,
        text=True,
    )
    assert run.stdout == "2026-02-28 2026-03-02\n"


@pytest.mark.parametrize(
    "arguments", [[], ["31.1.2026"], ["2026-02-30"], ["9999-12-31"], ["2026-01-01", "2026-01-02"]]
)
def test_the_program_refuses_what_is_no_date(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Anything but one date gets one sentence and the status 2."""
    assert main(arguments) == 2
    assert capsys.readouterr().err == "Give one date as YYYY-MM-DD.\n"
