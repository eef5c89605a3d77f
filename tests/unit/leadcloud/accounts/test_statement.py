"""Statements of a month."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from leadcloud.accounts.money import NOTHING, Money
from leadcloud.accounts.statement import Resale, Searches, Sold, Statement, statement
from leadcloud.clock import SetClock
from leadcloud.wiring import Services
from tests.ledgers import buy, open_accounts

DAY = 86_400


@pytest.fixture
def accounts(services: Services, clock: SetClock) -> Services:
    """A reseller and a customer, charged in November; it is the second of December."""
    open_accounts(services)
    buy(services, "sub", {"directory": 10, "business": 4})
    buy(services, "sub", {"directory": 0})
    buy(services, "sub_2", {"directory": 1})
    buy(services, "reseller", {"directory": 2})
    buy(services, "customer", {"directory": 3})
    clock.move(9 * DAY)
    return services


def of(services: Services, account_id: str, month: str = "2026-11") -> Statement:
    """Return the statement of an account."""
    account = services.accounts.account(account_id)
    assert account
    below = services.accounts.ids_below(account_id)
    return statement(services.store, account, month, below=below, now=services.clock.now())


def euros(text: str) -> Money:
    """Return an amount."""
    return Money.of(Decimal(text))


def test_a_reseller_is_told_what_it_paid_and_what_was_paid_to_it(accounts: Services) -> None:
    """Ten directory contacts at 0.05 and four of companies at 0.125 bring it a fifth on top."""
    found = of(accounts, "reseller")

    assert found.resales == (
        Resale(sub_account="sub", cost=euros("1"), price=euros("1.2")),
        Resale(sub_account="sub_2", cost=euros("0.05"), price=euros("0.06")),
    )
    assert [resale.margin for resale in found.resales] == [euros("0.2"), euros("0.01")]
    assert found.sold == (
        Sold(searcher="reseller", register="directory", price=euros("0.05"), units=2),
        Sold(searcher="sub", register="business", price=euros("0.125"), units=4),
        Sold(searcher="sub", register="directory", price=euros("0.05"), units=10),
        Sold(searcher="sub_2", register="directory", price=euros("0.05"), units=1),
    )
    assert found.searches == (
        Searches(searcher="reseller", made=1, empty=0),
        Searches(searcher="sub", made=2, empty=1),
        Searches(searcher="sub_2", made=1, empty=0),
    )
    assert (found.opening, found.charges, found.closing) == (NOTHING, euros("1.15"), euros("98.85"))
    assert found.prepaid


def test_a_sub_account_sees_its_own_at_its_own_prices(accounts: Services) -> None:
    """The reseller's prices and its balance are nowhere in it."""
    found = of(accounts, "sub")

    assert found.sold == (
        Sold(searcher="sub", register="business", price=euros("0.15"), units=4),
        Sold(searcher="sub", register="directory", price=euros("0.06"), units=10),
    )
    assert found.resales == ()
    assert not found.prepaid
    assert found.net == euros("1.2")


def test_the_tax_of_the_month_comes_on_top(accounts: Services) -> None:
    """Prices and balances are without it."""
    found = of(accounts, "customer")

    assert (found.vat_percent, found.net) == (Decimal("25.5"), euros("0.15"))
    assert (found.vat, found.total) == (euros("0.04"), euros("0.19"))


def test_what_is_to_be_paid_is_in_whole_cents(accounts: Services) -> None:
    """A contact may cost 0.0563; nobody can pay that, or 25.5 per cent of it."""
    accounts.accounts.mark_up("reseller", Decimal("12.5"), by="operator")
    buy(accounts, "sub", {"directory": 1})

    found = of(accounts, "sub", "2026-12")

    assert (found.net, found.vat, found.total) == (euros("0.0563"), euros("0.01"), euros("0.07"))


def test_what_was_reversed_is_taken_off(accounts: Services) -> None:
    """In the month in which that was done: what was stated before stays as it was stated."""
    before = of(accounts, "customer")
    accounts.ledger.reverse("customer", 2, note="complaint-7")

    december = of(accounts, "customer", "2026-12")

    assert of(accounts, "customer") == before
    assert (december.opening, december.closing) == (euros("99.85"), euros("100"))
    assert (december.charges, december.net) == (NOTHING, euros("-0.15"))
    assert [(each.reverses, each.amount) for each in december.movements] == [(2, euros("0.15"))]


def test_a_top_up_that_was_reversed_changes_the_balance_and_nothing_else(
    accounts: Services,
) -> None:
    """It was no charge, so there is no tax on it."""
    accounts.ledger.reverse("customer", 1)

    december = of(accounts, "customer", "2026-12")

    assert december.closing == euros("-0.15")
    assert (december.net, december.total) == (NOTHING, NOTHING)


def test_a_reversal_for_a_sub_account_changes_the_resellers_margin(accounts: Services) -> None:
    """What the sub-account does not pay, the reseller does not get."""
    accounts.ledger.reverse("sub", 1)

    december = of(accounts, "reseller", "2026-12")

    assert december.resales == (Resale(sub_account="sub", cost=NOTHING, price=euros("-1.2")),)
    assert december.resales[0].margin == euros("-1.2")


def test_a_month_without_entries_ends_as_it_began(accounts: Services, clock: SetClock) -> None:
    """Before the first entry, and after the last."""
    clock.move(40 * DAY)

    october, december = (of(accounts, "reseller", month) for month in ("2026-10", "2026-12"))

    assert (october.opening, october.closing) == (NOTHING, NOTHING)
    assert (december.opening, december.closing) == (euros("98.85"), euros("98.85"))
    assert december.resales == ()


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), "preliminary"),
        (datetime(2026, 12, 1, 0, 0, 30, tzinfo=UTC), "preliminary"),
        (datetime(2026, 12, 1, 0, 1, tzinfo=UTC), "final"),
    ],
)
def test_a_month_is_preliminary_until_nothing_can_be_added(
    services: Services, now: datetime, state: str
) -> None:
    """A machine whose clock is a little behind may still be writing when it is just over."""
    open_accounts(services)
    account = services.accounts.account("customer")
    assert account

    found = statement(services.store, account, "2026-11", below=(), now=now)

    assert found.preliminary == (state == "preliminary")


@pytest.mark.parametrize(
    "month",
    ["2027-01", "2012-12", "2026-13", "2026-00", "2026-1", "202611", "2026-W01", "", "9999-12"],
)
def test_other_months_have_no_statement(accounts: Services, month: str) -> None:
    """Those that have not begun, those before anybody knows the tax, and what is no month."""
    with pytest.raises(LookupError):
        of(accounts, "customer", month)
