"""A flat dataclass as a store keeps it: texts, numbers, truth values, dates and moments."""

from dataclasses import asdict
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar, cast, get_args, get_type_hints

from leadcloud.store.interface import Attributes

T = TypeVar("T")


def write(thing: Any) -> dict[str, Any]:
    """Return a dataclass as attributes."""
    return {name: _written(value) for name, value in asdict(thing).items()}


def read(kind: type[T], row: Attributes) -> T:
    """Return the dataclass that was written as attributes."""
    kinds = _kinds(cast("Any", kind))
    return kind(**{name: _read(value, kinds[name]) for name, value in row.items()})


def _written(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _read(value: object, kinds: frozenset[type]) -> object:
    if isinstance(value, str) and datetime in kinds:
        return datetime.fromisoformat(value)
    if isinstance(value, str) and date in kinds:
        return date.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value


@cache
def _kinds(kind: type[Any]) -> dict[str, frozenset[type]]:
    hints = get_type_hints(kind)
    return {name: frozenset((hint, *get_args(hint))) for name, hint in hints.items()}
