"""Charges by the hour, out of the ledgers of those who buy from us.

What a reseller charges its sub-accounts is the reseller's to report; a charge that is reversed stays
reported, as no metering service takes less than nothing: it is in the statement.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from leadcloud.accounts.entry import entries_between
from leadcloud.accounts.money import Money
from leadcloud.accounts.wallet import trees
from leadcloud.clock import rfc3339
from leadcloud.metering.interface import UsageRecord
from leadcloud.store.interface import Store

_HOUR = len("2026-11-23T12")


def usage_records(store: Store, *, start: datetime | None, end: datetime) -> list[UsageRecord]:
    """Return what was charged from one full hour to another, oldest first.

    Args:
        store: Keeps the ledgers.
        start: Where to begin; None for the first entry of all.
        end: Where to stop; entries of that hour are left out.
    """
    found = (
        record
        for account_id in trees(store)
        for record in _of_account(
            store, account_id, start=rfc3339(start) if start else "", end=rfc3339(end)
        )
    )
    return sorted(found, key=lambda record: record.id)


def _of_account(store: Store, account_id: str, *, start: str, end: str) -> Iterator[UsageRecord]:
    units: Counter[tuple[str, str]] = Counter()
    amounts: Counter[tuple[str, str]] = Counter()
    for entry in entries_between(store, account_id, start=start, end=end):
        if entry.kind == "charge":
            for line in entry.lines:
                units[entry.at[:_HOUR], line.register] += line.units
                amounts[entry.at[:_HOUR], line.register] += line.amount.ten_thousandths
    for (hour, register), number in units.items():
        yield UsageRecord(
            hour=datetime.fromisoformat(f"{hour}:00:00Z"),
            account_id=account_id,
            register=register,
            units=number,
            amount=Money(amounts[hour, register]),
        )
