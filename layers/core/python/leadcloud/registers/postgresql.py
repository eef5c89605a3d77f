"""PostgreSQL through psycopg: a whole transaction in one exchange, waited for until the deadline."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg.abc import RV, PQGen

from leadcloud.clock import Deadline
from leadcloud.registers.page_statement import Statement
from leadcloud.registers.read_only_database import Row, milliseconds

_GRACE: Final = 0.25
"""Seconds that the server has to end a statement itself before its connection is cut."""

_CONNECT_SECONDS: Final = 2
"""For each address; the least that libpq knows."""


class BoundedConnection(psycopg.Connection[Row]):
    """A connection that waits for its server until a deadline, whatever the server does.

    PostgreSQL ends a slow statement by itself; but a server that hangs, or a network that swallows,
    ends nothing.
    """

    deadline: Deadline | None = None

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for an exchange; if it takes too long, the connection is of no more use."""
        del timeout
        left = self.deadline.remaining() if self.deadline else _CONNECT_SECONDS
        try:
            return super().wait(gen, interval, left + _GRACE)
        except psycopg.errors._WaitTimeout:  # noqa: SLF001 psycopg has no public name for it
            self.pgconn.finish()
            raise


def connect(*arguments: Any, **named: Any) -> BoundedConnection:
    """Open a connection on which every transaction is read-only."""
    connection = BoundedConnection.connect(
        *arguments,
        **named,
        application_name="leadcloud",
        client_encoding="utf8",
        connect_timeout=_CONNECT_SECONDS,
        prepare_threshold=None,  # a prepared statement does not survive PgBouncer
    )
    connection.read_only = True
    return connection


class PostgreSql:
    """How `ReadOnlyDatabase` reads PostgreSQL."""

    @contextmanager
    def bounded(self, raw: BoundedConnection, deadline: Deadline) -> Iterator[None]:
        """Let a read-only transaction end by the deadline."""
        raw.deadline = deadline
        raw.execute(_timeout(deadline))
        yield

    def rows(
        self, raw: BoundedConnection, statement: Statement, deadline: Deadline
    ) -> Sequence[Row]:
        """Return what a statement finds: begin, limit, ask and end are sent together."""
        raw.deadline = deadline
        with raw.pipeline():
            raw.execute(_timeout(deadline))
            cursor = raw.execute(statement.sql.encode(), statement.parameters)
            raw.commit()
        return cursor.fetchall()

    def is_cut(self, raw: BoundedConnection) -> bool:
        """Tell whether the connection is gone."""
        return raw.closed


def _timeout(deadline: Deadline) -> bytes:
    return b"SET LOCAL statement_timeout = %d" % milliseconds(deadline)
