"""Whatever happened in whatever order: a statement is the sum of the month's entries."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadcloud.accounts.entry import Entry, entries_of
from leadcloud.accounts.ledger import AlreadyDone
from leadcloud.accounts.money import NOTHING, Money
from leadcloud.accounts.statement import Statement, statement
from leadcloud.accounts.usage import usage
from leadcloud.clock import SetClock
from leadcloud.errors import InsufficientBalance
from leadcloud.wiring import Services
from tests.ledgers import buy, open_accounts

ACCOUNTS = ("reseller", "sub", "sub_2", "customer")
MONTHS = ("2026-10", "2026-11", "2026-12", "2027-01", "2027-02")
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)

Step = Callable[[Services, SetClock], None]


def _bought(account: str, directory: int, business: int) -> Step:
    def step(services: Services, _clock: SetClock) -> None:
        try:
            buy(services, account, {"directory": directory, "business": business})
        except InsufficientBalance:
            return

    return step


def _reversed(account: str, number: int) -> Step:
    def step(services: Services, _clock: SetClock) -> None:
        try:
            services.ledger.reverse(account, number)
        except (LookupError, AlreadyDone):
            return

    return step


def _topped_up(account: str, amount: int) -> Step:
    def step(services: Services, _clock: SetClock) -> None:
        services.ledger.top_up(account, Money(amount))

    return step


def _waited(hours: int) -> Step:
    def step(_services: Services, clock: SetClock) -> None:
        clock.move(hours * 3_600)

    return step


_STEPS = st.one_of(
    st.builds(_bought, st.sampled_from(ACCOUNTS), st.integers(0, 200), st.integers(0, 30)),
    st.builds(_reversed, st.sampled_from(ACCOUNTS), st.integers(1, 8)),
    st.builds(_topped_up, st.sampled_from(("reseller", "customer")), st.integers(1, 10**6)),
    st.builds(_waited, st.integers(1, 24 * 20)),
)


def total(amounts: list[Money]) -> Money:
    """Add up."""
    return sum(amounts, NOTHING)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # only its settings are used
)
@given(steps=st.lists(_STEPS, min_size=5, max_size=20))
def test_a_statement_is_the_sum_of_its_entries(steps: list[Step], services: Services) -> None:
    """Each month opens as the one before closed, and no entry is in two or in none."""
    with TemporaryDirectory() as folder:
        clock = SetClock(datetime(2026, 11, 23, 12, tzinfo=UTC))
        place = f"sqlite:{Path(folder) / 'store.sqlite'}"
        fresh = Services(replace(services.settings, store=place), clock)
        open_accounts(fresh)
        for step in steps:
            step(fresh, clock)
        for account_id in ACCOUNTS:
            _check(fresh, account_id)


def _check(services: Services, account_id: str) -> None:
    account = services.accounts.account(account_id)
    assert account
    entries = [e for e in entries_of(services.store, account_id) if e.at[:7] <= MONTHS[-1]]
    statements = [
        statement(
            services.store,
            account,
            month,
            below=services.accounts.ids_below(account_id),
            now=NOW,
        )
        for month in MONTHS
    ]
    balance = NOTHING
    for each in statements:
        assert each.opening == balance
        of_month = [entry for entry in entries if entry.at.startswith(each.month)]
        balance += total([entry.amount for entry in of_month])
        assert each.closing == balance
        _check_month(each, of_month)
        _check_usage(services, each)
    assert balance == total([entry.amount for entry in entries])


def _check_month(found: Statement, entries: list[Entry]) -> None:
    charges = [entry for entry in entries if entry.kind == "charge"]
    taken_back = [entry.amount for entry in entries if entry.reverses_charge]
    assert found.charges == -total([entry.amount for entry in charges])
    assert found.net == found.charges - total(taken_back)
    assert sum(each.made for each in found.searches) == len(charges)
    for resale in found.resales:
        own = [entry.amount for entry in entries if entry.searcher == resale.sub_account]
        assert resale.cost == -total(own)


def _check_usage(services: Services, found: Statement) -> None:
    first = datetime.fromisoformat(f"{found.month}-01").date()
    year, month = divmod(first.month, 12)
    following = first.replace(year=first.year + year, month=month + 1)
    last = following.fromordinal(following.toordinal() - 1)
    used = usage(services.store, found.account_id, first=first, last=last)
    assert total([each.amount for each in used.delivered]) == found.net
    assert sum(each.made for each in used.searches) == sum(each.made for each in found.searches)
