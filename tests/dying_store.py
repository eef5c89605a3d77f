"""A store on which the process dies, or whose answer gets lost, at a chosen transaction."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from leadcloud.store.interface import Action, Attributes, Key, Page, Record, Store


class Death(BaseException):
    """The process dies here: nothing after it is carried out."""


class DyingStore(Store):
    """Does what another store does, until it is time."""

    def __init__(self, store: Store, *, at: int, how: BaseException, done: bool) -> None:
        """Take the store, and how it ends.

        Args:
            store: Does the work.
            at: Which transaction from now is the last, those that are refused not counted.
            how: What is raised then.
            done: Whether that transaction is still carried out.
        """
        self._store = store
        self._left = at
        self._how = how
        self._done = done

    def transact(self, *actions: Action) -> None:
        """Do all the actions or none, or die."""
        if self._left == 1 and not self._done:
            raise self._how
        self._store.transact(*actions)
        self._left -= 1
        if self._left == 0:
            raise self._how

    def get(self, key: Key) -> Record | None:
        """Return the record."""
        return self._store.get(key)

    def get_many(self, keys: Iterable[Key]) -> Mapping[Key, Record]:
        """Return the records that are there."""
        return self._store.get_many(keys)

    def query(
        self,
        partition: str,
        prefix: str = "",
        *,
        limit: int = 100,
        after: str | None = None,
        descending: bool = False,
    ) -> Page:
        """Return a page of records."""
        return self._store.query(partition, prefix, limit=limit, after=after, descending=descending)

    def put_if_absent(
        self, key: Key, attributes: Attributes, *, expires_at: datetime | None = None
    ) -> Record:
        """Write a new record."""
        return self._store.put_if_absent(key, attributes, expires_at=expires_at)

    def update(
        self, record: Record, attributes: Attributes, *, expires_at: datetime | None = None
    ) -> Record:
        """Replace the attributes of a record."""
        return self._store.update(record, attributes, expires_at=expires_at)

    def delete(self, record: Record) -> None:
        """Remove a record."""
        self._store.delete(record)
