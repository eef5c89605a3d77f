"""Names of tables and columns: whatever a customer calls them, they stay names."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from leadcloud.registers.column_mapping import MappingRefused
from leadcloud.registers.interface import RegisterRefused
from tests.plugins.customer_database import (
    COLUMNS,
    CustomerDatabase,
    condition,
    every_contact,
    page_request,
)

pytestmark = [
    pytest.mark.loopback,
    pytest.mark.enable_socket,
    pytest.mark.allow_hosts(["127.0.0.1"]),
]

HOSTILE = (
    '"; DROP TABLE asiakas; --',
    "'; DROP TABLE asiakas; --",
    '" UNION SELECT 1, 2, 3 --',
    "*",
    "1",
    "id) OR (1=1",
    "select",
    "a.b",
    "%",
    "%s",
    "%(after)s",
    ":after",
    "?",
    "$1",
    "[a]",
    "`a`",
    "\\",
    "/*",
    "--",
    " ",
    "ä ö",
    "\u202e",
    "😀",
    "key",
    "phone",
    "language",
    "after",
    "param_1",
    "a\nb",
    "a\tb",
    '""',
    "''",
    "NULL",
    "rowid",
    "ctid",
    "xmin",
)
SYSTEM_COLUMNS = {"ctid", "xmin", "rowid"}


def hostile_names(count: int) -> list[str]:
    """Draw names out of the pieces that break careless SQL, as long as PostgreSQL allows."""
    rng = Random(20190228)  # noqa: S311 - repeatable, not secret
    names: set[str] = set()
    while len(names) < count:
        name = "".join(rng.choices([*HOSTILE, *"abcXYZ\"'`;%:?()[]{}"], k=rng.randint(1, 4)))
        if len(name.encode()) <= 63 and name not in SYSTEM_COLUMNS:
            names.add(name)
    return sorted(names)


def quoted(name: str) -> str:
    """Quote a name for a statement of the tests, by SQL's own rule."""
    return '"' + name.replace('"', '""').replace(":", "\\:") + '"'


def create_rows(database: CustomerDatabase, tables: Mapping[str, Sequence[str]]) -> None:
    """Create tables with one row each that holds a phone number in every column."""
    with database.engine.begin() as connection:
        for table, columns in tables.items():
            declared = ", ".join(f"{quoted(name)} TEXT" for name in columns)
            cells = ", '0495000001'" * len(columns)
            for statement in (
                f"CREATE TABLE {quoted(table)} (id0 INTEGER PRIMARY KEY, {declared})",
                f"INSERT INTO {quoted(table)} VALUES (1{cells})",  # noqa: S608 - quoted
            ):
                connection.execute(text(statement))


def test_a_hostile_column_is_a_column(customer_database: CustomerDatabase) -> None:
    """Five hundred hostile names are read and filtered by like any other, and break nothing."""
    names = hostile_names(504)
    criteria = ("language", "municipality", "postal_code")
    fields = ("first_name", "last_name", "phone", "street", *criteria)
    tables = {
        f"t{start}": names[start : start + len(fields)]
        for start in range(0, len(names), len(fields))
    }
    create_rows(customer_database, tables)
    for table, its_names in tables.items():
        columns = dict(zip(fields, its_names, strict=True))
        register = customer_database.register(table=table, key="id0", columns=columns, codes={})
        found = every_contact(
            register,
            condition("language", "in", "0495000001"),
            condition("municipality", "not_in", "x"),
            condition("postal_code", "prefix", "0495"),
        )
        assert len(found) == 1, columns
        register.close()


@pytest.mark.parametrize("name", hostile_names(30))
def test_a_hostile_table_is_a_table(customer_database: CustomerDatabase, name: str) -> None:
    """A table of any name is read; the same name as a schema is only not there."""
    create_rows(customer_database, {name: [name]})
    mapped: dict[str, Any] = {
        "table": name,
        "key": "id0",
        "columns": dict.fromkeys(("first_name", "last_name", "phone"), name),
        "codes": {},
    }

    assert len(every_contact(customer_database.register(**mapped))) == 1
    with pytest.raises(RegisterRefused):
        customer_database.register(**mapped, schema_name=name).fetch(page_request())


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_that_is_not_there_is_refused(
    customer_database: CustomerDatabase, name: str
) -> None:
    """A mapping to what introspection does not show is a fault of the mapping, and runs nothing."""
    customer_database.create_persons([{"id": 1}])

    with pytest.raises(MappingRefused) as table:
        customer_database.register(table=name).fetch(page_request())
    with pytest.raises(MappingRefused) as column:
        customer_database.register(columns=COLUMNS | {"language": name}, key=name).fetch(
            page_request()
        )

    assert [fault.field for fault in table.value.faults] == ["table"]
    assert [fault.field for fault in column.value.faults] == ["key", "columns.language"]
    assert len(every_contact(customer_database.register())) == 1


def test_a_table_of_another_schema_is_read(postgresql_database: CustomerDatabase) -> None:
    """The schema is part of the mapping; without it, the table is not there."""
    postgresql_database.execute('CREATE SCHEMA "crm.2024"')
    postgresql_database.create_persons([{"id": 1}])
    postgresql_database.execute('ALTER TABLE asiakas SET SCHEMA "crm.2024"')

    assert len(every_contact(postgresql_database.register(schema_name="crm.2024"))) == 1
    with pytest.raises(MappingRefused):
        postgresql_database.register().fetch(page_request())


def test_a_view_is_read_like_a_table(customer_database: CustomerDatabase) -> None:
    """What a mapping cannot say, a view can."""
    customer_database.create_persons([{"id": 1, "postinumero": "100"}])
    customer_database.execute(
        "CREATE VIEW n AS SELECT id, etunimi, sukunimi, puhelin, kieli, sukupuoli,"
        " substr('00000' || postinumero, length(postinumero) + 1) AS postinumero FROM asiakas"
    )

    contacts = every_contact(customer_database.register(table="n"))

    assert [getattr(contact, "postal_code", None) for contact in contacts] == ["00100"]


def test_a_column_that_goes_away_is_noticed(customer_database: CustomerDatabase) -> None:
    """A changed table is refused, looked up anew, and read again once it fits."""
    customer_database.create_persons([{"id": 1}])
    register = customer_database.register()
    assert len(every_contact(register)) == 1

    customer_database.execute("ALTER TABLE asiakas RENAME COLUMN sukunimi TO nimi")
    with pytest.raises(RegisterRefused):
        register.fetch(page_request())
    with pytest.raises(MappingRefused):
        register.fetch(page_request())

    customer_database.execute("ALTER TABLE asiakas RENAME COLUMN nimi TO sukunimi")
    assert len(every_contact(register)) == 1
