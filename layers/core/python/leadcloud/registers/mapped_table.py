"""The table of a mapping as SQL: names from introspection only, values bound.

What is delivered and what is filtered is one and the same expression per field, the column as
text compared byte by byte, so that a page holds exactly what `Condition.is_met_by` accepts.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    TEXT,
    VARCHAR,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Float,
    Integer,
    MetaData,
    Numeric,
    Table,
    cast,
    inspect,
    quoted_name,
    type_coerce,
)
from sqlalchemy.types import NullType, TypeEngine

from leadcloud.errors import Fault
from leadcloud.registers.column_mapping import BAN, FIELDS, NO_BAN, ColumnMapping, MappingRefused
from leadcloud.registers.condition import Condition, Criteria
from leadcloud.registers.contact import BusinessContact, ConsumerContact, Contact
from leadcloud.registers.interface import RegisterRefused
from leadcloud.registers.page_statement import BoundClause, Clause, PageStatements, Statement
from leadcloud.registers.phone import e164

Key = int | str

_NOUGHTS_LOST: Final = (
    "The column holds numbers, which lose leading noughts: codes such as {} would never be found. "
    "Map a column or a view that has the whole code as text."
)
_DIGITS_LOST: Final[Mapping[str, str]] = {
    "industry_code": _NOUGHTS_LOST.format("01110"),
    "municipality": _NOUGHTS_LOST.format("091"),
    "postal_code": _NOUGHTS_LOST.format("00100"),
    "phone": "The column holds numbers with decimals, whose last digit would be read as the phone "
    "number's. Map a column or a view that has it as text or as a whole number.",
}
"""Field → what is said of a column of numbers."""


class MappedTable:
    """A table or view that holds what its mapping names."""

    def __init__(
        self,
        mapping: ColumnMapping,
        country: str,
        *,
        key: ColumnElement[Any],
        texts: Mapping[str, ColumnElement[str]],
        dialect: Dialect,
    ) -> None:
        """Take the key and, by field, the columns as text; numbers are read as of that country."""
        self._kind = mapping.kind
        self._country = country
        self._constants = mapping.constants
        self._codes = {field: mapping.codes_of(field) for field in texts}
        self._fields = FIELDS[mapping.kind]
        self._compared = frozenset(self._fields.criteria.values())
        self._statements = PageStatements(
            key, texts, required=sorted(self._fields.required), dialect=dialect
        )

    @classmethod
    def reflect(cls, connection: Connection, mapping: ColumnMapping, country: str) -> "MappedTable":
        """Look the mapping up in the database.

        Raises:
            MappingRefused: The table or some of the columns are not there.
        """
        columns = _columns(connection, mapping)
        schema = mapping.schema_name and _quoted(mapping.schema_name)
        Table(_quoted(mapping.table), MetaData(), *columns.values(), schema=schema)
        return cls(
            mapping,
            country,
            # Without a type the driver reads and binds the key as the database has it.
            key=type_coerce(columns[mapping.key], NullType()),
            texts={
                field: _as_text(columns[name], connection.dialect.name)
                for field, name in mapping.columns.items()
            },
            dialect=connection.dialect,
        )

    def page(self, criteria: Criteria, *, after: Key | None, limit: int) -> Statement:
        """Return the statement for the rows that follow a key.

        Raises:
            RegisterRefused: A condition is on something that the mapping does not have.
        """
        return self._statements.page(self._clauses(criteria), after=after, limit=limit)

    def count(self, criteria: Criteria) -> Statement:
        """Return the statement for the number of rows that all pages have together."""
        return self._statements.count(self._clauses(criteria))

    def _clauses(self, criteria: Criteria) -> list[BoundClause]:
        found = (self._clause(condition) for condition in criteria)
        return [clause for clause in found if clause is not None]

    def _clause(self, condition: Condition) -> BoundClause | None:
        """Return what a condition asks of a column, and its values; None where all rows meet it."""
        field = self._fields.criteria.get(condition.field)
        if field in self._constants:
            met = condition.is_met_by(self._constants[field])
            # Any column will do to be met by no row.
            return None if met else (Clause(field=next(iter(self._codes)), test="in", count=0), ())
        if field is None or field not in self._codes:
            raise RegisterRefused
        codes, test = self._codes[field], condition.operator
        if codes is not None:
            values = [code for code, value in codes.items() if condition.is_met_by(value)]
            test = "in"
        else:
            # An empty text is an unknown value, but every text begins with it.
            values = [
                value
                for value in condition.values
                if _can_stand_in_a_column(value) and (value or test == "prefix")
            ]
        return Clause(field=field, test=test, count=len(values)), values

    def contact(self, row: Sequence[Any]) -> Contact | None:
        """Return the contact in a row; None where it lacks a name or a phone number."""
        values: dict[str, Any] = dict(self._constants)
        for (field, codes), cell in zip(self._codes.items(), row[1:], strict=True):
            text = cell if isinstance(cell, str) else ""
            if codes is not None:
                values[field] = codes.get(text)
            else:
                # What is filtered by is delivered as it was compared: to the byte.
                values[field] = (text if field in self._compared else text.strip()) or None
        values["phone"] = e164(values["phone"] or "", self._country)
        if not all(values[field] for field in self._fields.required):
            return None
        return _contact(self._kind, values)


def refuse_columns_that_lose_digits(connection: Connection, mapping: ColumnMapping) -> None:
    """Look at the columns' types: what a column of numbers has lost, no search can find.

    Raises:
        MappingRefused: The table or columns are not there, or lose digits.
    """
    columns = _columns(connection, mapping)
    faults = [
        Fault(field=f"columns.{field}", code="column_of_numbers", detail=_DIGITS_LOST[field])
        for field, name in sorted(mapping.columns.items())
        if _loses_digits(columns[name].type, field) and field not in mapping.codes
    ]
    if faults:
        raise MappingRefused(faults)


def _loses_digits(found: TypeEngine[Any], field: str) -> bool:
    if field == "phone":
        # A whole number without its nought is still read rightly, 401234567.0 as another's.
        return isinstance(found, Float)
    return field in _DIGITS_LOST and isinstance(found, Integer | Numeric)


def _contact(kind: str, values: dict[str, Any]) -> Contact:
    if kind == "business":
        return BusinessContact(**values)
    if BAN in values:
        # A value that nobody explained may well be a ban.
        values[BAN] = values[BAN] != NO_BAN
    return ConsumerContact(**values)


def _as_text(found: ColumnElement[Any], dialect: str) -> ColumnElement[str]:
    """Return the column as text that compares byte by byte, by its own index where it can."""
    plain = type(found.type) in {VARCHAR, TEXT}
    if dialect == "sqlite":
        # A column may be declared NOCASE, and a cast keeps that: https://sqlite.org/datatype3.html
        return (found if plain else cast(found, TEXT)).collate("BINARY")
    if plain and getattr(found.type, "collation", None) is None:
        return found
    return cast(found, TEXT).collate("C")


def _can_stand_in_a_column(value: str) -> bool:
    """Tell whether a database could hold the text: no NUL, nothing that UTF-8 has not."""
    return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)


def _quoted(name: str) -> quoted_name:
    return quoted_name(name, quote=True)


def _columns(connection: Connection, mapping: ColumnMapping) -> dict[str, Column[Any]]:
    """Return the columns of the mapped table by their names; all that are mapped are among them."""
    inspector = inspect(connection)
    if not inspector.has_table(mapping.table, schema=mapping.schema_name):
        raise MappingRefused([_missing("table")])
    found = inspector.get_columns(mapping.table, schema=mapping.schema_name)
    columns: dict[str, Column[Any]] = {
        # Without a key of ours the names of bound values would be made of the customer's.
        each["name"]: Column(_quoted(each["name"]), each["type"], key=f"column_{number}")
        for number, each in enumerate(found)
    }
    _refuse_what_is_missing(mapping, columns)
    return columns


def _refuse_what_is_missing(mapping: ColumnMapping, columns: Mapping[str, object]) -> None:
    named = {"key": mapping.key}
    named |= {f"columns.{field}": name for field, name in mapping.columns.items()}
    if missing := [_missing(path) for path, name in named.items() if name not in columns]:
        raise MappingRefused(missing)


def _missing(path: str) -> Fault:
    what = "table or view" if path == "table" else "column"
    return Fault(field=path, code="not_in_database", detail=f"The database has no such {what}.")
