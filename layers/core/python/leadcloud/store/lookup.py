"""Questions to the store that are asked together.

Whoever keeps a kind of record says which records answer a question, and what they say. Questions of
which none needs another's answer are then one request, whoever answers them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from leadcloud.store.interface import Key, Record, Store

T = TypeVar("T")

Records = Mapping[Key, Record]
"""Those that are there."""


@dataclass(frozen=True, slots=True)
class Lookup(Generic[T]):
    """One question."""

    keys: tuple[Key, ...]
    """Where the answer lies."""
    read: Callable[[Records], T]
    """Returns the answer; looks at the records of its own keys only."""

    @classmethod
    def at(cls, key: Key, read: Callable[[Record | None], T]) -> "Lookup[T]":
        """Return the question that one record answers, or that there is none."""
        return cls((key,), lambda records: read(records.get(key)))

    def answer(self, store: Store) -> T:
        """Ask this question alone."""
        return self.read(store.get_many(self.keys))


def look_up(store: Store, *lookups: Lookup[Any]) -> Records:
    """Ask several questions at once, and return what each of them reads its answer from."""
    return store.get_many(key for lookup in lookups for key in lookup.keys)
