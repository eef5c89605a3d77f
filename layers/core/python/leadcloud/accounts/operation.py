"""Operations: one per account and Idempotency-Key, kept for good, so that no effect is had twice.

running ──settle──▶ settled            charged once; the same request is answered once more, free,
   │                                   within a quarter of an hour, and refused after that
   └──release──▶ released ──▶ running  nothing was charged; the key may be used again

A record holds keyed hashes of the key and the request, what was reserved and what was charged. It
never holds the answer: an answer may hold contacts, and those are not kept.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, cast

from leadcloud.accounts.account import PARTITION
from leadcloud.accounts.money import Money
from leadcloud.accounts.price import Units
from leadcloud.accounts.wallet import Share
from leadcloud.store.interface import Attributes, Delete, Key, PutIfAbsent, Record, Store, Update
from leadcloud.store.pages import every_record

LONGEST_RUN = timedelta(seconds=30)
"""API Gateway ends a request after 29 s; whoever has run longer has died."""

RERUN_WINDOW = timedelta(minutes=15)
"""How long after its answer a request is answered again, as its answer may have got lost."""

SHARDS = "0123456789abcdef"

State = Literal["running", "settled", "released"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What was charged for an operation, as its account sees it."""

    units: int
    amount: Money


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """A request with an effect."""

    account_id: str
    digest: str
    """Keyed hash of the account and its Idempotency-Key: no other operation has it."""
    request: str
    """Keyed hash of the whole request."""
    request_id: str
    """Correlation id of its last try, which the sources were told too."""
    state: State
    began_at: datetime
    shares: tuple[Share, ...]
    """Reserved of each payer, nearest first."""
    costs: Mapping[str, Money]
    """Most that each source may charge us for it; sources that charge nothing are left out."""
    receipt: Receipt | None = None
    given: Units = field(default_factory=dict)
    """Contacts that each source gave; a second answer, which is free, holds no more."""
    rerun_at: datetime | None = None
    """When it was begun once more."""
    rerun_done: bool = False
    version: int = 0
    """Of its record; 0 for a new one."""

    @property
    def key(self) -> Key:
        """Where it lies."""
        return _operation_key(self.account_id, self.digest)

    def begun(self) -> Iterator[PutIfAbsent | Update]:
        """Yield the actions that keep a running operation."""
        yield self.put()
        yield PutIfAbsent(key=self._open_key(), attributes={"began_at": self.began_at.isoformat()})

    def ended(self) -> Iterator[Update | Delete]:
        """Yield the actions that keep an operation that runs no more."""
        yield Update(key=self.key, version=self.version, attributes=_row(self))
        yield Delete(key=self._open_key(), version=1)

    def put(self) -> PutIfAbsent | Update:
        """Return the action that keeps the operation as it is."""
        if self.version:
            return Update(key=self.key, version=self.version, attributes=_row(self))
        return PutIfAbsent(key=self.key, attributes=_row(self))

    def kept(self) -> "Operation":
        """Return the operation as it is once that was done."""
        return replace(self, version=self.version + 1)

    def has_died(self, now: datetime) -> bool:
        """Tell whether it has run longer than anything runs."""
        return self.state == "running" and now - self.began_at >= LONGEST_RUN

    def _open_key(self) -> Key:
        return Key(_open_partition(self.digest[0]), f"{self.account_id}#{self.digest}")


def operation(store: Store, account_id: str, digest: str) -> Operation | None:
    """Return an operation, or None where there never was one."""
    record = store.get(_operation_key(account_id, digest))
    return _operation(record) if record else None


def operations_of(store: Store, account_id: str) -> Iterator[Operation]:
    """Yield all operations of an account."""
    for record in every_record(store, f"{PARTITION}{account_id}", _OPERATION):
        yield _operation(record)


def open_operations(store: Store) -> Iterator[Operation]:
    """Yield the operations that run, or died running; a few may have ended by now."""
    for shard in SHARDS:
        for record in every_record(store, _open_partition(shard)):
            account_id, _, digest = record.key.sort.rpartition("#")
            found = operation(store, account_id, digest)
            if found:
                yield found


_OPERATION = "OPERATION#"


def _operation_key(account_id: str, digest: str) -> Key:
    """Say where an operation lies."""
    return Key(f"{PARTITION}{account_id}", f"{_OPERATION}{digest}")


def _open_partition(shard: str) -> str:
    """Say where the open operations are listed; in shards, as every search writes there."""
    return f"OPEN-OPERATIONS#{shard}"


def _row(operation: Operation) -> Attributes:
    receipt, rerun_at = operation.receipt, operation.rerun_at
    return {
        "request": operation.request,
        "request_id": operation.request_id,
        "state": operation.state,
        "began_at": operation.began_at.isoformat(),
        "shares": [
            [share.account_id, share.prepaid, share.reserved.ten_thousandths, share.month]
            for share in operation.shares
        ],
        "costs": {name: cost.ten_thousandths for name, cost in operation.costs.items()},
        "receipt": [receipt.units, receipt.amount.ten_thousandths] if receipt else None,
        "given": dict(operation.given),
        "rerun_at": rerun_at.isoformat() if rerun_at else None,
        "rerun_done": operation.rerun_done,
    }


def _operation(record: Record) -> Operation:
    row = record.attributes
    shares = cast("list[tuple[str, bool, int, str | None]]", row["shares"])
    costs = cast("Mapping[str, int]", row["costs"])
    receipt = cast("tuple[int, int] | None", row["receipt"])
    return Operation(
        account_id=record.key.partition.removeprefix(PARTITION),
        digest=record.key.sort.removeprefix(_OPERATION),
        request=str(row["request"]),
        request_id=str(row["request_id"]),
        state=cast("State", row["state"]),
        began_at=datetime.fromisoformat(str(row["began_at"])),
        shares=tuple(
            Share(account_id=account, prepaid=prepaid, reserved=Money(reserved), month=month)
            for account, prepaid, reserved, month in shares
        ),
        costs={name: Money(cost) for name, cost in costs.items()},
        receipt=Receipt(units=receipt[0], amount=Money(receipt[1])) if receipt else None,
        given=cast("Units", row.get("given", {})),
        rerun_at=datetime.fromisoformat(str(row["rerun_at"])) if row["rerun_at"] else None,
        rerun_done=bool(row["rerun_done"]),
        version=record.version,
    )
