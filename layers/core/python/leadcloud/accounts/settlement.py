"""Settlement: what was delivered is charged, the rest given back, in one transaction.

Each payer's entry follows the one before it, so the settlements of one tree of accounts stand in
line, and those that wait together are written together. What is refused must not be delivered.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from leadcloud.accounts.entry import Entry, Line, charge, last_entry
from leadcloud.accounts.operation import Operation, Receipt, operation
from leadcloud.accounts.order import Run
from leadcloud.accounts.price import Payer, Units
from leadcloud.accounts.suspense import suspected
from leadcloud.accounts.wallet import settling
from leadcloud.clock import Clock
from leadcloud.errors import Unavailable
from leadcloud.group_commit import CutShort, GroupCommit
from leadcloud.store.interface import (
    MAX_ACTIONS,
    Action,
    Add,
    Key,
    Reason,
    Store,
    StoreUnavailable,
    TransactionCancelled,
)

_TRIES = 12
_LONGEST_PAUSE = 0.1
"""Seconds between two tries to append to a ledger that others append to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """What became of a run."""

    run: Run
    units: Units
    """Contacts to charge of each source."""
    given: Units = field(default_factory=dict)
    """Contacts that each source gave, charged or not."""
    suspects: Sequence[str] = ()
    """Sources that may have charged us for what they did not deliver."""
    also: tuple[Action, ...] = ()
    """What is to be kept with it, or not at all."""

    @property
    def receipt(self) -> Receipt:
        """What the account that asked is charged."""
        first = self.run.order.payers[0]
        return Receipt(units=sum(self.units.values()), amount=first.cost(self.units))


class Settlements:
    """Appends settlements to the ledgers."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        random: Random,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store = store
        self._clock = clock
        self._random = random
        self._sleep = sleep
        self._by_tree: dict[str, GroupCommit[Settlement, Operation]] = {}

    def settle(self, settlement: Settlement) -> Operation:
        """Carry out one settlement and return its operation as it is then.

        Raises:
            Unavailable: It was not kept.
            StoreUnavailable: Whether it was kept is not known.
        """
        root = settlement.run.order.payers[-1].account_id
        together = self._by_tree.setdefault(root, GroupCommit(self._settle_all))
        try:
            return together.join(settlement)
        except CutShort:
            raise Unavailable(retry_after=1) from None

    def _settle_all(self, waiting: Sequence[Settlement]) -> list[Operation | Exception]:
        """Settle those that wait together, as many at once as a transaction holds."""
        results: list[Operation | Exception] = []
        for batch in _batches(waiting):
            try:
                results += self._append(batch)
            except Exception as error:  # noqa: BLE001 one's fault must not end the others'
                results += [error] if len(batch) == 1 else self._one_by_one(batch)
        return results

    def _one_by_one(self, batch: Sequence[Settlement]) -> Iterator[Operation | Exception]:
        for settlement in batch:
            try:
                yield from self._append([settlement])
            except Exception as error:  # noqa: BLE001 goes to the one whose it is
                yield error

    def _append(self, batch: Sequence[Settlement]) -> list[Operation]:
        """Settle a batch in one transaction.

        Raises:
            Unavailable: It was not kept.
        """
        for tries_left in reversed(range(_TRIES)):
            ended = [_ended(settlement) for settlement in batch]
            actions = self._actions(batch, ended)
            try:
                self._store.transact(*actions)
            except TransactionCancelled as cancelled:
                if not tries_left or not _others_were_first(actions, cancelled.reasons):
                    raise Unavailable(retry_after=1) from cancelled
                self._sleep(self._random.uniform(0, _LONGEST_PAUSE))
            except StoreUnavailable:
                # It may have been kept all the same: an answer can get lost.
                if not all(self._is_settled(each) for each in ended):
                    raise
                return ended
            else:
                return ended
        raise AssertionError("unreachable")

    def _actions(self, batch: Sequence[Settlement], ended: Sequence[Operation]) -> list[Action]:
        ends: dict[str, Entry | None] = {}
        actions: list[Action] = []
        adds: list[Add] = []
        now = self._clock.now()
        for settlement, after in zip(batch, ended, strict=True):
            actions += after.ended()
            actions += settlement.also
            actions += (
                suspected(after, name, reason="unknown", at=now) for name in settlement.suspects
            )
            for payer, share in zip(settlement.run.order.payers, after.shares, strict=True):
                account_id = payer.account_id
                if account_id not in ends:
                    ends[account_id] = last_entry(self._store, account_id)
                entry = _charge(payer, settlement).after(ends[account_id], now)
                ends[account_id] = entry
                actions.append(entry.written())
                adds += settling(share, -entry.amount, entries=1)
        return [*actions, *merged(adds)]

    def _is_settled(self, ended: Operation) -> bool:
        kept = operation(self._store, ended.account_id, ended.digest)
        return kept == ended.kept()


def _ended(settlement: Settlement) -> Operation:
    return replace(
        settlement.run.operation,
        state="settled",
        receipt=settlement.receipt,
        given=settlement.given,
    )


def _charge(payer: Payer, settlement: Settlement) -> Entry:
    lines = tuple(
        Line(register=name, units=units, price=payer.prices[name])
        for name, units in settlement.units.items()
    )
    run = settlement.run
    return charge(
        payer.account_id,
        lines,
        operation=run.operation.digest,
        searcher=run.order.account_id,
    )


def _others_were_first(actions: Sequence[Action], reasons: Sequence[Reason]) -> bool:
    """Tell whether all that stood in the way is an entry that somebody else has appended."""
    return all(
        action.key.sort.startswith("ENTRY#")
        for action, reason in zip(actions, reasons, strict=True)
        if reason
    )


def merged(adds: Iterator[Add] | Sequence[Add]) -> Iterator[Add]:
    """Yield one addition for each record."""
    sums: dict[Key, Counter[str]] = {}
    for add in adds:
        counts = sums.setdefault(add.key, Counter())
        for name, amount in add.amounts.items():
            counts[name] += amount
    for key, amounts in sums.items():
        yield Add(key=key, amounts=dict(amounts))


def _batches(waiting: Sequence[Settlement]) -> Iterator[list[Settlement]]:
    """Yield as many settlements as fit into one transaction each time."""
    batch: list[Settlement] = []
    size = 0
    for settlement in waiting:
        needed = _most_actions(settlement)
        if batch and size + needed > MAX_ACTIONS:
            yield batch
            batch, size = [], 0
        batch.append(settlement)
        size += needed
    if batch:
        yield batch


def _most_actions(settlement: Settlement) -> int:
    """Return how many actions a settlement takes: an operation, and per payer a wallet, a cap, an entry."""
    payers = len(settlement.run.order.payers)
    return 2 + 3 * payers + len(settlement.also) + len(settlement.suspects)
