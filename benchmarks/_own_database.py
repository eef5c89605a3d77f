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
from leadcloud.registers.interface import PageRequest
from leadcloud.registers.own_database import OwnDatabase
from tests.plugins.postgres import running_server

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
_CRITERIA = (
    Condition(field="gender", operator="in", values=("female",)),
    Condition(field="language", operator="in", values=("fi",)),
    Condition(field="postal_code", operator="not_in", values=("00000", "01000")),
)
_BARE = """
SELECT id, first_name, last_name, phone, postal_code, language, gender FROM person
WHERE gender = 'N' AND language = 'fi' AND postal_code NOT IN ('00000', '01000') AND id > %s
ORDER BY id LIMIT 101
"""


def own_database_figures() -> Iterator[Figure]:
    """Measure both pages; the table is made first, which takes a minute."""
    with running_server() as postgres, psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(_FILL)
        deep = connection.execute(
            _BARE.replace("SELECT id,", "SELECT id AS key,").replace(
                "LIMIT 101", f"LIMIT 1 OFFSET {_DEEP * _PAGE}"
            ),
            [0],
        ).fetchone()
        assert deep is not None
        register = OwnDatabase(_register(), postgres.url)
        try:
            for name, after in (("first page", 0), (f"page {_DEEP:,}", deep[0] - 1)):
                yield from _page_figures(name, after, register=register, connection=connection)
        finally:
            register.close()


def _page_figures(
    name: str, after: int, *, register: OwnDatabase, connection: psycopg.Connection[Any]
) -> Iterator[Figure]:
    ours = _median(lambda: _fetch(register, after))
    bare = _median(lambda: connection.execute(_BARE, [after]).fetchall())
    yield Figure(
        name=f"{PERSONS / 1e6} million persons, {name} / bare SQL",
        value=ours / bare,
        unit="times",
        lower_is_better=True,
    )
    yield Figure(
        name=f"bare SQL, {name}",
        value=bare * 1000,
        unit="ms",
        lower_is_better=True,
        against=f"{PERSONS / 1e6} million persons, {name} / bare SQL",
    )


def _fetch(register: OwnDatabase, after: int) -> None:
    page = register.fetch(
        PageRequest(
            criteria=_CRITERIA,
            size=_PAGE,
            position=str(after) if after else None,
            deadline=Deadline.after(30, SystemClock()),
            request_id="bench",
        )
    )
    assert len(page.contacts) == _PAGE


def _median(once: Callable[[], Any]) -> float:
    times = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        once()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


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
