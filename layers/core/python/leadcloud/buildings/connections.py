"""Connections to a release's file: read-only, and each with the deadline of what it is asked."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from leadcloud.clock import Deadline

_CACHE_KIB = 2_048
"""Page cache of a connection. mmap stays off: mapped pages count as this process's memory."""
_OPCODES_BETWEEN_LOOKS = 20_000
"""SQLite's steps between two looks at the clock, about a millisecond."""

Functions = Mapping[str, Callable[..., Any]]
"""Python functions that a statement calls, by name."""


class OutOfTime(Exception):
    """The deadline passed before all was found."""


class Connections:
    """As many connections as there are questions at the same time. Safe to use from threads.

    Who asks gets the one that was used last: its pages are still in the processor's caches, and the
    others of a busier hour stay out of the way.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[tuple[sqlite3.Connection, _Limit]] = []

    def fetched(
        self,
        sql: str,
        values: Sequence[Any] | Mapping[str, Any] = (),
        *,
        functions: Functions = MappingProxyType({}),
        deadline: Deadline | None = None,
    ) -> list[sqlite3.Row]:
        """Return the rows that answer a statement.

        Raises:
            OutOfTime: The deadline passed first.
        """
        connection, limit = self._taken()
        limit.deadline = deadline
        try:
            for name, function in functions.items():
                connection.create_function(name, -1, function, deterministic=True)
            return connection.execute(sql, values).fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise OutOfTime("Looking through the buildings takes too long.") from None
            raise
        finally:
            self._idle.append((connection, limit))

    def _taken(self) -> "tuple[sqlite3.Connection, _Limit]":
        try:
            return self._idle.pop()
        except IndexError:
            connection, limit = _open(self._path), _Limit()
            connection.set_progress_handler(limit.is_reached, _OPCODES_BETWEEN_LOOKS)
            return connection, limit


class _Limit:
    """Until when the question may take that a connection is lent for."""

    deadline: Deadline | None = None

    def is_reached(self) -> bool:
        """Tell SQLite whether to stop."""
        return self.deadline is not None and self.deadline.remaining() == 0


def _open(path: Path) -> sqlite3.Connection:
    # Immutable: SQLite takes no locks and looks for no journal. Lent to one thread at a time.
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro&immutable=1",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.row_factory = sqlite3.Row
    connection.executescript(
        f"PRAGMA mmap_size = 0; PRAGMA cache_size = -{_CACHE_KIB}; "
        " PRAGMA case_sensitive_like = ON;"
    )
    return connection
