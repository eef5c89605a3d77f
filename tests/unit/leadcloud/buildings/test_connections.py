"""Connections are lent to one question at a time."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from leadcloud.buildings.connections import Connections, OutOfTime, _open
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


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the files that connections are opened to from now on."""
    files: list[Path] = []

    def noted(path: Path) -> sqlite3.Connection:
        files.append(path)
        return _open(path)

    monkeypatch.setattr("leadcloud.buildings.connections._open", noted)
    return files


def ask(connections: Connections, sql: str, **functions: Callable[..., Any]) -> Any:
    """Return the one value that a statement answers."""
    ((value,),) = connections.fetched(sql, functions=functions)
    return value


def test_threads_that_ask_in_turn_share_a_connection(
    connections: Connections, opened: list[Path]
) -> None:
    """However many threads there are, memory is taken for as many as ask at once."""
    for _ in range(_THREADS):
        with ThreadPoolExecutor(1) as thread:
            assert thread.submit(ask, connections, "SELECT 1").result() == 1

    assert len(opened) == 1


def test_the_connection_used_last_is_lent_first(
    connections: Connections, opened: list[Path]
) -> None:
    """Its pages are still warm, and the others of a busier hour stay out of the way."""
    ask(
        connections,
        "SELECT waiting()",
        waiting=lambda: ask(connections, "SELECT quick()", quick=int),
    )
    assert len(opened) == 2

    for _ in range(3):
        # Known to the one that was given back last, as it waited for the other.
        assert connections.fetched("SELECT name FROM pragma_function_list WHERE name = 'waiting'")


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
        for _ in ("opened", "lent again"):
            assert list(threads.map(mine, range(_THREADS))) == list(range(_THREADS))


def test_a_connection_comes_back_from_a_question_that_failed(
    connections: Connections, opened: list[Path]
) -> None:
    """Neither an error nor a deadline that passed costs a connection, or reaches the next."""
    with pytest.raises(OutOfTime):
        connections.fetched(_ENDLESS, deadline=Deadline.after(0.01, SystemClock()))
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        ask(connections, "SELECT 1 FROM unheard_of")

    assert ask(connections, _LONG) == 100_000
    assert len(opened) == 1


def test_nothing_can_be_written(connections: Connections) -> None:
    """A release is read only."""
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        ask(connections, "DELETE FROM anything RETURNING 1")
