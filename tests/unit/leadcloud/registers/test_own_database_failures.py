"""A customer's database that is slow, gone, broken or hostile."""

import logging
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from operator import methodcaller
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from leadcloud.registers.interface import (
    RegisterAnswerInvalid,
    RegisterError,
    RegisterRefused,
    RegisterTimeout,
    RegisterUnavailable,
)
from leadcloud.registers.own_database import OwnDatabase
from tests.plugins.customer_database import (
    CustomerDatabase,
    condition,
    every_contact,
    own_register,
    page_request,
)
from tests.plugins.postgres import PostgresServer

pytestmark = [
    pytest.mark.loopback,
    pytest.mark.enable_socket,
    pytest.mark.allow_hosts(["127.0.0.1"]),
]

CANARY = "Kanarialintu"
SLOW_VIEW = {
    "postgresql": "CREATE VIEW hidas AS SELECT asiakas.* FROM asiakas, pg_sleep(60)",
    "sqlite": "CREATE VIEW hidas AS SELECT asiakas.* FROM asiakas WHERE 0 = ("
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000000)"
    " SELECT min(i) FROM n)",
}


def seconds_until(error: type[RegisterError], act: Callable[[], object]) -> float:
    """Return how long it took until the error came."""
    begun = time.monotonic()
    with pytest.raises(error) as raised:
        act()
    assert raised.type is error
    return time.monotonic() - begun


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_slow_statement_ends_at_the_deadline(request: pytest.FixtureRequest, engine: str) -> None:
    """Neither earlier nor noticeably later, and the register is good for the next page."""
    database: CustomerDatabase = request.getfixturevalue(f"{engine}_database")
    database.create_persons([{"id": 1}])
    database.execute(SLOW_VIEW[engine])
    slow = database.register(table="hidas")

    waited = seconds_until(RegisterTimeout, lambda: slow.fetch(page_request(seconds=0.5)))

    assert 0.4 < waited < 1.5
    database.execute("DROP VIEW hidas")
    database.execute("CREATE VIEW hidas AS SELECT * FROM asiakas")
    assert len(every_contact(slow)) == 1


def test_nothing_is_asked_after_the_deadline(customer_database: CustomerDatabase) -> None:
    """A request whose time is over does not reach the database."""
    with pytest.raises(RegisterTimeout):
        customer_database.register().fetch(page_request(seconds=0))


def test_waiting_for_a_connection_ends_at_the_deadline(
    postgresql_database: CustomerDatabase,
) -> None:
    """When all connections are busy, a further page gives up in its own time."""
    postgresql_database.create_persons([{"id": 1}])
    postgresql_database.execute(SLOW_VIEW["postgresql"])
    register = postgresql_database.register(table="hidas", connections=1)
    with ThreadPoolExecutor(1) as busy:
        first = busy.submit(register.fetch, page_request(seconds=2))
        time.sleep(0.3)

        assert seconds_until(RegisterTimeout, lambda: register.fetch(page_request(seconds=0.3))) < 1
        assert isinstance(first.exception(), RegisterTimeout)


def test_threads_share_the_connections(customer_database: CustomerDatabase) -> None:
    """Sixteen threads with two connections all get their pages."""
    customer_database.create_persons([{"id": number} for number in range(50)])
    register = customer_database.register(connections=2)

    with ThreadPoolExecutor(16) as threads:
        counts = list(threads.map(lambda _: len(every_contact(register, size=9)), range(32)))

    assert counts == [50] * 32


def test_a_locked_file_is_waited_for_until_the_deadline(sqlite_database: CustomerDatabase) -> None:
    """A writer that does not let go costs the deadline, not more."""
    sqlite_database.create_persons([{"id": 1}])
    register = sqlite_database.register()
    with sqlite_database.engine.connect() as writer:
        writer.exec_driver_sql("BEGIN EXCLUSIVE")
        waited = seconds_until(RegisterTimeout, lambda: register.fetch(page_request(seconds=0.3)))

    assert 0.2 < waited < 1
    assert len(every_contact(register)) == 1


@pytest.mark.parametrize("size", [0, 100, 100_000])
def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path, size: int) -> None:
    """Missing, or full of something else: the register says so, and no file comes into being."""
    path = tmp_path / "own.sqlite"
    if size:
        path.write_bytes(b"x" * size)
    register = OwnDatabase(own_register(), f"sqlite:///{path}")

    with pytest.raises(RegisterUnavailable):
        register.fetch(page_request())

    register.close()
    assert path.exists() == bool(size)


def test_text_that_is_not_utf8_is_an_invalid_answer(sqlite_database: CustomerDatabase) -> None:
    """The driver's error quotes the text; ours does not."""
    sqlite_database.create_persons([{"id": 1}])
    sqlite_database.execute("UPDATE asiakas SET etunimi = CAST(x'C3284B' AS TEXT)")

    with pytest.raises(RegisterAnswerInvalid):
        sqlite_database.register().fetch(page_request())


def test_a_server_that_dies_is_unavailable_and_comes_back(
    postgres_of_one_test: PostgresServer,
) -> None:
    """Killed in the middle of a page: unavailable at once; after its restart the pages go on."""
    server = postgres_of_one_test
    database = CustomerDatabase(server.url)
    database.create_persons([{"id": number} for number in range(3)])
    database.execute(SLOW_VIEW["postgresql"])
    register, slow = database.register(), database.register(table="hidas")
    first = register.fetch(page_request(size=2))

    power_cut = threading.Timer(0.5, server.kill)
    power_cut.start()
    waited = seconds_until(RegisterUnavailable, lambda: slow.fetch(page_request(seconds=20)))
    assert waited < 5
    power_cut.join()
    with pytest.raises(RegisterUnavailable):
        register.fetch(page_request())

    server.start()
    rest = register.fetch(page_request(size=2, position=first.next_position))
    assert len(rest.contacts) == 1
    assert rest.next_position is None
    database.close()


def test_a_connection_that_died_in_the_pool_is_replaced(
    postgresql_database: CustomerDatabase,
) -> None:
    """Connections that the server has cut since the last page cost no page."""
    postgresql_database.create_persons([{"id": 1}])
    register = postgresql_database.register()
    assert len(every_contact(register)) == 1

    postgresql_database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'leadcloud' AND datname = current_database()"
    )

    assert len(every_contact(register)) == 1


def test_a_connection_closed_on_our_side_is_replaced(
    postgresql_database: CustomerDatabase,
) -> None:
    """It fails before anything is sent; the page is read on another."""
    postgresql_database.create_persons([{"id": 1}])
    register = postgresql_database.register(connections=1)
    kept = register._database._engine.raw_connection()
    assert kept.driver_connection is not None
    closed = kept.driver_connection
    kept.info["used"] = True
    kept.close()
    closed.close()

    assert len(every_contact(register)) == 1


def test_a_server_that_hangs_is_left_soon_after_the_deadline(
    postgres_of_one_test: PostgresServer,
) -> None:
    """It keeps the connection open and answers nothing: no statement_timeout helps there."""
    server = postgres_of_one_test
    database = CustomerDatabase(server.url)
    database.create_persons([{"id": 1}])
    register = database.register()
    assert len(every_contact(register)) == 1

    server.pause()
    waited = seconds_until(RegisterTimeout, lambda: register.fetch(page_request(seconds=0.5)))
    server.resume()

    assert waited < 1.5
    assert len(every_contact(register)) == 1
    database.close()


def test_a_server_that_never_greets_is_left_after_two_seconds() -> None:
    """Connecting has a limit of its own: the least that libpq knows."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        register = OwnDatabase(own_register(), f"postgresql://x@127.0.0.1:{port}/x")

        waited = seconds_until(RegisterTimeout, lambda: register.fetch(page_request(seconds=1)))

    assert waited < 3


def test_nobody_listening_is_unavailable() -> None:
    """A refused connection is told at once."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    register = OwnDatabase(own_register(), f"postgresql://x@127.0.0.1:{port}/x")

    assert seconds_until(RegisterUnavailable, lambda: register.fetch(page_request())) < 2


def test_a_missing_privilege_is_a_refusal(postgresql_database: CustomerDatabase) -> None:
    """The account's user may connect but not read."""
    postgresql_database.create_persons([{"id": 1}])
    postgresql_database.execute("CREATE ROLE lukija LOGIN")
    url = postgresql_database.url.replace("//tests@", "//lukija@")
    register = OwnDatabase(own_register(), url)

    with pytest.raises(RegisterRefused):
        register.fetch(page_request())

    register.close()
    postgresql_database.execute("DROP ROLE lukija")


def test_a_view_cannot_write_in_postgresql(postgresql_database: CustomerDatabase) -> None:
    """The transaction is read-only for everything that a view may call."""
    postgresql_database.create_persons([{"id": 1}])
    postgresql_database.execute(
        "CREATE FUNCTION kirjaa() RETURNS bool LANGUAGE sql VOLATILE AS"
        " 'DELETE FROM asiakas; SELECT true'"
    )
    postgresql_database.execute("CREATE VIEW ansa AS SELECT * FROM asiakas WHERE kirjaa()")

    with pytest.raises(RegisterRefused):
        postgresql_database.register(table="ansa").fetch(page_request())

    assert len(every_contact(postgresql_database.register())) == 1


@pytest.mark.parametrize(
    ("engine", "statement"),
    [
        ("postgresql", "DELETE FROM asiakas"),
        ("postgresql", "CREATE TABLE uusi (id INTEGER)"),
        ("sqlite", "DELETE FROM asiakas"),
        ("sqlite", "CREATE TABLE uusi (id INTEGER)"),
        ("sqlite", "CREATE TEMP TABLE uusi (id INTEGER)"),
    ],
)
def test_nothing_can_be_written_through_the_connection(
    request: pytest.FixtureRequest, engine: str, statement: str
) -> None:
    """Even a statement of our own that writes is refused by the database."""
    database: CustomerDatabase = request.getfixturevalue(f"{engine}_database")
    database.create_persons([{"id": 1}])
    register = database.register()
    write = methodcaller("exec_driver_sql", statement)

    with pytest.raises(RegisterRefused):
        register._database.read(write, page_request().deadline)

    assert len(every_contact(register)) == 1


def _chain(error: BaseException | None) -> str:
    """Return all that an error and those it hangs on to say."""
    said = ""
    while error is not None:
        said += f"{error!r} {error} {error.args} {vars(error)}"
        error = error.__context__ or error.__cause__
    return said


REST = "sukunimi, puhelin, postinumero, kieli, sukupuoli FROM asiakas"
TELLING = {
    "a value that is no number": (
        "postgresql",
        "CREATE VIEW v AS SELECT * FROM asiakas WHERE CAST(etunimi AS integer) > 0",
        "SELECT * FROM v",
        None,
    ),
    "a position that is no key": (
        "postgresql",
        f"CREATE VIEW v AS SELECT gen_random_uuid() AS id, etunimi, {REST}",
        f"SELECT * FROM v WHERE id > '{CANARY}'",  # noqa: S608 - a constant
        f'"{CANARY}"',
    ),
    "a name that is not UTF-8": (
        "sqlite",
        f"CREATE VIEW v AS SELECT id, CAST(etunimi || x'C328' AS TEXT) AS etunimi, {REST}",
        "SELECT * FROM v",
        None,
    ),
}


@pytest.mark.parametrize(("engine", "view", "plainly", "position"), TELLING.values(), ids=TELLING)
def test_no_failure_tells_of_a_person_or_the_statement(
    request: pytest.FixtureRequest,
    caplog: pytest.LogCaptureFixture,
    *,
    engine: str,
    view: str,
    plainly: str,
    position: str | None,
) -> None:
    """Neither the chain of exceptions nor any log line does, even if everything is logged."""
    database: CustomerDatabase = request.getfixturevalue(f"{engine}_database")
    database.create_persons([{"id": 1, "etunimi": CANARY}])
    database.execute(view)
    for name in ("", "sqlalchemy", "sqlalchemy.engine", "sqlalchemy.pool", "psycopg"):
        caplog.set_level(logging.DEBUG, logger=name)
    with pytest.raises(DBAPIError) as plain:
        database.execute(plainly)
    assert CANARY in _chain(plain.value)
    assert "SELECT" in caplog.text
    caplog.clear()

    with pytest.raises(RegisterAnswerInvalid) as ours:
        database.register(table="v").fetch(
            page_request(condition("language", "not_in", CANARY), position=position)
        )
    every_contact(database.register(), condition("postal_code", "in", CANARY, "00100"))

    for told in (_chain(ours.value), caplog.text):
        assert CANARY not in told
        assert "SELECT" not in told
        assert "asiakas" not in told


def test_the_password_is_shown_nowhere() -> None:
    """An adapter's own text does not hold the address of the database."""
    register = OwnDatabase(own_register(), "postgresql://x:salasana@127.0.0.1:1/x")

    with pytest.raises(RegisterUnavailable) as raised:
        register.fetch(page_request())

    assert "salasana" not in repr(register) + repr(vars(register)) + _chain(raised.value)
