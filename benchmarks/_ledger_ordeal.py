"""Paid searches sent again and again, many at once, at a service that is killed meanwhile.

`python -m benchmarks._ledger_ordeal 1000 50 200` sends a thousand searches fifty times each and kills
two hundred times. Whatever happens, a search must be charged once, and after each start the books
must be right.
"""

import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import pairwise
from pathlib import Path
from threading import Semaphore

from benchmarks._killed_service import KilledService
from leadcloud.accounts.entry import entries_of
from leadcloud.accounts.verification import verify
from leadcloud.store.interface import Key

_BUYER = "demo_customer"
_CALLERS = 16
_SEARCH = {
    "purpose": "telemarketing_b2c",
    "registers": ["demo_own_customers"],
    "criteria": {"municipality": {"in": ["092"]}},
    "page_size": 3,
}
_PATIENCE = 45
"""Seconds after a death in which whoever died is certainly swept or taken over."""


@dataclass
class Ordeal:
    """What came of it."""

    statuses: Counter[int] = field(default_factory=Counter)
    charged: Counter[str] = field(default_factory=Counter)
    """Operation to the number of its charges."""
    kills: int = 0
    faults: list[str] = field(default_factory=list)
    """What was wrong with the books after a start, or at the end."""
    seconds: float = 0.0


def undergo(*, searches: int, copies: int, kills: int, folder: Path, seed: int = 1) -> Ordeal:
    """Send, kill, and look at the books."""
    ordeal = Ordeal()
    service = KilledService(folder / "data", {})
    _let_through(service)
    key = json.loads((service.folder / "demo.json").read_text("utf-8"))["keys"]["customer"]
    names = [f"ordeal-{number}" for number in range(searches) for _ in range(copies)]
    started = time.monotonic()
    with ThreadPoolExecutor(_CALLERS) as callers:
        sent = [callers.submit(_search, service, name, key) for name in names]
        _kill_at_random(service, ordeal, sent, kills=kills, seed=seed)
        ordeal.statuses.update(status for each in sent for status in each.result())
    ordeal.seconds = time.monotonic() - started
    service.kill()
    with closing(service.store()) as store:
        ordeal.faults += verify(store)
        ordeal.charged.update(
            str(entry.operation) for entry in entries_of(store, _BUYER) if entry.kind == "charge"
        )
    return ordeal


def _kill_at_random(
    service: KilledService,
    ordeal: Ordeal,
    sent: list["Future[list[int]]"],
    *,
    kills: int,
    seed: int,
) -> None:
    points = sorted(random.Random(seed).sample(range(len(sent)), kills))  # noqa: S311 no secret
    ended = Semaphore(0)
    for each in sent:
        each.add_done_callback(lambda _: ended.release())
    for before, point in pairwise([0, *points]):
        for _ in range(point - before):
            ended.acquire()
        service.kill()
        ordeal.kills += 1
        with closing(service.store()) as store:
            ordeal.faults += verify(store)
        service.start()


def _search(service: KilledService, name: str, key: str) -> list[int]:
    """Send one search until it is answered for good; return every status on the way."""
    return list(_statuses(service, name, key))


def _statuses(service: KilledService, name: str, key: str) -> Iterator[int]:
    began = time.monotonic()
    while True:
        headers = {"Idempotency-Key": name, "X-API-Key": key}
        status, answer = service.post("/v1/search", json.dumps(_SEARCH).encode(), headers)
        yield status
        if answer.get("code") != "idempotency_key_in_progress" and status not in _AGAIN:
            return
        if time.monotonic() > max(began, service.started_at) + _PATIENCE:
            raise RuntimeError("a search was in progress for longer than anything runs")
        time.sleep(0.1)


_AGAIN = {HTTPStatus.TOO_MANY_REQUESTS}


def _let_through(service: KilledService) -> None:
    """Let the account ask as often as it likes."""
    with closing(service.store()) as store:
        record = store.get(Key(f"ACCOUNT#{_BUYER}", "ACCOUNT"))
        assert record
        store.update(record, {**record.attributes, "tier": "large"})


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        outcome = undergo(
            searches=int(sys.argv[1]),
            copies=int(sys.argv[2]),
            kills=int(sys.argv[3]),
            folder=Path(place),
        )
    print(
        f"{len(outcome.charged)} searches charged, at most {max(outcome.charged.values())} times; "
        f"killed {outcome.kills} times; {dict(outcome.statuses)} in {outcome.seconds:.0f} s; "
        f"faults in the books: {outcome.faults or 'none'}"
    )
