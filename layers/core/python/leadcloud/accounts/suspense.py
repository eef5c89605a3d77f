"""Suspense: what a source may have charged us for contacts that nobody was given.

A source that did not answer in time may have counted the call all the same. The customer is not
charged; the most that it can have cost us stands here until the source's own account of its usage,
looked up by the correlation id that it was sent, says what it did cost.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from leadcloud.accounts.money import Money
from leadcloud.accounts.operation import Operation
from leadcloud.clock import rfc3339
from leadcloud.store.interface import Delete, Key, PutIfAbsent, Record, Store
from leadcloud.store.pages import every_record

Reason = Literal["unknown", "died"]
"""The source gave no whole answer; or we died or failed, and nobody was given what it gave."""

_PARTITION = "SUSPENSE"


@dataclass(frozen=True, kw_only=True, slots=True)
class Suspicion:
    """A charge that may have been made."""

    at: datetime
    register: str
    account_id: str
    """The account that searched."""
    request_id: str
    """The correlation id that the source was sent."""
    most: Money
    reason: Reason
    sort: str
    """Names it."""


def suspected(found: Operation, register: str, *, reason: Reason, at: datetime) -> PutIfAbsent:
    """Return the action that keeps a suspicion of an operation's source; one for each try."""
    return PutIfAbsent(
        key=Key(_PARTITION, f"{rfc3339(at)}#{found.digest}#{found.version}#{register}"),
        attributes={
            "at": rfc3339(at),
            "register": register,
            "account": found.account_id,
            "request_id": found.request_id,
            "most": found.costs[register].ten_thousandths,
            "reason": reason,
        },
    )


def suspicions(store: Store) -> Iterator[Suspicion]:
    """Yield what is open, oldest first."""
    for record in every_record(store, _PARTITION):
        yield _suspicion(record)


def resolved(suspicion: Suspicion) -> Delete:
    """Return the action that ends a suspicion; what it did cost is booked with it."""
    return Delete(key=Key(_PARTITION, suspicion.sort), version=1)


def _suspicion(record: Record) -> Suspicion:
    row = record.attributes
    return Suspicion(
        at=datetime.fromisoformat(str(row["at"])),
        register=str(row["register"]),
        account_id=str(row["account"]),
        request_id=str(row["request_id"]),
        most=Money(cast("int", row["most"])),
        reason=cast("Reason", row["reason"]),
        sort=record.key.sort,
    )
