"""A store that notes what is read of it, request by request."""

from collections.abc import Sequence
from typing import Any

from leadcloud.store.interface import Key, Record
from leadcloud.store.sqlite import SqliteStore


class NotedReads(SqliteStore):
    """Notes the partitions of each read."""

    reads: list[set[str]]

    def _get(self, key: Key) -> Record | None:
        self.reads.append({key.partition})
        return super()._get(key)

    def _get_many(self, keys: Sequence[Key]) -> Sequence[Record]:
        self.reads.append({key.partition for key in keys})
        return super()._get_many(keys)

    def _query(self, partition: str, prefix: str, **more: Any) -> Sequence[Record]:
        self.reads.append({partition})
        return super()._query(partition, prefix, **more)
