"""Billing: what a request can cost is reserved before anybody is called, what it did cost is settled.

Two transactions carry a paid request. The first keeps the operation, under its Idempotency-Key, and
reserves the most that it can cost of everybody who pays: refused, nothing has happened and nobody
was called. The second charges what was delivered, gives back the rest, appends an entry to the
ledger of each payer, and keeps whatever the delivery is remembered by (`settlement.py`). Whoever
dies in between leaves a running operation, which the sweeper takes back.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from leadcloud.accounts.money import NOTHING
from leadcloud.accounts.operation import LONGEST_RUN, RERUN_WINDOW, Operation, Receipt, operation
from leadcloud.accounts.order import Order, Run
from leadcloud.accounts.settlement import Settlement, Settlements, merged
from leadcloud.accounts.suspense import suspected
from leadcloud.accounts.wallet import (
    month_of,
    open_caps,
    open_wallet,
    reserving,
    settling,
    share_of,
)
from leadcloud.clock import Clock
from leadcloud.errors import (
    IdempotencyKeyInProgress,
    IdempotencyKeyReused,
    InsufficientBalance,
    ResultNotRetained,
    Unavailable,
)
from leadcloud.store.interface import Reason, Store, TransactionCancelled

_TRIES = 3
"""A wallet or a month may have to be opened first."""


class Billing:
    """Reserves, settles, and takes back."""

    def __init__(
        self, store: Store, clock: Clock, *, secret: str, settlements: Settlements
    ) -> None:
        self._store = store
        self._clock = clock
        self._secret = secret.encode()
        self._settlements = settlements

    def begin(self, order: Order) -> Run:
        """Let a request through and reserve what it may cost, or say why not.

        Raises:
            IdempotencyKeyReused: The key was used with another request.
            IdempotencyKeyInProgress: The same request is still running.
            ResultNotRetained: The same request was answered, and answered once more, or too long ago.
            InsufficientBalance: A balance or a cap does not cover it; nothing has happened.
        """
        new = self._new(order)
        open_caps(self._store, order.payers, month_of(new.began_at))
        reservations = [add for share in new.shares for add in reserving(share)]
        for _ in range(_TRIES):
            # Most keys are new, so whether this one is is not asked first.
            try:
                self._store.transact(*new.begun(), *reservations)
            except TransactionCancelled as cancelled:
                if any(cancelled.reasons[:2]):
                    found = self._ended_before(new)
                    if found.state == "settled":
                        return self._begin_again(order, found)
                    new = replace(new, version=found.version)
                else:
                    self._overcome(cancelled.reasons, order)
            else:
                return Run(order=order, operation=new.kept())
        raise Unavailable(retry_after=1)

    def began_at(self, account_id: str, idempotency_key: str) -> datetime | None:
        """Return when a request began that was answered; None where it was not, or not yet."""
        found = operation(self._store, account_id, self._digest([account_id, idempotency_key]))
        return found.began_at if found and found.state == "settled" else None

    def settle(self, settlement: Settlement) -> Receipt:
        """Charge what was delivered and return the receipt; one that was charged before, as it was.

        Raises:
            Unavailable: It was not kept, so it must not be delivered.
        """
        run = settlement.run
        if run.operation.receipt is not None:
            self._end_again(settlement)
            return run.operation.receipt
        self._settlements.settle(settlement)
        return settlement.receipt

    def release(self, run: Run) -> None:
        """Give back what was reserved: the request failed, and its key may be used again."""
        if run.replayed:
            self._forget_begun_again(run.operation)
        else:
            self.take_back(run.operation)

    def take_back(self, found: Operation) -> Operation:
        """Release an operation that runs no more, and return it as it is then.

        It was not settled, so nobody knows what its sources have charged.
        """
        released = replace(found, state="released")
        now = self._clock.now()
        suspicions = (suspected(found, name, reason="died", at=now) for name in found.costs)
        gives_back = (add for share in found.shares for add in settling(share, NOTHING, entries=0))
        try:
            self._store.transact(*released.ended(), *merged(gives_back), *suspicions)
        except TransactionCancelled:
            # Somebody else has ended it meanwhile.
            return operation(self._store, found.account_id, found.digest) or found
        return released.kept()

    def _new(self, order: Order) -> Operation:
        now = self._clock.now()
        month = month_of(now)
        return Operation(
            account_id=order.account_id,
            digest=self._digest([order.account_id, order.idempotency_key]),
            request=self._digest(order.request),
            request_id=order.request_id,
            state="running",
            began_at=now,
            shares=tuple(share_of(payer, payer.cost(order.most), month) for payer in order.payers),
            costs=order.costs,
        )

    def _ended_before(self, new: Operation) -> Operation:
        """Return the operation that had the key of a new one and has ended, or say why there is none."""
        found = operation(self._store, new.account_id, new.digest)
        if found is None:
            raise IdempotencyKeyInProgress(retry_after=1)
        if found.request != new.request:
            raise IdempotencyKeyReused
        if found.has_died(self._clock.now()):
            found = self.take_back(found)
        if found.state == "running":
            raise IdempotencyKeyInProgress(retry_after=1)
        return found

    def _overcome(self, reasons: Sequence[Reason], order: Order) -> None:
        """Make the next try possible, or say why there is none."""
        if "floor" in reasons:
            raise InsufficientBalance(
                "The balance, or a cap, does not cover what this request can cost. Ask for a "
                "smaller page, or give a max_charge."
            )
        for payer in order.payers:
            open_wallet(self._store, payer.account_id, root=order.payers[-1].account_id)

    def _begin_again(self, order: Order, found: Operation) -> Run:
        """Let a request through whose effect was had: once more within the window, and free."""
        now = self._clock.now()
        if found.rerun_done or now - found.began_at >= RERUN_WINDOW:
            raise ResultNotRetained
        if found.rerun_at and now - found.rerun_at < LONGEST_RUN:
            raise IdempotencyKeyInProgress(retry_after=1)
        begun = replace(found, rerun_at=now, request_id=order.request_id)
        try:
            self._store.transact(begun.put())
        except TransactionCancelled:
            raise IdempotencyKeyInProgress(retry_after=1) from None
        return Run(order=order, operation=begun.kept())

    def _end_again(self, settlement: Settlement) -> None:
        done = replace(settlement.run.operation, rerun_done=True)
        now = self._clock.now()
        suspicions = (
            suspected(done, name, reason="unknown", at=now) for name in settlement.suspects
        )
        try:
            self._store.transact(done.put(), *settlement.also, *suspicions)
        except TransactionCancelled as cancelled:
            raise Unavailable(retry_after=1) from cancelled

    def _forget_begun_again(self, begun: Operation) -> None:
        try:
            self._store.transact(replace(begun, rerun_at=None).put())
        except TransactionCancelled:
            return  # another try has begun since

    def _digest(self, value: Any) -> str:
        canonical = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
        return hmac.new(self._secret, canonical, hashlib.sha256).hexdigest()
