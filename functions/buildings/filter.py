"""CQL2 filters: parsed by a library, compiled to SQL of our own words with every value bound.

Classes of the standard that hold: Basic CQL2, Advanced Comparison Operators, Case-insensitive and
Accent-insensitive Comparison, Basic Spatial Functions and the same with polygons.
Source: OGC 21-065r2.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, count
from typing import Any, NoReturn

import cql2

from functions.buildings.crs import Crs
from functions.buildings.draft_filter import cql2_text_of
from functions.buildings.filter_shape import MAX_DEPTH, check_shape
from functions.buildings.geometry import areas_of
from functions.buildings.parameter import fault
from functions.buildings.queryable import QUERYABLES, Queryable
from leadcloud.buildings.address import strip_accents
from leadcloud.buildings.area import ALWAYS, Area, Condition, Value

FILTER_LANGUAGES = ("cql2-text", "cql2-json", "cql-text")
MAX_VALUES = 1_000
MAX_WILDCARDS = 10

Json = Any

_COMPARISONS = {"=": "=", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """A compiled filter, and what of it tells where to look."""

    condition: Condition
    """What must be met besides lying in the area."""
    area: Area | None = None
    equals: Mapping[str, Value] = field(default_factory=dict)
    """Properties that have one value in all that pass the filter."""


def read_filter(text: str, language: str, crs: Crs) -> Filter:
    """Return the filter of a text.

    Raises:
        ParameterInvalid: It is no CQL2, or asks for what is not offered here.
    """
    check_shape(text)
    if language == "cql-text":
        text = cql2_text_of(text)
    try:
        parse = cql2.parse_json if language == "cql2-json" else cql2.parse_text
        expression = parse(text).to_json()
    except (cql2.ParseError, ValueError, TypeError, KeyError, RecursionError):
        raise fault("filter", "This is not well-formed CQL2.") from None
    compiler = _Compiler(crs)
    parts = _conjuncts(expression)
    area = next((area for area in map(compiler.area_alone, parts) if area is not None), None)
    rest = [part for part in parts if area is None or compiler.area_alone(part) is not area]
    return Filter(
        condition=Condition.joined("AND", [compiler.boolean(part, depth=0) for part in rest])
        if rest
        else ALWAYS,
        area=area,
        equals=dict(chain.from_iterable(map(_equality, parts))),
    )


def _refuse(detail: str) -> NoReturn:
    raise fault("filter", detail)


def _conjuncts(expression: Json) -> list[Json]:
    """Return the conditions that an expression joins by AND, in any order."""
    found, left = [], [expression]
    while left:
        part = left.pop()
        if isinstance(part, dict) and part.get("op") == "and" and part.get("args"):
            left += part["args"]
        else:
            found.append(part)
    if len(found) > MAX_VALUES:
        _refuse(f"A filter has at most {MAX_VALUES} conditions.")
    return found


def _equality(expression: Json) -> Iterator[tuple[str, Value]]:
    if isinstance(expression, dict) and expression.get("op") == "=":
        first, second = expression["args"]
        if isinstance(first, dict) and "property" in first and isinstance(second, str):
            yield first["property"], second


@dataclass(frozen=True, slots=True)
class _Operand:
    """A property, perhaps folded, as one side of a comparison."""

    queryable: Queryable
    fold: str | None = None
    """Name of the SQL function around it."""

    @property
    def sql(self) -> str:
        return f"{self.fold}({self.queryable.sql})" if self.fold else self.queryable.sql

    @property
    def functions(self) -> Mapping[str, Callable[..., Any]]:
        return {self.fold: _FOLDS[self.fold]} if self.fold else {}


def _casei(text: str | None) -> str | None:
    return None if text is None else text.casefold()


def _accenti(text: str | None) -> str | None:
    return None if text is None else strip_accents(text)


def _both(text: str | None) -> str | None:
    return None if text is None else strip_accents(text).casefold()


_FOLDS: Mapping[str, Callable[[str | None], str | None]] = {
    "casei": _casei,
    "accenti": _accenti,
    "casei_accenti": _both,
}


class _Compiler:
    """Turns the expression of one filter into a condition."""

    def __init__(self, crs: Crs) -> None:
        self._crs = crs
        self._areas: dict[int, Area | None] = {}
        self._functions = count()
        self._booleans: Mapping[str, Callable[[str, Sequence[Json], int], Condition]] = {
            "and": self._joined,
            "or": self._joined,
            "not": self._negated,
            "isNull": self._null,
            "between": self._between,
            "in": self._among,
            "like": self._like,
            "s_intersects": self._placed,
            **dict.fromkeys(_COMPARISONS, self._compared),
        }

    def boolean(self, expression: Json, depth: int) -> Condition:
        """Compile an expression that is true or false."""
        if depth > MAX_DEPTH:
            _refuse(f"A filter is nested at most {MAX_DEPTH} deep.")
        if isinstance(expression, bool):
            return Condition(sql="1=1" if expression else "1=0")
        if not isinstance(expression, dict):
            _refuse("A filter is made of conditions.")
        if "property" in expression:
            return self._truth(expression)
        operator, arguments = expression.get("op"), expression.get("args")
        compile_as = self._booleans.get(str(operator))
        if compile_as is None or not isinstance(arguments, list):
            _refuse("There is an operator in here that is not offered; see the conformance page.")
        return compile_as(str(operator), arguments, depth + 1)

    def area_alone(self, expression: Json) -> Area | None:
        """Return the area of an expression that asks for nothing but lying in it."""
        if not isinstance(expression, dict) or expression.get("op") != "s_intersects":
            return None
        if id(expression) not in self._areas:
            areas = self._areas_of(expression.get("args"))
            self._areas[id(expression)] = areas[0] if len(areas) == 1 else None
        return self._areas[id(expression)]

    def _truth(self, expression: Mapping[str, Json]) -> Condition:
        operand = _operand(expression)
        if operand.queryable.kind != "boolean":
            _refuse("Only a property that is true or false is a condition by itself.")
        return Condition(sql=operand.sql)

    def _joined(self, operator: str, arguments: Sequence[Json], depth: int) -> Condition:
        parts = [self.boolean(argument, depth) for argument in arguments]
        if not parts:
            _refuse("There is nothing to join.")
        return Condition.joined(operator.upper(), parts)

    def _negated(self, _operator: str, arguments: Sequence[Json], depth: int) -> Condition:
        (argument,) = _exactly(arguments, 1)
        inner = self.boolean(argument, depth)
        return Condition(sql=f"(NOT {inner.sql})", values=inner.values, functions=inner.functions)

    def _compared(self, operator: str, arguments: Sequence[Json], _depth: int) -> Condition:
        left, right = _exactly(arguments, 2)
        if not _is_operand(left):
            left, right = right, left
            operator = _MIRRORED.get(operator, operator)
        operand = _operand(left)
        return Condition(
            sql=f"({operand.sql} {_COMPARISONS[operator]} ?)",
            values=(_literal(right, operand),),
            functions=operand.functions,
        )

    def _null(self, _operator: str, arguments: Sequence[Json], _depth: int) -> Condition:
        (argument,) = _exactly(arguments, 1)
        if argument == {"property": "geometry"}:
            return Condition(sql="(1=0)")  # a building without a position is not released
        return Condition(sql=f"({_operand(argument).sql} IS NULL)")

    def _between(self, _operator: str, arguments: Sequence[Json], _depth: int) -> Condition:
        value, low, high = _exactly(arguments, 3)
        operand = _operand(value)
        if operand.queryable.kind != "integer":
            _refuse("BETWEEN is for numbers.")
        return Condition(
            sql=f"({operand.sql} BETWEEN ? AND ?)",
            values=(_literal(low, operand), _literal(high, operand)),
        )

    def _among(self, _operator: str, arguments: Sequence[Json], _depth: int) -> Condition:
        value, choices = _exactly(arguments, 2)
        operand = _operand(value)
        if not isinstance(choices, list) or not 1 <= len(choices) <= MAX_VALUES:
            _refuse(f"IN takes a list of 1 to {MAX_VALUES} values.")
        return Condition(
            sql=f"({operand.sql} IN ({', '.join('?' * len(choices))}))",
            values=tuple(_literal(choice, operand) for choice in choices),
            functions=operand.functions,
        )

    def _like(self, _operator: str, arguments: Sequence[Json], _depth: int) -> Condition:
        value, pattern = _exactly(arguments, 2)
        operand = _operand(value)
        literal = _literal(pattern, operand)
        if operand.queryable.kind != "text" or not isinstance(literal, str):
            _refuse("LIKE is for texts.")
        if literal.count("%") + literal.count("_") > MAX_WILDCARDS:
            _refuse(f"A pattern has at most {MAX_WILDCARDS} wildcards.")
        return Condition(
            sql=f"({operand.sql} LIKE ? ESCAPE '\\')",
            values=(literal,),
            functions=operand.functions,
        )

    def _placed(self, _operator: str, arguments: Sequence[Json], _depth: int) -> Condition:
        parts = [
            area.condition(f"in_area_{next(self._functions)}") for area in self._areas_of(arguments)
        ]
        return Condition.joined("OR", parts)

    def _areas_of(self, arguments: Json) -> list[Area]:
        left, right = _exactly(arguments, 2)
        if _is_operand(right):
            left, right = right, left
        if not _is_operand(left) or left.get("property") != "geometry":
            _refuse("S_INTERSECTS compares the property geometry with a geometry.")
        return areas_of(right, self._crs)


def _exactly(arguments: Json, number: int) -> Sequence[Json]:
    if not isinstance(arguments, list) or len(arguments) != number:
        _refuse("An operator has too few or too many arguments.")
    return arguments


def _is_operand(expression: Json) -> bool:
    return isinstance(expression, dict) and (
        "property" in expression
        or (
            expression.get("op") in {"casei", "accenti"}
            and all(_is_operand(argument) for argument in expression.get("args", [None])[:1])
        )
    )


def _operand(expression: Json) -> _Operand:
    folds: set[str] = set()
    while isinstance(expression, dict) and expression.get("op") in {"casei", "accenti"}:
        folds.add(expression["op"])
        (expression,) = _exactly(expression["args"], 1)
        if len(folds) > 2:  # noqa: PLR2004 there are two
            break
    if not isinstance(expression, dict) or "property" not in expression:
        _refuse("One side of a comparison is a property, the other a value.")
    queryable = QUERYABLES.get(expression["property"])
    if queryable is None:
        _refuse("There is no such property; see the queryables.")
    if folds and queryable.kind != "text":
        _refuse("CASEI and ACCENTI are for texts.")
    return _Operand(queryable, "_".join(sorted(folds, reverse=True)) or None)


def _literal(expression: Json, operand: _Operand) -> Value:
    """Return a value to compare a property with, in the form in which the property is stored."""
    while isinstance(expression, dict) and expression.get("op") in {"casei", "accenti"}:
        (expression,) = _exactly(expression["args"], 1)
    kind = operand.queryable.kind
    if isinstance(expression, bool) or kind == "boolean":
        # GDAL knows no booleans, but 1 and 0.
        if kind != "boolean" or expression not in (0, 1):
            _refuse("true and false are compared with properties that are one of them.")
        return int(expression)
    if kind == "integer" and isinstance(expression, (int, float)):
        return expression
    if kind == "date":
        return _day(expression)
    if isinstance(expression, str) and kind != "integer":
        return str(_FOLDS[operand.fold](expression)) if operand.fold else expression
    return _refuse("A property is compared with a value of another kind than it has.")


def _day(expression: Json) -> str:
    """Return a date, or the date of a moment."""
    if isinstance(expression, dict):
        expression = expression.get("date") or expression.get("timestamp")
    try:
        return datetime.fromisoformat(expression).date().isoformat()
    except (TypeError, ValueError):
        return _refuse("A date is compared with a date, such as DATE('2025-03-05').")
