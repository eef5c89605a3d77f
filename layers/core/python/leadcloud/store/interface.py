"""The Store port, in the shape of DynamoDB because that is the narrower of the two.

A record is found by a partition and a sort key, carries a version that grows by one with every
change, and may carry a moment after which it counts as gone. There are no tables and no joins:
what belongs together lies in one partition.

StoreError
├── RecordExists           put_if_absent found one
├── VersionConflict        the record is gone, or was changed since it was read
├── TransactionCancelled   one or more actions could not be done, so none was
└── StoreUnavailable       throttled, unreachable or out of room; another try may succeed

What no record may be (`limits.py`) is a mistake in our own code: TypeError or ValueError, before
anything is done.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Scalar = str | int | bool | None
Value = Scalar | Sequence["Value"] | Mapping[str, "Value"]
"""What an attribute may hold. No floats: money and positions are strings or integers."""

Attributes = Mapping[str, Value]

Reason = Literal["exists", "version", "missing", "floor"] | None
"""Why one action of a transaction could not be done; None where it could have been."""

MAX_ACTIONS = 100
"""Most actions in one transaction. Source: DynamoDB TransactWriteItems."""

MAX_KEYS = 1000
"""Most records that are asked for at once."""


@dataclass(frozen=True, order=True, slots=True)
class Key:
    """Where a record lies."""

    partition: str
    sort: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A record as it was when it was read."""

    key: Key
    version: int
    """1 after the first write, one more with every change."""
    attributes: Attributes
    expires_at: datetime | None = None
    """From this moment on no read returns the record; UTC, a fraction of a second is dropped."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of a query."""

    records: tuple[Record, ...]
    after: str | None
    """Sort key to continue after; None at the end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PutIfAbsent:
    """Write a record where there is none (an expired one counts as none)."""

    key: Key
    attributes: Attributes
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Update:
    """Replace a record's attributes if it still has the version that was read."""

    key: Key
    version: int
    attributes: Attributes
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Delete:
    """Remove a record if it still has the version that was read."""

    key: Key
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """Change nothing, but fail the transaction unless the record has this version."""

    key: Key
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Add:
    """Add to whole numbers of a record, whatever its version: additions of others are not lost.

    A record that is not there, or holds no whole number under one of the names, counts as missing.
    The addition is refused if a number would end below its floor.
    """

    key: Key
    amounts: Mapping[str, int]
    floors: Mapping[str, int] = field(default_factory=dict)


Action = PutIfAbsent | Update | Delete | Check | Add


class StoreError(Exception):
    """Root of what a store can say. Holds keys at most, never attributes."""


class RecordExists(StoreError):
    """There is a record already."""


class VersionConflict(StoreError):
    """The record is gone, or was changed since it was read."""


class StoreUnavailable(StoreError):
    """The store did not say that it carried the operation out; another try may succeed.

    A write may still have happened: its answer can get lost. Read before writing anew.
    """


class TransactionCancelled(StoreError):
    """At least one action could not be done, so none was."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(", ".join(reason or "-" for reason in reasons))
        self.reasons = tuple(reasons)
        """One entry per action, in their order."""


class Store(ABC):
    """Keeps records. Every operation is atomic and durable once it has returned."""

    @abstractmethod
    def get(self, key: Key) -> Record | None:
        """Return the record, or None where there is none or it has expired."""

    @abstractmethod
    def get_many(self, keys: Iterable[Key]) -> Mapping[Key, Record]:
        """Return those of at most MAX_KEYS records that are there and have not expired.

        What was written before the call is seen; of two records that are written during it, one may
        be seen as it was before and the other as it is after.
        """

    @abstractmethod
    def query(
        self,
        partition: str,
        prefix: str = "",
        *,
        limit: int = 100,
        after: str | None = None,
        descending: bool = False,
    ) -> Page:
        """Return the records of a partition whose sort key begins with the prefix, in its order.

        Args:
            partition: The partition to read.
            prefix: What the sort keys must begin with, compared as UTF-8 bytes.
            limit: Most records in the page, 1 to 1000.
            after: The `after` of the page before.
            descending: Highest sort key first.
        """

    @abstractmethod
    def put_if_absent(
        self, key: Key, attributes: Attributes, *, expires_at: datetime | None = None
    ) -> Record:
        """Write a new record.

        Raises:
            RecordExists: There is one that has not expired.
        """

    @abstractmethod
    def update(
        self, record: Record, attributes: Attributes, *, expires_at: datetime | None = None
    ) -> Record:
        """Replace the attributes of a record that was read before.

        Raises:
            VersionConflict: It is gone, or was changed since.
        """

    @abstractmethod
    def delete(self, record: Record) -> None:
        """Remove a record that was read before.

        Raises:
            VersionConflict: It is gone, or was changed since.
        """

    @abstractmethod
    def transact(self, *actions: Action) -> None:
        """Do all the actions or none; at most MAX_ACTIONS, each on another key.

        Raises:
            TransactionCancelled: With a reason for each action that stood in the way.
        """
