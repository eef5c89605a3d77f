"""A database that is only ever read, and never waited for beyond a deadline."""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    PoolProxiedConnection,
    QueuePool,
    create_engine,
    event,
    exc,
    make_url,
)

from leadcloud.clock import Deadline
from leadcloud.registers.interface import (
    RegisterAnswerInvalid,
    RegisterError,
    RegisterRefused,
    RegisterTimeout,
    RegisterUnavailable,
)
from leadcloud.registers.page_statement import Statement

Row = tuple[Any, ...]
Result = TypeVar("Result")

_LOGGER: Final = "own_database"
_STEPS: Final = 1000
"""Instructions of SQLite's machine between two looks at the clock; well under a millisecond."""


class ReadOnlyDatabase:
    """A customer's PostgreSQL or SQLite database. Safe to use from threads."""

    def __init__(self, url: str, *, connections: int = 4) -> None:
        """Prepare for a database; nothing is opened yet.

        Args:
            url: As SQLAlchemy writes it: `postgresql://…`, or `sqlite:///` and a path.
            connections: How many are kept, and how many reads run at once.

        Raises:
            RegisterRefused: The address is none, or of another kind of database.
        """
        self._engine, self._driver = _engine(_parsed(url), connections)
        driver = self._engine.dialect.loaded_dbapi
        self._foreign = (exc.SQLAlchemyError, driver.Error, OSError, ValueError, OverflowError)
        self._slots = BoundedSemaphore(connections)

    def read(self, work: Callable[[Connection], Result], deadline: Deadline) -> Result:
        """Run the work in a read-only transaction that ends by the deadline.

        Raises:
            RegisterError: It did not come to an end.
        """

        def by_sqlalchemy() -> Result:
            with (
                self._engine.connect() as connection,
                self._in_use(connection.connection) as raw,
                self._driver.bounded(raw, deadline),
            ):
                return work(connection)

        return self._within(deadline, by_sqlalchemy)

    def rows(self, statement: Statement, deadline: Deadline) -> Sequence[Row]:
        """Return what a statement finds, in a read-only transaction that ends by the deadline.

        Raises:
            RegisterError: It did not come to an end.
        """
        # By the driver itself: SQLAlchemy's own way to a result takes longer than the database's.
        return self._within(deadline, lambda: self._by_driver(statement, deadline))

    def close(self) -> None:
        """Close the connections that are kept."""
        self._engine.dispose()

    def _within(self, deadline: Deadline, attempt: Callable[[], Result]) -> Result:
        try:
            with self._slot(deadline):
                return self._attempted(deadline, attempt)
        except self._foreign as error:
            failure = _register_error(error, deadline)
        # Outside of the handler: the driver's error holds SQL and values, and would hang on to
        # ours as its context even if raised from None.
        raise failure

    @contextmanager
    def _slot(self, deadline: Deadline) -> Iterator[None]:
        if not self._slots.acquire(timeout=deadline.remaining()):
            raise RegisterTimeout
        try:
            yield
        finally:
            self._slots.release()

    def _attempted(self, deadline: Deadline, attempt: Callable[[], Result]) -> Result:
        while True:
            if deadline.remaining() <= 0:
                raise RegisterTimeout
            try:
                return attempt()
            except _KeptConnectionCut:
                continue

    def _by_driver(self, statement: Statement, deadline: Deadline) -> Sequence[Row]:
        kept = self._engine.raw_connection()
        try:
            with self._in_use(kept) as raw:
                return self._driver.rows(raw, statement, deadline)
        finally:
            kept.close()

    @contextmanager
    def _in_use(self, kept: PoolProxiedConnection) -> Iterator[Any]:
        """Lend the driver's connection; after an error it is of no more use."""
        raw = kept.driver_connection
        try:
            yield raw
        except self._foreign:
            was_used, is_cut = kept.info.get(_USED, False), self._driver.is_cut(raw)
            kept.invalidate()
            if was_used and is_cut:
                raise _KeptConnectionCut from None
            raise
        kept.info[_USED] = True


_USED = "used"


class _KeptConnectionCut(Exception):
    """A connection had died since it was used, which says nothing about the next one."""


class _Driver(Protocol):
    """What PostgreSQL and SQLite do each in their own way, on a connection of their driver."""

    def bounded(self, raw: Any, deadline: Deadline) -> AbstractContextManager[None]:
        """Let a read-only transaction end by the deadline."""

    def rows(self, raw: Any, statement: Statement, deadline: Deadline) -> Sequence[Row]:
        """Return what a statement finds, in such a transaction."""

    def is_cut(self, raw: Any) -> bool:
        """Tell whether the connection is gone."""


def _parsed(url: str) -> URL:
    # ValueError: a port that is no number is quoted, and may be half a password with a colon.
    with suppress(exc.ArgumentError, ValueError):
        return make_url(url)
    raise RegisterRefused


def _engine(url: URL, connections: int) -> tuple[Engine, _Driver]:
    backend = url.get_backend_name()
    if backend == "sqlite" and url.database:
        open_file = partial(_open_file, Path(url.database))
        return _quiet_engine(URL.create("sqlite"), connections, creator=open_file), _Sqlite()
    if backend == "postgresql":
        from leadcloud.registers.postgresql import PostgreSql, connect

        engine = _quiet_engine(url.set(drivername="postgresql+psycopg"), connections)
        event.listen(
            engine, "do_connect", lambda _dialect, _record, args, named: connect(*args, **named)
        )
        return engine, PostgreSql()
    raise RegisterRefused


def _quiet_engine(url: URL, connections: int, **options: Any) -> Engine:
    """Return an engine that neither logs a statement, nor keeps one with its values."""
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_recycle=300,  # seconds; firewalls forget silent connections
        hide_parameters=True,
        query_cache_size=0,  # a cached statement holds the values it was first used with
        logging_name=_LOGGER,
        pool_logging_name=_LOGGER,
        **options,
    )
    for class_name in ("engine.Engine", "pool.impl.QueuePool"):
        logging.getLogger(f"sqlalchemy.{class_name}.{_LOGGER}").addFilter(_say_nothing)
    return engine


def _say_nothing(_: logging.LogRecord) -> bool:
    return False


def _open_file(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False
    )
    for pragma in ("query_only = ON", "trusted_schema = OFF", "case_sensitive_like = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


class _Sqlite:
    """SQLite: looks at the clock every few instructions."""

    @contextmanager
    def bounded(self, raw: Any, deadline: Deadline) -> Iterator[None]:
        raw.execute(f"PRAGMA busy_timeout = {milliseconds(deadline)}")
        raw.set_progress_handler(lambda: deadline.remaining() <= 0, _STEPS)
        try:
            yield
        finally:
            raw.set_progress_handler(None, 0)

    def rows(self, raw: Any, statement: Statement, deadline: Deadline) -> Sequence[Row]:
        with self.bounded(raw, deadline):
            found: Sequence[Row] = raw.execute(statement.sql, statement.parameters).fetchall()
            return found

    def is_cut(self, raw: Any) -> bool:  # noqa: ARG002 a file does not hang up
        return False


def milliseconds(deadline: Deadline) -> int:
    """Return what is left, at least one: to PostgreSQL none means no limit."""
    return max(1, int(deadline.remaining() * 1000))


def _register_error(error: Exception, deadline: Deadline) -> RegisterError:
    """Say which of our errors a foreign one is, without a word of its own."""
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    if deadline.remaining() <= 0:
        return RegisterTimeout()
    if isinstance(cause, UnicodeError):
        return RegisterAnswerInvalid()
    if isinstance(cause, OverflowError):
        return RegisterRefused()
    if isinstance(cause, sqlite3.Error):
        return _by_sqlite_code(getattr(cause, "sqlite_errorcode", None))
    return _by_sqlstate(getattr(cause, "sqlstate", None) or "")


def _by_sqlite_code(code: int | None) -> RegisterError:
    """Source: https://sqlite.org/rescode.html; without a code it is text that is not UTF-8."""
    if code is None:
        return RegisterAnswerInvalid()
    match code & 0xFF:
        case sqlite3.SQLITE_INTERRUPT:
            return RegisterTimeout()
        case sqlite3.SQLITE_ERROR | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_AUTH:
            return RegisterRefused()
    return RegisterUnavailable()


def _by_sqlstate(state: str) -> RegisterError:
    """Source: https://www.postgresql.org/docs/current/errcodes-appendix.html."""
    match state[:2]:
        case "57" if state == "57014":  # query_canceled, here by statement_timeout
            return RegisterTimeout()
        case "22":
            return RegisterAnswerInvalid()
        case "0A" | "25" | "28" | "3D" | "3F" | "42":
            return RegisterRefused()
    return RegisterUnavailable()
