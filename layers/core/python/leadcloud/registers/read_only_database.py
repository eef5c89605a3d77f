"""A database that is only ever read, and never waited for beyond a deadline."""

import logging
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import BoundedSemaphore, Timer
from typing import Any, Final, TypeVar

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    QueuePool,
    create_engine,
    exc,
    func,
    make_url,
    select,
)

from leadcloud.clock import Deadline
from leadcloud.registers.interface import (
    RegisterAnswerInvalid,
    RegisterError,
    RegisterRefused,
    RegisterTimeout,
    RegisterUnavailable,
)

Result = TypeVar("Result")

_GRACE: Final = 0.25
"""Seconds that the server has to end a statement itself before its connection is cut."""
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
        self._engine, self._bounded = _engine(_parsed(url), connections)
        driver = self._engine.dialect.loaded_dbapi
        self._foreign = (exc.SQLAlchemyError, driver.Error, OSError, ValueError, OverflowError)
        self._slots = BoundedSemaphore(connections)

    def read(self, work: Callable[[Connection], Result], deadline: Deadline) -> Result:
        """Run the work in a read-only transaction that ends by the deadline.

        The work may run twice: a kept connection may turn out to have died since.

        Raises:
            RegisterError: It did not come to an end.
        """
        try:
            with self._slot(deadline):
                return self._read_again_if_cut(work, deadline)
        except self._foreign as error:
            failure = _register_error(error, deadline)
        # Outside of the handler: the driver's error holds SQL and values, and would hang on to
        # ours as its context even if raised from None.
        raise failure

    def close(self) -> None:
        """Close the connections that are kept."""
        self._engine.dispose()

    @contextmanager
    def _slot(self, deadline: Deadline) -> Iterator[None]:
        if not self._slots.acquire(timeout=deadline.remaining()):
            raise RegisterTimeout
        try:
            yield
        finally:
            self._slots.release()

    def _read_again_if_cut(
        self, work: Callable[[Connection], Result], deadline: Deadline
    ) -> Result:
        try:
            return self._read(work, deadline)
        except exc.DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return self._read(work, deadline)

    def _read(self, work: Callable[[Connection], Result], deadline: Deadline) -> Result:
        if deadline.remaining() <= 0:
            raise RegisterTimeout
        with self._engine.connect() as connection, self._bounded(connection, deadline):
            return work(connection)


def _parsed(url: str) -> URL:
    # ValueError: a port that is no number is quoted, and may be half a password with a colon.
    with suppress(exc.ArgumentError, ValueError):
        return make_url(url)
    raise RegisterRefused


def _engine(url: URL, connections: int) -> tuple[Engine, Callable[..., Any]]:
    backend = url.get_backend_name()
    if backend == "sqlite" and url.database:
        open_file = partial(_open_file, Path(url.database))
        return _quiet_engine(URL.create("sqlite"), connections, creator=open_file), _bounded_sqlite
    if backend == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
        engine = _quiet_engine(url, connections, connect_args=_POSTGRESQL)
        return engine.execution_options(postgresql_readonly=True), _bounded_postgresql
    raise RegisterRefused


_POSTGRESQL: Final = {
    "application_name": "leadcloud",
    "client_encoding": "utf8",
    "connect_timeout": 2,  # seconds per address; the least that libpq knows
    "prepare_threshold": None,  # a prepared statement does not survive PgBouncer
}


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


@contextmanager
def _bounded_sqlite(connection: Connection, deadline: Deadline) -> Iterator[None]:
    raw: Any = connection.connection.driver_connection
    raw.execute(f"PRAGMA busy_timeout = {_milliseconds(deadline)}")
    raw.set_progress_handler(lambda: deadline.remaining() <= 0, _STEPS)
    try:
        yield
    finally:
        raw.set_progress_handler(None, 0)


@contextmanager
def _bounded_postgresql(connection: Connection, deadline: Deadline) -> Iterator[None]:
    raw: Any = connection.connection.driver_connection
    with ExitStack() as stack:
        # The server ends a slow statement; but a server that hangs, or a network that swallows,
        # ends nothing.
        line = socket.fromfd(raw.fileno(), socket.AF_INET, socket.SOCK_STREAM)
        stack.enter_context(line)
        cut = Timer(deadline.remaining() + _GRACE, _cut, (line,))
        cut.daemon = True
        cut.start()
        stack.callback(cut.cancel)
        stack.callback(connection.rollback)
        timeout = func.set_config("statement_timeout", str(_milliseconds(deadline)), True)
        connection.execute(select(timeout))
        yield


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _milliseconds(deadline: Deadline) -> int:
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
