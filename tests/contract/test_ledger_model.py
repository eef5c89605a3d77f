"""The ledger against sums kept by hand: any order of requests, duplicates, deaths and sweeps.

1,000 runs of 50 steps with LEADCLOUD_TEST_EFFORT=50, on either store.
"""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from leadcloud.accounts.billing import Billing
from leadcloud.accounts.entry import Entry, entries_of
from leadcloud.accounts.ledger import Ledger
from leadcloud.accounts.money import NOTHING, Money
from leadcloud.accounts.order import Order, Run
from leadcloud.accounts.price import Payer
from leadcloud.accounts.settlement import Settlement, Settlements
from leadcloud.accounts.sweep import sweep
from leadcloud.accounts.verification import verify
from leadcloud.accounts.wallet import balance_of
from leadcloud.clock import SetClock
from leadcloud.errors import (
    IdempotencyKeyInProgress,
    IdempotencyKeyReused,
    InsufficientBalance,
    LeadCloudError,
    ResultNotRetained,
)
from leadcloud.store.dynamodb import DynamoDbStore
from leadcloud.store.interface import Store, StoreUnavailable
from leadcloud.store.sqlite import SqliteStore
from tests.contract.conftest import new_table
from tests.dying_store import Death, DyingStore
from tests.effort import times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_dynamodb import DynamoDBClient


class UnsyncedStore(SqliteStore):
    """Leaves syncing to the system: here no power fails, and many commits are made."""

    def _open(self) -> sqlite3.Connection:
        connection = super()._open()
        connection.execute("PRAGMA synchronous = OFF")
        return connection


PRICE, RETAIL = Money(500), Money(700)
ROOTS = ("solo", "reseller")


def payer(name: str, *, cap: Money | None = None) -> Payer:
    """Return who pays so much for a contact of the register `r`."""
    return Payer(
        account_id=name,
        prices={"r": PRICE if name in ROOTS else RETAIL},
        prepaid=name in ROOTS,
        cap_month=cap,
    )


TREES = {
    "solo": (payer("solo"),),
    "capped": (payer("capped", cap=Money(20_000)), payer("reseller")),
    "free": (payer("free"), payer("reseller", cap=None)),
}
ACCOUNTS = st.sampled_from(sorted(TREES))
KEYS = st.sampled_from(["one", "two", "three"])
ENDS = st.sampled_from(["well", "well", "dies before", "dies after", "lost before", "lost after"])


@dataclass
class Known:
    """What is known by hand of an operation."""

    request: str
    most: int
    state: str
    units: int = 0
    reruns: int = 0
    run: Run | None = None


class Books(RuleBasedStateMachine):
    """Does everything with the ledger, and with sums kept by hand."""

    table: Any = None
    """A client and a table of DynamoDB; None for SQLite."""

    @initialize()
    def begin_books(self) -> None:
        """Open empty books."""
        self.clock = SetClock(datetime(2026, 11, 29, 12, tzinfo=UTC))
        self.folder = TemporaryDirectory()
        self.store = self.open_store()
        self.ledger = Ledger(self.store, self.clock)
        self.paid = dict.fromkeys(ROOTS, 0)
        self.known: dict[tuple[str, str], Known] = {}
        self.charged = dict.fromkeys((*ROOTS, "capped", "free"), 0)

    def open_store(self) -> Store:
        """Return an empty store."""
        if self.table is None:
            return UnsyncedStore(Path(self.folder.name) / "store.sqlite", self.clock)
        client = self.table
        return DynamoDbStore(new_table(client), client, self.clock, random=SystemRandom())

    def teardown(self) -> None:
        """Leave nothing behind."""
        if isinstance(self.store, SqliteStore):
            self.store.close()
        self.folder.cleanup()

    def billing(self, *, at: int = 0, end: str = "well") -> Billing:
        """Return a billing of its own, as another instance has it, that ends so."""
        how: BaseException = Death() if "dies" in end else StoreUnavailable("lost")
        store = DyingStore(self.store, at=at, how=how, done="after" in end) if at else self.store
        settlements = Settlements(store, self.clock, random=SystemRandom(), sleep=lambda _: None)
        return Billing(store, self.clock, secret="secret", settlements=settlements)

    def order(self, account: str, key: str, request: str, most: int) -> Order:
        """Return the order of a request."""
        return Order(
            payers=TREES[account],
            most={"r": most},
            costs={"r": Money(300) * most},
            idempotency_key=key,
            request=request,
            request_id="request",
        )

    # Rules

    @rule(root=st.sampled_from(ROOTS), euros=st.integers(1, 3))
    def top_up(self, root: str, euros: int) -> None:
        """Money comes in."""
        self.ledger.top_up(root, Money(euros * 10_000))
        self.paid[root] += euros * 10_000

    @rule(account=ACCOUNTS, key=KEYS, request=st.sampled_from("ab"), most=st.integers(0, 30))
    def ask(self, account: str, key: str, request: str, most: int) -> None:
        """Ask, and be let through exactly when the sums by hand say so."""
        expected = self.expected(account, key, request, most)
        order = self.order(account, key, request, most)
        if expected:
            with pytest.raises(expected):
                self.billing().begin(order)
        else:
            self.note(account, key, order, self.billing().begin(order))

    @rule(account=ACCOUNTS, key=KEYS, most=st.integers(1, 30))
    def ask_many_times_at_once(self, account: str, key: str, most: int) -> None:
        """Of the same request from many sides at once, one at most is let through."""
        expected = self.expected(account, key, "a", most)
        order = self.order(account, key, "a", most)

        def attempt(_: int) -> Run | type[Exception]:
            try:
                return self.billing().begin(order)
            except LeadCloudError as error:
                return type(error)

        with ThreadPoolExecutor(4) as threads:
            results = list(threads.map(attempt, range(4)))
        runs = [each for each in results if isinstance(each, Run)]
        assert len(runs) == (0 if expected else 1)
        for run in runs:
            self.note(account, key, order, run)

    @rule(account=ACCOUNTS, key=KEYS, most=st.integers(1, 30), end=ENDS)
    def die_asking(self, account: str, key: str, most: int, end: str) -> None:
        """The process dies while it reserves, or hears nothing."""
        if end == "well" or self.expected(account, key, "a", most):
            return
        order = self.order(account, key, "a", most)
        known = self.known.get((account, key))
        with pytest.raises((Death, StoreUnavailable)):
            self.billing(at=1, end=end).begin(order)
        if "after" in end and (known is None or known.state != "settled"):
            self.known[account, key] = Known(request="a", most=most, state="running")

    @precondition(lambda self: self.runs())
    @rule(data=st.data(), share=st.floats(0, 1), end=ENDS)
    def settle(self, data: st.DataObject, share: float, end: str) -> None:
        """Settle a run; who dies at it has charged all of it or nothing."""
        known = data.draw(st.sampled_from(self.runs()))
        units = int(known.most * share)
        assert known.run
        replayed, run = known.run.replayed, known.run
        settlement = Settlement(run=run, units={"r": units} if units else {})
        known.run = None
        try:
            receipt = self.billing(at=0 if end == "well" else 1, end=end).settle(settlement)
        except (Death, LeadCloudError, StoreUnavailable):
            assert end != "well"
        else:
            assert "before" not in end, "a receipt for what was not kept"
            expected = known.units if replayed else units
            assert receipt.units == expected
        if replayed:
            known.reruns += "after" in end or end == "well"
        elif end == "well" or "after" in end:
            self.charge(run, known, units)

    @precondition(lambda self: self.runs())
    @rule(share=st.floats(0, 1))
    def settle_all_at_once(self, share: float) -> None:
        """Settlements that meet are all carried out."""
        billing, runs = self.billing(), self.runs()
        units = [int(known.most * share) for known in runs]

        def settle(each: tuple[Known, int]) -> Any:
            assert each[0].run
            return billing.settle(Settlement(run=each[0].run, units={"r": each[1]}))

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(settle, zip(runs, units, strict=True)))
        for known, number in zip(runs, units, strict=True):
            run, known.run = known.run, None
            assert run
            if run.replayed:
                known.reruns += 1
            else:
                self.charge(run, known, number)

    @precondition(lambda self: self.runs())
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        """Give a run up."""
        known = data.draw(st.sampled_from(self.runs()))
        assert known.run
        self.billing().release(known.run)
        if not known.run.replayed:
            known.state = "released"
        known.run = None

    @rule()
    def wait_and_sweep(self) -> None:
        """Whatever runs has died by now; sweeping twice is sweeping once."""
        self.clock.move(31)
        dead = [known for known in self.known.values() if known.state == "running"]
        assert sweep(self.store, self.billing(), self.clock) == len(dead)
        assert sweep(self.store, self.billing(), self.clock) == 0
        for known in self.known.values():
            known.run = None
        for known in dead:
            known.state = "released"

    @rule()
    def reverse_the_first_charge(self) -> None:
        """What was wrong is taken back by another entry, once."""
        for root in ROOTS:
            entries = list(entries_of(self.store, root))
            taken = {entry.reverses for entry in entries}
            for entry in entries:
                if entry.kind == "charge" and entry.number not in taken:
                    self.ledger.reverse(root, entry.number)
                    self.charged[root] += entry.amount.ten_thousandths
                    return

    # Sums by hand

    def runs(self) -> list[Known]:
        """Return what runs and is held by somebody."""
        return [known for known in self.known.values() if known.run]

    def note(self, account: str, key: str, order: Order, run: Run) -> None:
        """Note a request that was let through."""
        known = self.known.get((account, key))
        if run.replayed:
            assert known
            assert known.state == "settled"
            known.run = run
        else:
            self.known[account, key] = Known(
                request=order.request, most=order.most["r"], state="running", run=run
            )

    def charge(self, run: Run, known: Known, units: int) -> None:
        """Note a charge."""
        known.state, known.units = "settled", units
        for each in run.order.payers:
            self.charged[each.account_id] += each.cost({"r": units}).ten_thousandths

    def reserved(self, account: str) -> int:
        """Return what must be reserved of an account."""
        return sum(
            each.cost({"r": known.most}).ten_thousandths
            for (searcher, _), known in self.known.items()
            for each in TREES[searcher]
            if known.state == "running" and each.account_id == account
        )

    def affordable(self, account: str, most: int) -> bool:
        """Tell whether everybody above has enough, and no cap is in the way."""
        for each in TREES[account]:
            name, cost = each.account_id, each.cost({"r": most}).ten_thousandths
            used = self.charged[name] + self.reserved(name)
            if each.prepaid and self.paid[name] - used < cost:
                return False
            if each.cap_month and each.cap_month.ten_thousandths - used < cost:
                return False
        return True

    def expected(
        self, account: str, key: str, request: str, most: int
    ) -> type[LeadCloudError] | None:
        """Return the error with which a request must be refused; None where it is let through."""
        known = self.known.get((account, key))
        if known and known.state != "released":
            if known.request != request:
                return IdempotencyKeyReused
            if known.state == "running" or known.run:
                return IdempotencyKeyInProgress
            if known.reruns:
                return ResultNotRetained
            return self.expected_again(account, key)
        if known and known.request != request:
            return IdempotencyKeyReused
        return None if self.affordable(account, most) else InsufficientBalance

    def expected_again(self, account: str, key: str) -> type[LeadCloudError] | None:
        """Return the error with which a second answer must be refused, by what the record says."""
        from leadcloud.accounts.operation import LONGEST_RUN, RERUN_WINDOW, operation

        digest = self.billing()._digest([account, key])
        found = operation(self.store, account, digest)
        assert found
        now = self.clock.now()
        if now - found.began_at >= RERUN_WINDOW:
            return ResultNotRetained
        if found.rerun_at and now - found.rerun_at < LONGEST_RUN:
            return IdempotencyKeyInProgress
        return None

    # Invariants

    @invariant()
    def the_books_are_right(self) -> None:
        """Every chain, sum and operation agrees, and the sums are those kept by hand."""
        assert verify(self.store) == []
        for root in ROOTS:
            balance = balance_of(self.store, root)
            if balance is None:
                assert self.paid[root] == 0
                continue
            assert balance.reserved.ten_thousandths == self.reserved(root)
            total = (balance.available + balance.reserved).ten_thousandths
            assert total == self.paid[root] - self.charged[root]
            assert balance.available >= NOTHING

    @invariant()
    def each_operation_is_charged_once(self) -> None:
        """As many charges as operations that were settled, whatever was repeated."""
        settled = [key for key, known in self.known.items() if known.state == "settled"]
        charges: Sequence[Entry] = [
            entry
            for account in TREES
            for entry in entries_of(self.store, account)
            if entry.kind == "charge"
        ]
        assert len(charges) == len(settled)


def test_books_in_sqlite() -> None:
    """Nothing double, nothing lost, in SQLite."""
    run(Books, times(20))


@pytest.mark.loopback
def test_books_in_dynamodb(ministack_client: "DynamoDBClient") -> None:
    """Nothing double, nothing lost, in DynamoDB."""

    class BooksInDynamoDb(Books):
        table = ministack_client

    run(BooksInDynamoDb, times(2))


def run(machine: type[Books], examples: int) -> None:
    """Run a machine so many times for 50 steps."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
