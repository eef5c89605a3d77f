"""A customer's database of 4.7 million persons: first page and page 10,000, beside the bare SQL."""

import statistics
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import psycopg

from benchmarks.figure import Figure
from leadcloud.clock import Deadline, SystemClock
from leadcloud.registers.column_mapping import ColumnMapping, OwnRegister, RegisterController
from leadcloud.registers.condition import Condition
from leadcloud.registers.contact import ConsumerContact
from leadcloud.registers.interface import PageRequest
from leadcloud.registers.own_database import OwnDatabase
from leadcloud.registers.phone import e164
from tests.plugins.postgres import PostgresServer, running_server

PERSONS = 4_700_000
_PAGE = 100
_DEEP = 10_000
_ROUNDS = 25

_FILL = f"""
CREATE UNLOGGED TABLE person AS
SELECT i AS id, 'Testi' AS first_name, 'Synteettinen' || i AS last_name,
       '+35845' || lpad(i::text, 8, '0') AS phone,
       lpad((i % 99 * 1000)::text, 5, '0') AS postal_code,
       CASE WHEN i % 20 = 0 THEN 'sv' ELSE 'fi' END AS language,
       CASE WHEN i % 2 = 0 THEN 'N' ELSE 'M' END AS gender
FROM generate_series(1, {PERSONS}) AS i;
ALTER TABLE person ADD PRIMARY KEY (id);
ANALYZE person;
"""
_COLUMNS = {
    "first_name": "first_name",
    "last_name": "last_name",
    "phone": "phone",
    "postal_code": "postal_code",
    "language": "language",
    "gender": "gender",
}
Criteria = tuple[Condition, ...]

_WIDE = (
    Condition(field="gender", operator="in", values=("female",)),
    Condition(field="language", operator="in", values=("fi",)),
    Condition(field="postal_code", operator="not_in", values=("00000", "01000")),
)
"""Nearly every second row: a page costs the database next to nothing, so this shows what we add."""
_NARROW = (
    Condition(field="gender", operator="in", values=("female",)),
    Condition(field="language", operator="in", values=("sv",)),
    Condition(field="postal_code", operator="in", values=("20000", "40000")),
)
"""One row of a thousand, without an index that helps: what a sales team asks for."""

_SELECT = "SELECT id, first_name, last_name, phone, postal_code, language, gender FROM person"
_REST = "AND id > %s ORDER BY id LIMIT 101"
_BARE: dict[Criteria, str] = {
    _WIDE: f"{_SELECT} WHERE gender = 'N' AND language = 'fi'"
    f" AND postal_code NOT IN ('00000', '01000') {_REST}",
    _NARROW: f"{_SELECT} WHERE gender = 'N' AND language = 'sv'"
    f" AND postal_code IN ('20000', '40000') {_REST}",
}


def own_database_figures() -> Iterator[Figure]:
    """Measure both pages; the table is made first, which takes a minute."""
    with running_server() as postgres:
        # By a connection of its own: on one that has filled a table, its queries take up to twice as
        # long.
        with _connected(postgres) as filling:
            filling.execute(_FILL)
        yield from _pages(postgres)


def _connected(postgres: PostgresServer) -> psycopg.Connection[Any]:
    """Connect as our adapter does, but for each statement being its own transaction."""
    return psycopg.connect(postgres.url, autocommit=True, prepare_threshold=None)


def _pages(postgres: PostgresServer) -> Iterator[Figure]:
    with _connected(postgres) as connection:
        deep = connection.execute(
            _BARE[_WIDE].replace("LIMIT 101", f"LIMIT 1 OFFSET {_DEEP * _PAGE}"), [0]
        ).fetchone()
        assert deep is not None
        register = OwnDatabase(_register(), postgres.url)
        try:
            for name, criteria, after in (
                ("first page, narrow", _NARROW, 0),
                ("first page, wide", _WIDE, 0),
                (f"page {_DEEP:,}, wide", _WIDE, deep[0] - 1),
            ):
                yield from _page_figures(
                    f"{PERSONS / 1e6} million persons, {name}",
                    {
                        "ours": lambda: _fetch(register, criteria, after),  # noqa: B023 called here
                        "statement": _statement(
                            register, connection, criteria=criteria, after=after
                        ),
                        "bare": lambda: connection.execute(_BARE[criteria], [after]).fetchall(),  # noqa: B023
                        "by hand": lambda: _by_hand(connection, criteria, after),  # noqa: B023
                    },
                )
        finally:
            register.close()


def _page_figures(name: str, ways: dict[str, Callable[[], Any]]) -> Iterator[Figure]:
    took = _medians(ways)
    ours = f"{name} / bare SQL"
    yield Figure(name=ours, value=took["ours"] / took["bare"], unit="times", lower_is_better=True)
    yield Figure(
        name=f"the statement of ours alone, {name} / bare SQL",
        value=took["statement"] / took["bare"],
        unit="times",
        lower_is_better=True,
        against=ours,
    )
    yield Figure(
        name=f"written by hand: read-only, with a time limit, as contacts; {name} / bare SQL",
        value=took["by hand"] / took["bare"],
        unit="times",
        lower_is_better=True,
        against=ours,
    )
    yield Figure(
        name=f"bare SQL, {name}",
        value=took["bare"] * 1000,
        unit="ms",
        lower_is_better=True,
        against=ours,
    )


def _statement(
    register: OwnDatabase, connection: psycopg.Connection[Any], *, criteria: Criteria, after: int
) -> Callable[[], Any]:
    """Return what asks for the page by our statement, on the connection of the bare SQL."""
    _fetch(register, criteria, after)
    table = register._table  # noqa: SLF001 looked up by the fetch
    assert table is not None
    statement = table.page(criteria, after=after or None, limit=_PAGE + 1)
    return lambda: connection.execute(statement.sql.encode(), statement.parameters).fetchall()


def _by_hand(connection: psycopg.Connection[Any], criteria: Criteria, after: int) -> list[Any]:
    """Do what the adapter does as a script would: the same safety, the same contacts."""
    with connection.transaction():
        connection.execute("SET TRANSACTION READ ONLY")
        connection.execute("SET LOCAL statement_timeout = 2500")
        rows = connection.execute(_BARE[criteria], [after]).fetchall()
    return [
        ConsumerContact(
            first_name=first.strip(),
            last_name=last.strip(),
            phone=e164(phone, "FI") or "",
            postal_code=postal_code,
            language=language,
            gender="female" if gender == "N" else "male",
        )
        for _, first, last, phone, postal_code, language, gender in rows
    ]


def _fetch(register: OwnDatabase, criteria: Criteria, after: int) -> None:
    page = register.fetch(
        PageRequest(
            criteria=criteria,
            size=_PAGE,
            position=str(after) if after else None,
            deadline=Deadline.after(30, SystemClock()),
            request_id="bench",
        )
    )
    assert len(page.contacts) == _PAGE


def _medians(ways: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Return the median seconds of each; they take turns, so that the machine's load falls on all."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(_ROUNDS):
        for name, once in ways.items():
            started = time.perf_counter()
            once()
            times[name].append(time.perf_counter() - started)
    return {name: statistics.median(each) for name, each in times.items()}


def _register() -> OwnRegister:
    return OwnRegister(
        id="own",
        name="Own",
        controller=RegisterController(id="customer", name="Customer (synthetic)"),
        price_per_contact=Decimal("0.01"),
        mapping=ColumnMapping(
            kind="consumer",
            table="person",
            key="id",
            columns=_COLUMNS,
            codes={"gender": {"N": "female", "M": "male"}},
        ),
    )
