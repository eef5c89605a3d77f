"""What a search asks of the building in which somebody lives, and the answer to it.

No register knows buildings, so these criteria are ours: a contact's address is looked up in memory
and forgotten. What may be known is bounded by `leadcloud.buildings.facts`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from functions.search.area import read_area
from functions.search.criteria_message import (
    CriteriaMessage,
    RangeMessage,
    ValuesMessage,
)
from functions.search.help import asked_of, read_help
from functions.search.values import no_range
from leadcloud.buildings.area import Area
from leadcloud.buildings.code_list import HEATINGS, USES
from leadcloud.buildings.cohort import BuildingFacts
from leadcloud.buildings.facts import Neighbourhoods
from leadcloud.errors import Fault
from leadcloud.registers.condition import Condition, Operator
from leadcloud.registers.contact import ConsumerContact, Contact
from leadcloud.registers.interface import RegisterDescription

HOME_OPERATORS: Mapping[str, tuple[str, ...]] = {
    "building_type": ("in", "not_in"),
    "building_built": ("range",),
    "building_heating": ("in", "not_in"),
    "area": ("within",),
}
HOME_FIELDS = frozenset(HOME_OPERATORS)
_FIRST_DECADE, _LAST_DECADE = 1200, 2100
_WORDS = {"building_type": USES, "building_heating": HEATINGS}


@dataclass(frozen=True, kw_only=True, slots=True)
class HomeCriteria:
    """What the building must be; an unknown building meets nothing."""

    asked: tuple[tuple[str, str], ...]
    """Field and operator of each, for the plan."""
    conditions: tuple[Condition, ...]
    areas: tuple[Area, ...]
    neighbourhoods: Neighbourhoods = field(repr=False)

    def can_help(self, register: RegisterDescription) -> bool:
        """Tell whether the register's contacts have an address."""
        return register.kind == "consumer" and register.has_known_buildings

    def admits(self, contact: Contact, _register: RegisterDescription) -> bool:
        """Tell whether a contact lives in such a building."""
        if not isinstance(contact, ConsumerContact):
            return False
        facts = self.neighbourhoods.facts(contact.street, contact.postal_code)
        return all(
            condition.is_met_by(_value_of(facts, condition.field)) for condition in self.conditions
        ) and all(facts.lies_in(area) for area in self.areas)


def _value_of(facts: BuildingFacts, name: str) -> str | None:
    if name == "building_built":
        return None if facts.built_decade is None else str(facts.built_decade)
    return facts.type if name == "building_type" else facts.heating


def read_home_criteria(criteria: CriteriaMessage, neighbourhoods: Neighbourhoods) -> HomeCriteria:
    """Return the criteria of a search that are about the building.

    Raises:
        RequestInvalid: With every fault at once.
    """
    read: list[Condition | Area] = read_help(
        criteria, partial(_read, neighbourhoods=neighbourhoods)
    )
    return HomeCriteria(
        asked=asked_of(criteria),
        conditions=tuple(item for item in read if isinstance(item, Condition)),
        areas=tuple(item for item in read if not isinstance(item, Condition)),
        neighbourhoods=neighbourhoods,
    )


def _read(
    name: str, operator: str, value: ValuesMessage, *, neighbourhoods: Neighbourhoods
) -> Iterator[Condition | Area | Fault]:
    where = f"criteria.{name}.{operator}"
    words = _WORDS.get(name)
    if name == "building_built" and operator == "range":
        yield _decades(where, value)
    elif name == "area" and operator == "within":
        yield read_area(where, value, neighbourhoods)
    elif words is None or operator not in {"in", "not_in"}:
        detail = "Words take in and not_in, building_built takes range, area takes within."
        yield Fault(field=f"criteria.{name}", code="operator_unknown", detail=detail)
    elif not isinstance(value, list) or not value or not words.keys() >= set(value):
        yield Fault(field=where, code="form", detail=f"Known are {', '.join(words)}.")
    else:
        known: Operator = "in" if operator == "in" else "not_in"
        yield Condition(field=name, operator=known, values=tuple(value))


def _decades(where: str, years: ValuesMessage) -> Condition | Fault:
    """Return the decades that a range touches: a year is answered by its decade."""
    if not isinstance(years, RangeMessage):
        return no_range(where)
    first = _FIRST_DECADE if years.from_ is None else years.from_
    last = _LAST_DECADE if years.to is None else years.to
    if not isinstance(first, int) or not isinstance(last, int):
        return Fault(field=where, code="form", detail="Years are whole numbers.")
    if years.from_ is None and years.to is None:
        return Fault(field=where, code="form", detail="Give from, to, or both.")
    decades = range(max(first // 10 * 10, _FIRST_DECADE), min(last, _LAST_DECADE) + 1, 10)
    if first > last or not decades:
        detail = f"No year from {_FIRST_DECADE} to {_LAST_DECADE} is in this range."
        return Fault(field=where, code="order", detail=detail)
    return Condition(field="building_built", operator="in", values=tuple(map(str, decades)))
