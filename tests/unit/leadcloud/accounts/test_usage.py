"""Usage by day."""

from datetime import date

from leadcloud.accounts.money import Money
from leadcloud.accounts.usage import Delivered, SearchDay, usage
from leadcloud.clock import SetClock
from leadcloud.wiring import Services
from tests.ledgers import buy, open_accounts

HALF_A_DAY = 43_200
FIRST, SECOND = date(2026, 11, 23), date(2026, 11, 24)


def test_a_day_is_told_by_account_and_register(services: Services, clock: SetClock) -> None:
    """A day ends with midnight, UTC; a reseller's sub-accounts are told apart."""
    open_accounts(services)
    buy(services, "sub", {"directory": 10, "business": 4})
    buy(services, "sub", {"directory": 2})
    buy(services, "sub_2", {"directory": 0})
    clock.move(HALF_A_DAY)
    buy(services, "sub", {"directory": 1})

    found = usage(services.store, "reseller", first=FIRST, last=SECOND)

    assert [
        (each.day, each.searcher, each.register, each.units, str(each.amount))
        for each in found.delivered
    ] == [
        ("2026-11-23", "sub", "business", 4, "0.50"),
        ("2026-11-23", "sub", "directory", 12, "0.60"),
        ("2026-11-24", "sub", "directory", 1, "0.05"),
    ]
    assert found.searches == (
        SearchDay(day="2026-11-23", searcher="sub", made=2, empty=0),
        SearchDay(day="2026-11-23", searcher="sub_2", made=1, empty=1),
        SearchDay(day="2026-11-24", searcher="sub", made=1, empty=0),
    )


def test_only_the_days_asked_for_are_told(services: Services, clock: SetClock) -> None:
    """Both the first and the last of them."""
    open_accounts(services)
    for _ in range(4):
        buy(services, "customer", {"directory": 1})
        clock.move(2 * HALF_A_DAY)

    found = usage(services.store, "customer", first=SECOND, last=date(2026, 11, 25))

    assert [each.day for each in found.delivered] == ["2026-11-24", "2026-11-25"]
    assert usage(services.store, "customer", first=date(2027, 1, 1), last=date(2027, 1, 2)) == (
        usage(services.store, "nobody", first=FIRST, last=SECOND)
    )


def test_what_was_reversed_is_taken_off_on_the_day_on_which_it_was(
    services: Services, clock: SetClock
) -> None:
    """Contacts and money; the search was made all the same."""
    open_accounts(services)
    buy(services, "customer", {"directory": 3})
    clock.move(HALF_A_DAY)
    services.ledger.reverse("customer", 2)

    found = usage(services.store, "customer", first=SECOND, last=SECOND)

    assert found.delivered == (
        Delivered(
            day="2026-11-24",
            searcher="customer",
            register="directory",
            units=-3,
            amount=-Money.read("0.15"),
        ),
    )
    assert found.searches == ()
