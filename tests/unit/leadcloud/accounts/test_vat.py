"""The rate of value added tax."""

from datetime import date
from decimal import Decimal

import pytest

from leadcloud.accounts.vat import RATES, rate_on


@pytest.mark.parametrize(
    ("day", "percent"),
    [
        (date(2013, 1, 1), "24"),
        (date(2024, 8, 31), "24"),
        (date(2024, 9, 1), "25.5"),
        (date(2026, 11, 23), "25.5"),
    ],
)
def test_a_rate_holds_from_its_day_on(day: date, percent: str) -> None:
    """It was 24 per cent until the end of August 2024, and is 25.5 since."""
    assert rate_on(day) == Decimal(percent)


def test_a_day_before_all_rates_has_none() -> None:
    """Rather than a wrong rate there is an error."""
    with pytest.raises(LookupError):
        rate_on(date(2012, 12, 31))


def test_rates_change_with_a_month() -> None:
    """A statement has one rate for its whole month."""
    assert {begins.day for begins, _ in RATES} == {1}
    assert sorted(RATES) == list(RATES)
