"""Connections are lent to one question at a time."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from leadcloud.buildings.connections import Connections, OutOfTime
from leadcloud.clock import Deadline, SystemClock

_THREADS = 8
_ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
_LONG = _ENDLESS.replace("FROM n)", "FROM n LIMIT 100000)")


@pytest.fixture
def connections(tmp_path: Path) -> Connections:
    """Return the connections to a database."""
    path = tmp_path / "any.sqlite"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE anything (number INTEGER)")
    database.close()
    return Connections(path)


def ask(connections: Connections, sql: str, **functions: Callable[..., Any]) -> Any:
    """Return the one value that a statement answers."""
    with connections.connection(functions) as connection:
        return connection.execute(sql).fetchone()[0]


def test_threads_that_ask_in_turn_share_a_connection(connections: Connections) -> None:
    """However many threads there are, memory is taken for as many as ask at once."""
    with connections.connection() as first:
        pass
    for _ in range(_THREADS):
        with ThreadPoolExecutor(1) as thread:
            thread.submit(ask, connections, "SELECT 1").result()

    with connections.connection() as again, connections.connection() as another:
        assert again is first
        assert another is not first
    with connections.connection() as last:
        assert last is first


def test_who_asks_at_once_has_a_connection_and_functions_of_its_own(
    connections: Connections,
) -> None:
    """One question's area never answers another's."""
    together = Barrier(_THREADS)

    def mine(number: int) -> Any:
        def area() -> int:
            together.wait(timeout=10)
            return number

        return ask(connections, "SELECT area()", area=area)

    with ThreadPoolExecutor(_THREADS) as threads:
        assert list(threads.map(mine, range(_THREADS))) == list(range(_THREADS))


def test_a_connection_comes_back_from_a_question_that_failed(connections: Connections) -> None:
    """Neither an error nor a deadline that passed costs a connection, or reaches the next."""
    with connections.connection() as first:
        pass
    with (
        pytest.raises(OutOfTime),
        connections.connection(deadline=Deadline.after(0.01, SystemClock())) as connection,
    ):
        connection.execute(_ENDLESS).fetchall()
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        ask(connections, "SELECT 1 FROM unheard_of")

    with connections.connection() as again:
        assert again is first
    assert ask(connections, _LONG) == 100_000


def test_nothing_can_be_written(connections: Connections) -> None:
    """A release is read only."""
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        ask(connections, "DELETE FROM anything RETURNING 1")
