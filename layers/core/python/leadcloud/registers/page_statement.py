"""The SQL of a page: written once for each shape of a search, then only given its values.

To write a statement takes SQLAlchemy ten times as long as PostgreSQL takes to answer it. What is kept
is its text, made of the mapping's names and of placeholders; who is searched for is never part of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Integer,
    Select,
    bindparam,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.types import NullType

_SHAPES = 256
"""Texts that are kept of one table, of the shapes used last."""

_ESCAPE = "/"

Test = Literal["in", "not_in", "prefix", "range"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Clause:
    """What a condition asks of a column, but for the values."""

    field: str
    test: Test
    count: int
    """Of the values; none of them can be met by nobody."""


BoundClause = tuple[Clause, Sequence[str]]
"""A clause and its values."""

_What = Literal["first page", "page", "count"]
_BOUND: Final[Mapping[_What, int]] = {"first page": 1, "page": 2, "count": 0}
"""How many values a statement has besides those of its clauses."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Statement:
    """A text and what is bound to it. Shows neither: they say who is searched for."""

    sql: str
    parameters: Any
    """By name or by position, as the driver has it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Text:
    """A statement without what is asked for."""

    sql: str
    constants: Mapping[str, Any]
    """What is bound to it always."""
    order: Sequence[str] | None
    """In which the driver takes what is bound; None where it goes by name."""


class PageStatements:
    """Writes the statements of one table."""

    def __init__(
        self,
        key: ColumnElement[Any],
        texts: Mapping[str, ColumnElement[str]],
        *,
        required: Sequence[str],
        dialect: Dialect,
    ) -> None:
        """Take a table.

        Args:
            key: Whose order pages follow.
            texts: Field to its column as text.
            required: Fields without which a row is left out.
            dialect: Of the database.
        """
        self._key = key
        self._texts = texts
        self._usable = (key.is_not(None), *(texts[field].is_not(None) for field in required))
        self._dialect = dialect
        self._written = lru_cache(_SHAPES)(self._write)

    def page(
        self, clauses: Sequence[BoundClause], *, after: int | str | None, limit: int
    ) -> Statement:
        """Return the statement for the rows that follow a key and meet the clauses."""
        if after is None:
            return self._statement("first page", clauses, {"most": limit})
        return self._statement("page", clauses, {"most": limit, "after": after})

    def count(self, clauses: Sequence[BoundClause]) -> Statement:
        """Return the statement for the number of rows that meet the clauses."""
        return self._statement("count", clauses, {})

    def _statement(
        self, what: _What, clauses: Sequence[BoundClause], values: dict[str, Any]
    ) -> Statement:
        text = self._written(what, tuple(clause for clause, _ in clauses))
        for clause, bound in clauses:
            for value in bound:
                values[_name(len(values))] = _pattern(value) if clause.test == "prefix" else value
        named = {**text.constants, **values}
        parameters = named if text.order is None else [named[name] for name in text.order]
        return Statement(sql=text.sql, parameters=parameters)

    def _write(self, what: _What, clauses: Sequence[Clause]) -> _Text:
        """Return the text of a shape."""
        statement, number = self._selected(what).where(*self._usable), _BOUND[what]
        for clause in clauses:
            names = [_name(number + offset) for offset in range(clause.count)]
            statement, number = statement.where(*self._tests(clause, names)), number + clause.count
        compiled = statement.compile(dialect=self._dialect)
        constants = {name: each for name, each in compiled.params.items() if each is not None}
        return _Text(sql=str(compiled), constants=constants, order=compiled.positiontup)

    def _selected(self, what: _What) -> Select[Any]:
        if what == "count":
            return select(func.count(self._key))
        texts = (text.label(field) for field, text in self._texts.items())
        page = select(self._key.label("key"), *texts).order_by(self._key)
        page = page.limit(bindparam("most", type_=Integer))
        if what == "first page":
            return page
        return page.where(self._key > bindparam("after", type_=NullType()))

    def _tests(self, clause: Clause, names: Sequence[str]) -> Sequence[ColumnElement[bool]]:
        """Say in SQL what `Condition.is_met_by` says."""
        text = self._texts[clause.field]
        values = [bindparam(name, type_=text.type) for name in names]
        if not values or (clause.test == "range" and len(values) != 2):  # noqa: PLR2004 its ends
            return (text != "",) if clause.test == "not_in" else (false(),)
        match clause.test:
            case "in":
                return (text.in_(values),)
            case "not_in":
                return text != "", text.not_in(values)
            case "prefix":
                return text != "", or_(*(text.like(each, escape=_ESCAPE) for each in values))
            case "range":
                first, last = values
                return text.like("____-__-__"), text.between(first, last)


def _name(number: int) -> str:
    return f"value_{number}"


def _pattern(beginning: str) -> str:
    """Return the pattern of all that begins so."""
    for letter in (_ESCAPE, "%", "_"):
        beginning = beginning.replace(letter, _ESCAPE + letter)
    return beginning + "%"
