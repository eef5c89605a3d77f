"""A ledger is read alike from every store: its end, its past, and a span of it."""

from datetime import UTC, datetime, timedelta

import pytest

from leadcloud.accounts.entry import Entry, entries_between, entry, last_entry
from leadcloud.accounts.money import Money
from leadcloud.clock import rfc3339
from leadcloud.store.interface import Store

pytestmark = pytest.mark.loopback

START = datetime(2026, 11, 30, 23, 59, 57, tzinfo=UTC)


@pytest.fixture
def ledger(store: Store) -> Store:
    """Nine top-ups of a euro, three in each second, over the end of a month; and another account's."""
    for account_id in ("customer", "customer_2"):
        last: Entry | None = None
        for number in range(9):
            at = START + timedelta(seconds=number // 3 * 2)
            new = Entry(account_id=account_id, kind="top_up", amount=Money.read("1"))
            last = new.after(last, at)
            store.transact(last.written())
    return store


def test_the_end_of_a_month_is_found(ledger: Store) -> None:
    """The last entry before a moment is found, with the balance as it was then."""
    last = last_entry(ledger, "customer", before="2026-12")

    assert last
    assert (last.number, last.balance) == (6, Money.read("6"))
    assert last_entry(ledger, "customer") == entry(ledger, "customer", 9)
    assert last_entry(ledger, "customer", before=rfc3339(START)) is None


def test_a_month_has_its_own_entries_only(ledger: Store) -> None:
    """None of the months beside it, and none of another account."""
    months = (("2026-10", "2026-11"), ("2026-11", "2026-12"), ("2026-12", "2027-01"))
    found = [
        [
            (each.account_id, each.number)
            for each in entries_between(ledger, "customer", start=a, end=b)
        ]
        for a, b in months
    ]

    assert found == [
        [],
        [("customer", number) for number in range(1, 7)],
        [("customer", number) for number in range(7, 10)],
    ]
