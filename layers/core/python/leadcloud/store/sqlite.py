"""Records in one SQLite file: durable on a single machine, shared by threads and processes."""

import json
import sqlite3
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from leadcloud.clock import Clock
from leadcloud.group_commit import CutShort, GroupCommit
from leadcloud.store.checked import CheckedStore, obstacle_to_adding
from leadcloud.store.interface import (
    Action,
    Add,
    Attributes,
    Check,
    Delete,
    Key,
    PutIfAbsent,
    Reason,
    Record,
    StoreUnavailable,
)

# Keys are blobs: they compare as UTF-8 bytes, and a prefix has an end (see _query).
SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    partition BLOB NOT NULL,
    sort BLOB NOT NULL,
    version INTEGER NOT NULL,
    attributes TEXT NOT NULL,
    expires_at INTEGER,
    PRIMARY KEY (partition, sort)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS record_expiry ON record (expires_at) WHERE expires_at IS NOT NULL;
"""

SELECT = """
SELECT partition, sort, version, attributes, expires_at FROM record
WHERE partition = ? AND (expires_at IS NULL OR expires_at > ?)"""

# CROSS: with any other join, and with IN, SQLite may read the whole table instead.
SELECT_MANY = """
WITH wanted (its_partition, its_sort) AS (VALUES {places})
SELECT partition, sort, version, attributes, expires_at FROM wanted
CROSS JOIN record ON partition = its_partition AND sort = its_sort
WHERE expires_at IS NULL OR expires_at > ?
"""

SWEEP = """
DELETE FROM record WHERE (partition, sort) IN
(SELECT partition, sort FROM record WHERE expires_at <= ? LIMIT 10)
"""

PAUSE = 0.05
"""Seconds between two tries to make the file anew."""

Row = tuple[bytes, bytes, int, str, int | None]


class SqliteStore(CheckedStore):
    """Keeps records in a file, synced to the disk before a write returns.

    Writes that wait for the same disk are committed together. A process that forks opens a store of its own.
    """

    def __init__(self, path: Path, clock: Clock, *, patience: float = 5.0) -> None:
        """Open the file, and make it where there is none.

        Args:
            path: The file; SQLite keeps two more beside it.
            clock: Decides what has expired.
            patience: Seconds to wait for a writer in another process.

        Raises:
            StoreUnavailable: It cannot be opened, or is not a database.
        """
        self._path = path
        self._clock = clock
        self._patience = patience
        self._idle: deque[sqlite3.Connection] = deque()
        self._together: GroupCommit[Sequence[Action], Sequence[Reason]] = GroupCommit(self._commit)
        with suppress(OSError):  # SQLite says it better
            path.touch(mode=0o600)
        with self._connection() as connection:
            connection.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file; nothing is lost without it."""
        while self._idle:
            self._idle.pop().close()

    def _get(self, key: Key) -> Record | None:
        with self._connection() as connection:
            return _find(connection, key, self._now())

    def _get_many(self, keys: Sequence[Key]) -> Sequence[Record]:
        statement = SELECT_MANY.format(places=", ".join(["(?, ?)"] * len(keys)))
        wanted = [part.encode() for key in keys for part in (key.partition, key.sort)]
        with self._connection() as connection:
            rows = connection.execute(statement, (*wanted, self._now())).fetchall()
        return [_record(row) for row in rows]

    def _query(
        self, partition: str, prefix: str, *, least: int, after: str | None, descending: bool
    ) -> Sequence[Record]:
        # No UTF-8 text holds the byte 0xFF, so this is the end of what begins with the prefix.
        low, high = prefix.encode(), prefix.encode() + b"\xff"
        if after is not None and descending:
            high = after.encode()
        elif after is not None:
            # The least text that is greater.
            low = after.encode() + b"\x00"
        order = "DESC" if descending else "ASC"
        with self._connection() as connection:
            rows = connection.execute(
                f"{SELECT} AND sort >= ? AND sort < ? ORDER BY sort {order} LIMIT ?",
                (partition.encode(), self._now(), low, high, least),
            ).fetchall()
        return [_record(row) for row in rows]

    def _write(self, actions: Sequence[Action]) -> Sequence[Reason]:
        try:
            return self._together.join(actions)
        except CutShort:
            raise StoreUnavailable("SQLite: the commit was cut short") from None

    def _commit(self, batch: Sequence[Sequence[Action]]) -> Sequence[Sequence[Reason]]:
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            now = self._now()
            reasons = [_carry_out(connection, actions, now) for actions in batch]
            connection.execute(SWEEP, (now,))
            connection.execute("COMMIT")
        return reasons

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection to one thread; after an error, close it, which rolls back."""
        try:
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = self._open()
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", type(error).__name__)
            raise StoreUnavailable(f"SQLite: {name}") from error
        self._idle.append(connection)

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=0, isolation_level=None, check_same_thread=False
        )
        try:
            _use_wal(connection, tries=1 + round(self._patience / PAUSE))
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA busy_timeout = {round(self._patience * 1000)}")
        except BaseException:
            connection.close()
            raise
        return connection


def _use_wal(connection: sqlite3.Connection, *, tries: int) -> None:
    # SQLite's own waiting does not cover this switch when two processes make it at once.
    for left in reversed(range(tries)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # The low byte: another may be busy with recovering the file, too.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not left:
                raise
            time.sleep(PAUSE)
        else:
            return


def _carry_out(
    connection: sqlite3.Connection, actions: Sequence[Action], now: int
) -> Sequence[Reason]:
    # A refused write has changed nothing, so the others of its batch can be committed.
    reasons = [_obstacle(connection, action, now) for action in actions]
    if not any(reasons):
        for action in actions:
            _apply(connection, action)
    return reasons


def _obstacle(connection: sqlite3.Connection, action: Action, now: int) -> Reason:
    found = _find(connection, action.key, now)
    if isinstance(action, PutIfAbsent):
        return "exists" if found else None
    if found is None:
        return "missing"
    if isinstance(action, Add):
        return obstacle_to_adding(found.attributes, action)
    return None if found.version == action.version else "version"


def _apply(connection: sqlite3.Connection, action: Action) -> None:
    key = (action.key.partition.encode(), action.key.sort.encode())
    if isinstance(action, Delete):
        connection.execute("DELETE FROM record WHERE partition = ? AND sort = ?", key)
    elif isinstance(action, Add):
        _add(connection, key, action)
    elif not isinstance(action, Check):
        version = 1 if isinstance(action, PutIfAbsent) else action.version + 1
        attributes = _written(action.attributes)
        expires_at = action.expires_at and int(action.expires_at.timestamp())
        connection.execute(
            "REPLACE INTO record VALUES (?, ?, ?, ?, ?)", (*key, version, attributes, expires_at)
        )


def _add(connection: sqlite3.Connection, key: tuple[bytes, bytes], action: Add) -> None:
    ((text,),) = connection.execute(
        "SELECT attributes FROM record WHERE partition = ? AND sort = ?", key
    ).fetchall()
    attributes = json.loads(text)
    sums = {name: attributes[name] + amount for name, amount in action.amounts.items()}
    connection.execute(
        "UPDATE record SET version = version + 1, attributes = ? WHERE partition = ? AND sort = ?",
        (_written(attributes | sums), *key),
    )


def _written(attributes: Attributes) -> str:
    return json.dumps(attributes, ensure_ascii=False, separators=(",", ":"))


def _find(connection: sqlite3.Connection, key: Key, now: int) -> Record | None:
    rows = connection.execute(
        f"{SELECT} AND sort = ?", (key.partition.encode(), now, key.sort.encode())
    ).fetchall()
    return _record(rows[0]) if rows else None


def _record(row: Row) -> Record:
    partition, sort, version, attributes, expires_at = row
    return Record(
        key=Key(partition.decode(), sort.decode()),
        version=version,
        attributes=json.loads(attributes),
        expires_at=None if expires_at is None else datetime.fromtimestamp(expires_at, UTC),
    )
