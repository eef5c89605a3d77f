"""What an operator books by hand: money that came in, entries taken back, suspicions resolved.

Nothing is ever altered. What was wrong is reversed by an entry of its own, once.
"""

from dataclasses import replace

from leadcloud.accounts.entry import Entry, entry, last_entry
from leadcloud.accounts.money import Money
from leadcloud.accounts.suspense import Suspicion, resolved
from leadcloud.accounts.wallet import open_wallet, wallet_key
from leadcloud.clock import Clock
from leadcloud.store.interface import (
    Action,
    Add,
    Key,
    PutIfAbsent,
    Store,
    StoreUnavailable,
    TransactionCancelled,
)

SUSPENSE_ACCOUNT = "provider_suspense"
"""Whose ledger holds what sources charged us for contacts that nobody was given."""

_TRIES = 20


class AlreadyDone(Exception):
    """It was booked before: the entry is taken back, the suspicion resolved."""


class Ledger:
    """Books what is not a search."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def top_up(self, account_id: str, amount: Money, *, note: str = "") -> Entry:
        """Add money that an account has paid; the note is a code, such as an invoice's number."""
        money = Entry(account_id=account_id, kind="top_up", amount=amount, note=note)
        return self._append(money)

    def reverse(self, account_id: str, number: int, *, note: str = "") -> Entry:
        """Take back an entry by another one.

        Raises:
            LookupError: There is no such entry.
            AlreadyDone: It was taken back before.
        """
        wrong = entry(self._store, account_id, number)
        if wrong is None:
            raise LookupError("there is no such entry")
        if wrong.kind == "reversal":
            raise AlreadyDone
        reversal = Entry(
            account_id=account_id,
            kind="reversal",
            amount=-wrong.amount,
            lines=tuple(replace(line, units=-line.units) for line in wrong.lines),
            searcher=wrong.searcher,
            reverses=number,
            note=note,
        )
        mark = Key(wallet_key(account_id).partition, f"REVERSED#{number:012}")
        return self._append(reversal, PutIfAbsent(key=mark, attributes={}))

    def resolve(self, suspicion: Suspicion, cost: Money) -> Entry:
        """Book what a source did charge us, by its own account, and close the suspicion."""
        loss = Entry(
            account_id=SUSPENSE_ACCOUNT,
            kind="suspense",
            amount=-cost,
            searcher=suspicion.account_id,
            note=suspicion.request_id,
        )
        return self._append(loss, resolved(suspicion))

    def _append(self, new: Entry, *also: Action) -> Entry:
        open_wallet(self._store, new.account_id, root=new.account_id)
        added = Add(
            key=wallet_key(new.account_id),
            amounts={"available": new.amount.ten_thousandths, "entries": 1},
        )
        for _ in range(_TRIES):
            placed = new.after(last_entry(self._store, new.account_id), self._clock.now())
            try:
                self._store.transact(placed.written(), added, *also)
            except TransactionCancelled as cancelled:
                if any(cancelled.reasons[1:]):
                    raise AlreadyDone from None
            else:
                return placed
        raise StoreUnavailable("others append to the ledger again and again")
