"""The ledger: what a paid search costs in time and in writes, and whether it is ever wrong.

Reserving and settling is measured on SQLite with every commit synced to the disk, beside a bare
commit of the same file, by one caller and by many who search for one account at once. What DynamoDB
is asked and charges for is counted while whole searches run. The ordeal sends searches many times
over at `./run` while it is killed.
"""

import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import SystemRandom
from typing import Any

from benchmarks._ledger_ordeal import undergo
from benchmarks._paid_search import count
from benchmarks.figure import Figure
from leadcloud.accounts.billing import Billing
from leadcloud.accounts.ledger import Ledger
from leadcloud.accounts.money import Money
from leadcloud.accounts.order import Order
from leadcloud.accounts.price import Payer
from leadcloud.accounts.settlement import Settlement, Settlements
from leadcloud.clock import SystemClock
from leadcloud.lead_reference import Delivery, LeadReferences
from leadcloud.store.interface import Store
from leadcloud.store.sqlite import SqliteStore

SEARCHES = 300
CALLERS = 16
ORDEAL = {"searches": 20, "copies": 10, "kills": 4}
_PRICE = Money(500)


def run() -> Sequence[Figure]:
    """Measure, count, and undergo a small ordeal."""
    with tempfile.TemporaryDirectory() as place:
        bare = _bare_commits(Path(place) / "bare.sqlite")
        alone, together = _on_sqlite(Path(place) / "store.sqlite")
    return (
        _rate(
            "reserve and settle, one caller", alone, against=f"{bare / 2:,.0f}/s: two bare commits"
        ),
        _rate(
            f"reserve and settle, {CALLERS} callers, one account",
            together,
            against=f"{alone:,.0f}/s: one caller",
        ),
        *_on_dynamodb(),
        *_ordeal(),
    )


def _rate(name: str, value: float, *, against: str) -> Figure:
    return Figure(name=name, value=value, unit="1/s", lower_is_better=False, against=against)


def _bare_commits(path: Path) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE t (n INTEGER)")
    started = time.perf_counter()
    for number in range(SEARCHES):
        connection.execute("INSERT INTO t VALUES (?)", (number,))
    seconds = time.perf_counter() - started
    connection.close()
    return SEARCHES / seconds


def _on_sqlite(path: Path) -> tuple[float, float]:
    """Return searches a second, of one caller and of many."""
    store = SqliteStore(path, SystemClock())
    buy = _buyer(store)
    buy(0)  # opens the wallet
    started = time.perf_counter()
    for number in range(1, SEARCHES):
        buy(number)
    alone = SEARCHES / (time.perf_counter() - started)
    started = time.perf_counter()
    with ThreadPoolExecutor(CALLERS) as callers:
        list(callers.map(buy, range(SEARCHES, 3 * SEARCHES)))
    together = 2 * SEARCHES / (time.perf_counter() - started)
    store.close()
    return alone, together


def _buyer(store: Store) -> Any:
    """Return what makes the paid search of that number: one source, a hundred contacts."""
    clock = SystemClock()
    Ledger(store, clock).top_up("buyer", Money.read("1000000"))
    settlements = Settlements(store, clock, random=SystemRandom())
    billing = Billing(store, clock, secret="bench", settlements=settlements)  # noqa: S106 no secret
    references = LeadReferences(store, lambda size: SystemRandom().randbytes(size))
    payer = Payer(account_id="buyer", prices={"r": _PRICE}, prepaid=True, cap_month=None)

    def buy(number: int) -> None:
        order = Order(
            payers=(payer,),
            most={"r": 100},
            costs={"r": Money(30_000)},
            idempotency_key=f"search-{number}",
            request={"criteria": {"municipality": {"in": ["092"]}}},
            request_id=f"request-{number}",
        )
        run = billing.begin(order)
        delivery = Delivery(
            register="r",
            controller="somebody",
            buyer="buyer",
            purpose="telemarketing_b2c",
            at=clock.now(),
        )
        _, kept = references.draw([delivery])
        billing.settle(Settlement(run=run, units={"r": 100}, also=kept))

    return buy


def _on_dynamodb() -> Iterator[Figure]:
    busy, rested = count(rest=0), count(rest=10)
    for name, value, after_a_rest in (
        ("requests", busy.requests, rested.requests),
        ("transactions", busy.transactions, rested.transactions),
        ("write units", busy.writes, rested.writes),
    ):
        yield Figure(
            name=f"DynamoDB: {name} per paid search of two sources",
            value=value,
            unit=name,
            lower_is_better=True,
            against=f"{after_a_rest:.1f}: after ten seconds of rest",
        )


def _ordeal() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as place:
        outcome = undergo(**ORDEAL, folder=Path(place))
    sent = f"{ORDEAL['searches']} searches sent {ORDEAL['copies']} times, {ORDEAL['kills']} kills"
    wrong = sum(times != 1 for times in outcome.charged.values())
    missing = ORDEAL["searches"] - len(outcome.charged)
    for name, value in (
        ("searches charged other than once", wrong + missing),
        ("faults in the books after a kill", len(outcome.faults)),
    ):
        yield Figure(name=name, value=value, unit="", lower_is_better=True, against=sent)
