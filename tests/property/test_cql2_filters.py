"""CQL2 filters against the standard's three-valued logic, written down once more in Python."""

import operator
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.effort import times
from tests.plugins.buildings import LookUp

Truth = bool | None
Properties = dict[str, Any]
Filter = tuple[str, Callable[[Properties], Truth]]
"""A filter as CQL2 text, and what it says of a building."""

NUMBERS = ("completed_year", "storeys", "dwellings", "gross_floor_area")
TEXTS = ("use", "heating", "street", "street_sv", "postal_code", "house_number")
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _known(name: str, test: Callable[[Any], bool]) -> Callable[[Properties], Truth]:
    """Say of a property what a test says, and nothing where it is not known."""
    return lambda of: None if of[name] is None else test(of[name])


@st.composite
def _of_numbers(draw: st.DrawFn) -> Filter:
    name, value = draw(st.sampled_from(NUMBERS)), draw(st.integers(0, 2030))
    other = value + draw(st.integers(0, 60))
    word, compare = draw(st.sampled_from(list(COMPARISONS.items())))
    found: Filter = draw(
        st.sampled_from(
            [
                (f"{name} {word} {value}", _known(name, lambda it: compare(it, value))),
                (f"{value} {word} {name}", _known(name, lambda it: compare(value, it))),
                (
                    f"{name} BETWEEN {value} AND {other}",
                    _known(name, lambda it: value <= it <= other),
                ),
                (
                    f"{name} NOT IN ({value}, {other})",
                    _known(name, lambda it: it not in {value, other}),
                ),
                (f"{name} IS NULL", lambda of: of[name] is None),
            ]
        )
    )
    return found


@st.composite
def _of_texts(draw: st.DrawFn) -> Filter:
    name = draw(st.sampled_from(TEXTS))
    value = draw(
        st.sampled_from(["small_house", "electric", "Koivutie", "Björkvägen", "01200", "5"])
    )
    start = value[:2].replace("_", r"\_")
    found: Filter = draw(
        st.sampled_from(
            [
                (f"{name} = '{value}'", _known(name, lambda it: it == value)),
                (f"{name} <> '{value}'", _known(name, lambda it: it != value)),
                (f"{name} LIKE '{start}%'", _known(name, lambda it: it.startswith(value[:2]))),
                (
                    f"CASEI({name}) = CASEI('{value.upper()}')",
                    _known(name, lambda it: it.casefold() == value.casefold()),
                ),
                (f"{name} IS NOT NULL", lambda of: of[name] is not None),
            ]
        )
    )
    return found


def _not(inner: Filter) -> Filter:
    def told(of: Properties) -> Truth:
        truth = inner[1](of)
        return None if truth is None else not truth

    return f"NOT ({inner[0]})", told


def _joined(word: str, one: Filter, other: Filter) -> Filter:
    decides = word == "OR"

    def told(of: Properties) -> Truth:
        truths = {one[1](of), other[1](of)}
        if decides in truths:
            return decides
        return None if None in truths else not decides

    return f"({one[0]} {word} {other[0]})", told


def _larger(filters: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    joined = st.builds(_joined, st.sampled_from(["AND", "OR"]), filters, filters)
    return joined | filters.map(_not)


@pytest.fixture(scope="module")
def everyone(look_up: LookUp) -> list[Any]:
    """Every building."""
    features: list[Any] = look_up.items(limit=5_000)["features"]
    return features


@settings(deadline=None, max_examples=times(60))
@given(st.recursive(_of_numbers() | _of_texts(), _larger, max_leaves=6))
def test_a_filter_selects_those_of_whom_it_is_true(
    look_up: LookUp, everyone: list[Any], asked: Filter
) -> None:
    """Neither false nor unknown: NOT of what is not known is not known, as are AND and OR of it."""
    text, says = asked

    page = look_up.items(limit=5_000, filter=text)

    assert {each["id"] for each in page["features"]} == {
        each["id"] for each in everyone if says(each["properties"]) is True
    }
    assert page["numberMatched"] == len(page["features"])
