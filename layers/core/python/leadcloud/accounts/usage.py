"""Usage: what an account was charged on each day, out of its ledger alone.

Charges that were taken back are taken off on the day on which that was done.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from leadcloud.accounts.entry import entries_between
from leadcloud.accounts.money import Money
from leadcloud.store.interface import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """Contacts of one register, delivered to one account on one day."""

    day: str
    """yyyy-mm-dd, UTC."""
    searcher: str
    """The account that they were delivered to: the one whose usage it is, or one below it."""
    register: str
    units: int
    amount: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchDay:
    """The searches of one account on one day."""

    day: str
    searcher: str
    made: int
    empty: int
    """Of those, how many found nothing to charge."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """What an account used in a span of days; both in the order of their days."""

    delivered: tuple[Delivered, ...]
    searches: tuple[SearchDay, ...]


def usage(store: Store, account_id: str, *, first: date, last: date) -> Usage:
    """Return what an account used from one day to another, both included."""
    end = (last + timedelta(days=1)).isoformat()
    units: Counter[tuple[str, str, str]] = Counter()
    amounts: Counter[tuple[str, str, str]] = Counter()
    made: Counter[tuple[str, str]] = Counter()
    empty: Counter[tuple[str, str]] = Counter()
    for entry in entries_between(store, account_id, start=first.isoformat(), end=end):
        if entry.searcher is None:
            continue
        day = entry.at[: len(end)], entry.searcher
        for line in entry.lines:
            units[*day, line.register] += line.units
            amounts[*day, line.register] += line.amount.ten_thousandths
        if entry.kind == "charge":
            made[day] += 1
            empty[day] += not entry.lines
    return Usage(
        delivered=tuple(
            Delivered(
                day=day,
                searcher=searcher,
                register=register,
                units=units[day, searcher, register],
                amount=Money(amounts[day, searcher, register]),
            )
            for day, searcher, register in sorted(units)
        ),
        searches=tuple(
            SearchDay(day=day, searcher=searcher, made=made[day, searcher], empty=number)
            for (day, searcher), number in sorted(empty.items())
        ),
    )
