"""When a request must be answered: one month from receipt, by the Union's rules on periods.

Two dates matter. The nominal one is the same day of the month after; everything here is steered
by it. The latest one is what the law still allows when the nominal date is no working day.

Source: GDPR art. 12(3); Regulation (EEC, Euratom) 1182/71 art. 3(1), 3(2)(c) and 3(4).

Run as a program it prints both: `python -m functions.dsar_router.deadline 2026-01-31`.
"""

import sys
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from dateutil.easter import easter

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


def due(received: date, *, months: int = 1) -> Due:
    """Return by when a request received on that date is to be answered.

    Args:
        received: The date in Finland on which the request reached us.
        months: 1, or 3 where the controller has extended the period (art. 12(3)).
    """
    nominal = _months_later(received, months)
    return Due(nominal=nominal, latest=_working_day_from(nominal))


def received_on(moment: datetime) -> date:
    """Return the date in Finland at a moment."""
    return moment.astimezone(_finland()).date()


def opening_of(day: date) -> datetime:
    """Return when offices in Finland open on a day, eight o'clock; in UTC."""
    return datetime.combine(day, time(8), _finland()).astimezone(UTC)


def end_of(day: date) -> datetime:
    """Return the moment at which a day in Finland is over, in UTC."""
    return datetime.combine(day + _DAY, time(), _finland()).astimezone(UTC)


def is_working_day(day: date) -> bool:
    """Tell whether a day is neither a weekend nor a public holiday in Finland."""
    return day.weekday() < _SATURDAY and day not in public_holidays(day.year)


@cache
def public_holidays(year: int) -> frozenset[date]:
    """Return Finland's public holidays of a year.

    Midsummer Eve and Christmas Eve are left out: they are holidays by collective agreement only,
    so a period that ends on one is not prolonged. Source: kirkkolaki 652/2023, laki itsenäisyys-
    päivästä 388/1937, laki vapunpäivästä 272/1944.
    """
    sunday = easter(year)
    moving = {sunday + timedelta(days=days) for days in (-2, 0, 1, 39, 49)}
    saturdays = {_saturday_from(date(year, 6, 20)), _saturday_from(date(year, 10, 31))}
    fixed = {date(year, *day) for day in ((1, 1), (1, 6), (5, 1), (12, 6), (12, 25), (12, 26))}
    return frozenset(moving | saturdays | fixed)


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, _MONTHS)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _working_day_from(day: date) -> date:
    while not is_working_day(day):
        day += _DAY
    return day


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
