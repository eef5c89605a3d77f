"""What both adapters do alike: check what they are given, and say why they refuse."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from leadcloud.store.interface import (
    Action,
    Add,
    Attributes,
    Delete,
    Key,
    Page,
    PutIfAbsent,
    Reason,
    Record,
    RecordExists,
    Store,
    TransactionCancelled,
    Update,
    VersionConflict,
)
from leadcloud.store.limits import (
    check_actions,
    check_addition,
    check_key,
    check_keys,
    check_range,
    plain,
    whole_seconds,
)

A = TypeVar("A", bound=Action)


class CheckedStore(Store):
    """A store of which only reading and writing is left to do."""

    @abstractmethod
    def _get(self, key: Key) -> Record | None:
        """Return the record, or None where there is none or it has expired."""

    @abstractmethod
    def _get_many(self, keys: Sequence[Key]) -> Iterable[Record]:
        """Return the records that are there and have not expired; the keys are all different."""

    @abstractmethod
    def _query(
        self, partition: str, prefix: str, *, least: int, after: str | None, descending: bool
    ) -> Sequence[Record]:
        """Return the first of the range that have not expired: `least` or more, if there are."""

    @abstractmethod
    def _write(self, actions: Sequence[Action]) -> Sequence[Reason]:
        """Do all the actions, or none and return why not; one entry per action."""

    def get(self, key: Key) -> Record | None:
        """Return the record, or None where there is none or it has expired."""
        check_key(key)
        return self._get(key)

    def get_many(self, keys: Iterable[Key]) -> Mapping[Key, Record]:
        """Return those of at most MAX_KEYS records that are there and have not expired."""
        wanted = tuple(dict.fromkeys(keys))
        check_keys(wanted)
        return {record.key: record for record in self._get_many(wanted)} if wanted else {}

    def query(
        self,
        partition: str,
        prefix: str = "",
        *,
        limit: int = 100,
        after: str | None = None,
        descending: bool = False,
    ) -> Page:
        """Return the records of a partition whose sort key begins with the prefix, in its order."""
        check_range(partition, prefix, limit=limit, after=after)
        # One more than asked for tells whether this page is the last.
        found = self._query(partition, prefix, least=limit + 1, after=after, descending=descending)
        more = len(found) > limit
        return Page(records=tuple(found[:limit]), after=found[limit - 1].key.sort if more else None)

    def put_if_absent(
        self, key: Key, attributes: Attributes, *, expires_at: datetime | None = None
    ) -> Record:
        """Write a new record."""
        action = _checked(PutIfAbsent(key=key, attributes=attributes, expires_at=expires_at))
        if any(self._write([action])):
            raise RecordExists("There is a record already")
        return Record(
            key=key, version=1, attributes=action.attributes, expires_at=action.expires_at
        )

    def update(
        self, record: Record, attributes: Attributes, *, expires_at: datetime | None = None
    ) -> Record:
        """Replace the attributes of a record that was read before."""
        action = _checked(
            Update(
                key=record.key,
                version=record.version,
                attributes=attributes,
                expires_at=expires_at,
            )
        )
        if any(self._write([action])):
            raise VersionConflict("The record is gone, or was changed")
        return Record(
            key=record.key,
            version=record.version + 1,
            attributes=action.attributes,
            expires_at=action.expires_at,
        )

    def delete(self, record: Record) -> None:
        """Remove a record that was read before."""
        if any(self._write([_checked(Delete(key=record.key, version=record.version))])):
            raise VersionConflict("The record is gone, or was changed")

    def transact(self, *actions: Action) -> None:
        """Do all the actions or none; at most MAX_ACTIONS, each on another key."""
        checked = [_checked(action) for action in actions]
        check_actions(checked)
        if checked and any(reasons := self._write(checked)):
            raise TransactionCancelled(reasons)


def obstacle_to_adding(attributes: Attributes, action: Add) -> Reason:
    """Return why the numbers of a record cannot be added to."""
    for name, amount in action.amounts.items():
        before = attributes.get(name)
        if isinstance(before, bool) or not isinstance(before, int):
            return "missing"
        if name in action.floors and before + amount < action.floors[name]:
            return "floor"
    return None


def _checked(action: A) -> A:
    check_key(action.key)
    if isinstance(action, Add):
        check_addition(action)
    if isinstance(action, PutIfAbsent | Update):
        return replace(
            action,
            attributes=plain(action.attributes),
            expires_at=whole_seconds(action.expires_at),
        )
    return action
