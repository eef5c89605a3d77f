"""A customer's database to be searched, in both kinds that are supported."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.event import listen

from leadcloud.clock import Deadline, SystemClock
from leadcloud.registers.column_mapping import ColumnMapping, OwnRegister, RegisterController
from leadcloud.registers.condition import Condition
from leadcloud.registers.contact import Contact
from leadcloud.registers.interface import PageRequest, Register
from leadcloud.registers.own_database import OwnDatabase
from tests.plugins.postgres import PostgresServer

COLUMNS = {
    "first_name": "etunimi",
    "last_name": "sukunimi",
    "phone": "puhelin",
    "postal_code": "postinumero",
    "language": "kieli",
    "gender": "sukupuoli",
}
CREATE = """CREATE TABLE asiakas (
    id INTEGER PRIMARY KEY, etunimi TEXT, sukunimi TEXT, puhelin TEXT,
    postinumero TEXT, kieli TEXT, sukupuoli TEXT)"""
PERSON = {
    "etunimi": "Synteettinen",
    "sukunimi": "Henkilö",
    "puhelin": "049 500 0001",
    "postinumero": "00100",
    "kieli": "fi",
    "sukupuoli": "N",
}
GENDERS = {"N": "female", "M": "male"}


class CustomerDatabase:
    """The customer's own way into the database, and the registers read from it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = create_engine(url, poolclass=NullPool)
        if self.engine.dialect.name == "sqlite":
            listen(self.engine, "connect", _do_not_wait_for_the_disk)
        self._opened: list[OwnDatabase] = []

    def execute(self, statement: str, rows: Sequence[Mapping[str, Any]] = ()) -> None:
        """Run a statement as the customer, once per row, and read what it answers."""
        with self.engine.begin() as connection:
            for row in rows or [{}]:
                answer = connection.execute(text(statement), dict(row))
                if answer.returns_rows:
                    answer.all()

    def create_persons(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Create the table of the default mapping; what a row leaves out is the person's."""
        self.execute(CREATE)
        self.insert_persons(rows)

    def insert_persons(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows to the table of the default mapping."""
        if rows:
            self.execute(
                "INSERT INTO asiakas VALUES (:id, :etunimi, :sukunimi, :puhelin, :postinumero,"
                " :kieli, :sukupuoli)",
                [PERSON | dict(row) for row in rows],
            )

    def register(self, *, connections: int = 4, **changes: Any) -> OwnDatabase:
        """Open the register with the default mapping, changed as said."""
        register = OwnDatabase(own_register(**changes), self.url, connections=connections)
        self._opened.append(register)
        return register

    def close(self) -> None:
        """Close all that was opened."""
        for register in self._opened:
            register.close()
        self.engine.dispose()


def own_register(*, country: str = "FI", **changes: Any) -> OwnRegister:
    """Return the configuration with the default mapping, changed as said."""
    mapping: dict[str, Any] = {
        "kind": "consumer",
        "table": "asiakas",
        "key": "id",
        "columns": COLUMNS,
        "codes": {"gender": GENDERS},
    }
    return OwnRegister(
        id="own",
        name="Own register",
        controller=RegisterController(id="customer", name="Customer Oy"),
        price_per_contact=Decimal("0.01"),
        country=country,
        mapping=ColumnMapping(**mapping | changes),
    )


def page_request(
    *conditions: Condition, size: int = 100, position: str | None = None, seconds: float = 20
) -> PageRequest:
    """Return a request for a page within so many seconds."""
    return PageRequest(
        criteria=conditions,
        size=size,
        position=position,
        deadline=Deadline.after(seconds, SystemClock()),
        request_id="test",
    )


def condition(field: str, operator: Any, *values: str) -> Condition:
    """Return a condition."""
    return Condition(field=field, operator=operator, values=values)


def every_contact(register: Register, *conditions: Condition, size: int = 100) -> list[Contact]:
    """Return the contacts of all pages."""
    page = register.fetch(page_request(*conditions, size=size))
    contacts = list(page.contacts)
    while page.next_position is not None:
        page = register.fetch(page_request(*conditions, size=size, position=page.next_position))
        contacts += page.contacts
    return contacts


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[CustomerDatabase]:
    """Give an empty SQLite file."""
    yield from _opened(f"sqlite:///{tmp_path}/customer #1.sqlite")


@pytest.fixture
def postgresql_database(postgres: PostgresServer) -> Iterator[CustomerDatabase]:
    """Give an empty PostgreSQL database."""
    yield from _opened(postgres.url)
    postgres.empty()


@pytest.fixture(params=["sqlite", "postgresql"])
def customer_database(request: pytest.FixtureRequest) -> CustomerDatabase:
    """Give an empty database, once of each kind."""
    database: CustomerDatabase = request.getfixturevalue(f"{request.param}_database")
    return database


def _do_not_wait_for_the_disk(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")


def _opened(url: str) -> Iterator[CustomerDatabase]:
    database = CustomerDatabase(url)
    yield database
    database.close()
