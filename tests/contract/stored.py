"""Records that the contract of stores is tried on."""

from collections.abc import Sequence
from typing import Any

from leadcloud.store.interface import Key, Store

KEY = Key("account#1", "wallet")
OTHER = Key("account#1", "settings")
THIRD = Key("account#2", "wallet")
FOURTH = Key("account#2", "settings")
CANARY = "canary-7431"
"""Stands in what is refused, and must stand in no error."""


def put(store: Store, partition: str, sorts: Sequence[str], **more: Any) -> None:
    """Write one record for each sort key."""
    for sort in sorts:
        store.put_if_absent(Key(partition, sort), {"sort": sort}, **more)


def sorts(store: Store, partition: str, prefix: str = "", **more: Any) -> list[str]:
    """Return the sort keys of one page."""
    return [record.key.sort for record in store.query(partition, prefix, **more).records]


def walk(store: Store, partition: str, prefix: str = "", **more: Any) -> list[list[str]]:
    """Return the sort keys of all pages."""
    pages: list[list[str]] = []
    after = None
    while not pages or after is not None:
        page = store.query(partition, prefix, after=after, **more)
        pages.append([record.key.sort for record in page.records])
        after = page.after
    return pages
