"""The table of a mapping as SQL: names from introspection only, values bound.

What is delivered and what is filtered is one and the same expression per field, the column as
text compared byte by byte, so that a page holds exactly what `Condition.is_met_by` accepts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    TEXT,
    VARCHAR,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    RowMapping,
    Select,
    Table,
    bindparam,
    cast,
    false,
    func,
    inspect,
    or_,
    quoted_name,
    select,
    true,
    type_coerce,
)
from sqlalchemy.types import NullType

from leadcloud.errors import Fault
from leadcloud.registers.column_mapping import BAN, FIELDS, NO_BAN, ColumnMapping, MappingRefused
from leadcloud.registers.condition import Condition, Criteria
from leadcloud.registers.contact import BusinessContact, ConsumerContact, Contact
from leadcloud.registers.interface import RegisterRefused
from leadcloud.registers.phone import e164

Key = int | str


@dataclass(frozen=True, kw_only=True, slots=True)
class MappedTable:
    """A table or view that holds what its mapping names."""

    mapping: ColumnMapping
    key: ColumnElement[Any]
    texts: Mapping[str, ColumnElement[str]]
    """Field → its column as text."""

    @classmethod
    def reflect(cls, connection: Connection, mapping: ColumnMapping) -> "MappedTable":
        """Look the mapping up in the database.

        Raises:
            MappingRefused: The table or some of the columns are not there.
        """
        inspector = inspect(connection)
        if not inspector.has_table(mapping.table, schema=mapping.schema_name):
            raise MappingRefused([_missing("table")])
        columns = {
            # Without a key of ours the names of bound values would be made of the customer's.
            found["name"]: Column(_quoted(found["name"]), found["type"], key=f"column_{number}")
            for number, found in enumerate(
                inspector.get_columns(mapping.table, schema=mapping.schema_name)
            )
        }
        _refuse_what_is_missing(mapping, columns)
        schema = mapping.schema_name and _quoted(mapping.schema_name)
        Table(_quoted(mapping.table), MetaData(), *columns.values(), schema=schema)
        return cls(
            mapping=mapping,
            # Without a type the driver reads and binds the key as the database has it.
            key=type_coerce(columns[mapping.key], NullType()),
            texts={
                field: _as_text(columns[name], connection.dialect.name)
                for field, name in mapping.columns.items()
            },
        )

    def page(self, criteria: Criteria, *, after: Key | None, limit: int) -> Select[Any]:
        """Return the statement for the rows that follow a key."""
        columns = (self.key.label("key"), *(text.label(f) for f, text in self.texts.items()))
        statement = self._found(select(*columns), criteria).order_by(self.key).limit(limit)
        if after is None:
            return statement
        return statement.where(self.key > bindparam("after", after, type_=NullType()))

    def count(self, criteria: Criteria) -> Select[Any]:
        """Return the statement for the number of rows that all pages have together."""
        return self._found(select(func.count(self.key)), criteria)

    def _found(self, statement: Select[Any], criteria: Criteria) -> Select[Any]:
        required = FIELDS[self.mapping.kind].required
        return statement.where(
            self.key.is_not(None),
            *(self.texts[field].is_not(None) for field in sorted(required)),
            *(self._where(condition) for condition in criteria),
        )

    def _where(self, condition: Condition) -> ColumnElement[bool]:
        """Say in SQL what `Condition.is_met_by` says.

        Raises:
            RegisterRefused: The condition is on something that the mapping does not have.
        """
        field = FIELDS[self.mapping.kind].criteria.get(condition.field)
        if field in self.mapping.constants:
            return true() if condition.is_met_by(self.mapping.constants[field]) else false()
        if field is None or field not in self.texts:
            raise RegisterRefused
        text = self.texts[field]
        codes = self.mapping.codes_of(field)
        if codes is not None:
            return text.in_([code for code, value in codes.items() if condition.is_met_by(value)])
        values = [value for value in condition.values if _can_stand_in_a_column(value)]
        match condition.operator:
            case "in":
                return text.in_([value for value in values if value])
            case "not_in":
                return text.not_in(["", *values])
            case "prefix":
                return (text != "") & or_(
                    false(), *(text.startswith(value, autoescape=True) for value in values)
                )
            case "range":
                return text.like("____-__-__") & text.between(
                    condition.values[0], condition.values[1]
                )

    def contact(self, row: RowMapping) -> Contact | None:
        """Return the contact in a row; None where it lacks a name or a phone number."""
        values = {field: self._value(field, row[field]) for field in self.texts}
        values |= self.mapping.constants
        values["phone"] = e164(values["phone"] or "", "FI")
        if not all(values[field] for field in FIELDS[self.mapping.kind].required):
            return None
        return _contact(self.mapping.kind, values)

    def _value(self, field: str, cell: object) -> str | None:
        text = cell if isinstance(cell, str) else ""
        codes = self.mapping.codes_of(field)
        if codes is not None:
            return codes.get(text)
        if field not in FIELDS[self.mapping.kind].criteria.values():
            text = text.strip()
        return text or None


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


def _refuse_what_is_missing(mapping: ColumnMapping, columns: Mapping[str, object]) -> None:
    named = {"key": mapping.key}
    named |= {f"columns.{field}": name for field, name in mapping.columns.items()}
    if missing := [_missing(path) for path, name in named.items() if name not in columns]:
        raise MappingRefused(missing)


def _missing(path: str) -> Fault:
    what = "table or view" if path == "table" else "column"
    return Fault(field=path, code="not_in_database", detail=f"The database has no such {what}.")
