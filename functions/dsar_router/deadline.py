"""When a request must be answered: one month from receipt, by the Union's rules on periods.

Two dates matter. The nominal one is the same day of the month after; everything here is steered
by it. The latest one is what the law still allows when the nominal date is no working day.

Source: GDPR art. 12(3); Regulation (EEC, Euratom) 1182/71 art. 3(1), 3(2)(c) and 3(4).

Run as a program it prints both: `python -m functions.dsar_router.deadline 2026-01-31`.
"""

import sys
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from dateutil.easter import easter

from leadcloud.controllers import Country

_DAY = timedelta(days=1)
_SATURDAY = 5
_MONTHS = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """By when a request is to be answered."""

    nominal: date
    """Same day of the month, or its last day where it has no such day."""
    latest: date
    """The nominal date, or the first working day after it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Holidays:
    """Of a country, by the rules that give their dates."""

    after_easter: tuple[int, ...]
    """Days from Easter Sunday."""
    saturdays_from: tuple[tuple[int, int], ...]
    fixed: tuple[tuple[int, int], ...]


# Eves (Midsummer, Christmas, New Year) are left out: they are holidays by agreement or custom, so a
# period that ends on one is not prolonged. Sources: Finland: kirkkolaki 652/2023, laki itsenäisyys-
# päivästä 388/1937, laki vapunpäivästä 272/1944. Sweden: lag (1989:253) om allmänna helgdagar.
# Norway: lov om helligdager 24.2.1995 nr. 12, lov om 1 og 17 mai 26.4.1947 nr. 1.
_HOLIDAYS: Mapping[Country, _Holidays] = {
    "FI": _Holidays(
        after_easter=(-2, 0, 1, 39, 49),
        saturdays_from=((6, 20), (10, 31)),
        fixed=((1, 1), (1, 6), (5, 1), (12, 6), (12, 25), (12, 26)),
    ),
    "SE": _Holidays(
        after_easter=(-2, 0, 1, 39, 49),
        saturdays_from=((6, 20), (10, 31)),
        fixed=((1, 1), (1, 6), (5, 1), (6, 6), (12, 25), (12, 26)),
    ),
    "NO": _Holidays(
        after_easter=(-3, -2, 0, 1, 39, 49, 50),
        saturdays_from=(),
        fixed=((1, 1), (5, 1), (5, 17), (12, 25), (12, 26)),
    ),
}


def due(received: date, *, months: int = 1) -> Due:
    """Return by when a request received on that date is to be answered.

    Args:
        received: The date in Finland on which the request reached us.
        months: 1, or 3 where the controller has extended the period (art. 12(3)).
    """
    nominal = _months_later(received, months)
    return Due(nominal=nominal, latest=latest(nominal))


def latest(nominal: date, country: Country = "FI") -> date:
    """Return the nominal date, or the first working day after it where the controller acts."""
    while not is_working_day(nominal, country):
        nominal += _DAY
    return nominal


def received_on(moment: datetime) -> date:
    """Return the date in Finland at a moment."""
    return moment.astimezone(_finland()).date()


def opening_of(day: date) -> datetime:
    """Return when offices in Finland open on a day, eight o'clock; in UTC."""
    return datetime.combine(day, time(8), _finland()).astimezone(UTC)


def end_of(day: date) -> datetime:
    """Return the moment at which a day in Finland is over, in UTC."""
    return datetime.combine(day + _DAY, time(), _finland()).astimezone(UTC)


def is_working_day(day: date, country: Country = "FI") -> bool:
    """Tell whether a day is neither a weekend nor a public holiday in a country."""
    return day.weekday() < _SATURDAY and day not in public_holidays(day.year, country)


@cache
def public_holidays(year: int, country: Country = "FI") -> frozenset[date]:
    """Return a country's public holidays of a year."""
    days, sunday = _HOLIDAYS[country], easter(year)
    moving = {sunday + timedelta(days=offset) for offset in days.after_easter}
    saturdays = {_saturday_from(date(year, *day)) for day in days.saturdays_from}
    return frozenset(moving | saturdays | {date(year, *day) for day in days.fixed})


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, _MONTHS)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _saturday_from(day: date) -> date:
    return day + timedelta(days=(_SATURDAY - day.weekday()) % 7)


@cache
def _finland() -> ZoneInfo:
    return ZoneInfo("Europe/Helsinki")


def main(arguments: Sequence[str]) -> int:
    """Print the nominal and the latest date for a date of receipt."""
    try:
        (text,) = arguments
        answer = due(date.fromisoformat(text))
    except (ValueError, OverflowError):
        sys.stderr.write("Give one date as YYYY-MM-DD.\n")
        return 2
    sys.stdout.write(f"{answer.nominal} {answer.latest}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
