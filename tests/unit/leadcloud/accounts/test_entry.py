"""Entries in their chain, and how those of a span of time are found."""

import pytest

from leadcloud.accounts.entry import entries_between, entries_of, entry, last_entry
from leadcloud.accounts.money import Money
from leadcloud.clock import SetClock
from leadcloud.wiring import Services

HOUR = 3_600


@pytest.fixture
def ledger(services: Services, clock: SetClock) -> Services:
    """Twelve top-ups of 1, 2, 3… euros: two in the same second, then an hour of nothing, and so on."""
    for number in range(12):
        services.ledger.top_up("customer", Money.read(str(number + 1)))
        clock.move(HOUR * (number % 2))
    return services


def test_each_entry_says_what_the_balance_is_with_it(ledger: Services) -> None:
    """So that the balance of any moment is read, and not added up."""
    entries = list(entries_of(ledger.store, "customer"))

    assert [each.balance for each in entries] == [
        Money.read(str(number * (number + 1) // 2)) for number in range(1, 13)
    ]


@pytest.mark.parametrize(
    ("before", "number"),
    [
        ("2026-11-23T12:00:00Z", None),
        ("2026-11-23T12:00:01Z", 2),
        ("2026-11-23T15:00:00Z", 6),
        ("2026-11-23T17:00:00Z", 10),
        ("2026-11-23T17:00:01Z", 12),
        ("2026-12", 12),
        ("2026-11", None),
    ],
)
def test_the_last_entry_before_a_moment_is_found(
    ledger: Services, before: str, number: int | None
) -> None:
    """Also where several were written in one second, and where there is none."""
    found = last_entry(ledger.store, "customer", before=before)

    assert (found and found.number) == number


def test_a_span_begins_with_its_first_moment_and_ends_before_its_last(ledger: Services) -> None:
    """So that no entry is in two months, or in none."""
    noon, two, never = "2026-11-23T12:00:00Z", "2026-11-23T14:00:00Z", "2027"

    def numbers(start: str, end: str) -> list[int]:
        found = entries_between(ledger.store, "customer", start=start, end=end)
        return [each.number for each in found]

    assert numbers(noon, two) == [1, 2, 3, 4]
    assert numbers(two, never) == [5, 6, 7, 8, 9, 10, 11, 12]
    assert numbers(never, "2028") == []


def test_an_account_without_entries_has_none_of_any_time(services: Services) -> None:
    """Nothing is there to be halved."""
    assert last_entry(services.store, "nobody", before="2026-11") is None
    assert list(entries_between(services.store, "nobody", start="2026-11", end="2026-12")) == []
    assert entry(services.store, "nobody", 1) is None
