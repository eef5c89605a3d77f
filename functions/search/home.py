"""What a search asks of the building in which somebody lives, and the answer to it.

No register knows buildings, so these criteria are ours: a contact's address is looked up in memory
and forgotten. What may be known is bounded by `leadcloud.buildings.facts`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from functions.search.messages import CriterionValue, Surroundings, YearRange
from leadcloud.buildings.area import Area, Circle, Polygon
from leadcloud.buildings.code_list import HEATINGS, USES
from leadcloud.buildings.facts import BuildingFacts, Neighbourhoods
from leadcloud.errors import Fault, RequestInvalid
from leadcloud.registers.condition import Condition, Operator
from leadcloud.registers.contact import ConsumerContact

HOME_FIELDS = frozenset({"building_type", "building_built", "building_heating", "area"})
MAX_POINTS = 1_000
_FIRST_DECADE, _LAST_DECADE = 1200, 2100
_WORDS = {"building_type": USES, "building_heating": HEATINGS}


@dataclass(frozen=True, kw_only=True, slots=True)
class HomeCriteria:
    """What the building must be; an unknown building meets nothing."""

    conditions: tuple[Condition, ...]
    areas: tuple[Area, ...]
    neighbourhoods: Neighbourhoods = field(repr=False)

    def admits(self, contact: ConsumerContact) -> bool:
        """Tell whether a contact lives in such a building."""
        facts = self.neighbourhoods.facts(contact.street, contact.postal_code)
        return all(
            condition.is_met_by(_value_of(facts, condition.field)) for condition in self.conditions
        ) and all(facts.lies_in(area) for area in self.areas)


def _value_of(facts: BuildingFacts, name: str) -> str | None:
    if name == "building_built":
        return None if facts.built_decade is None else str(facts.built_decade)
    return facts.type if name == "building_type" else facts.heating


def read_home_criteria(
    raw: Mapping[str, Mapping[str, CriterionValue]], neighbourhoods: Neighbourhoods
) -> HomeCriteria:
    """Return the criteria of a search that are about the building.

    Raises:
        RequestInvalid: With every fault at once.
    """
    read = [
        item
        for name, operators in raw.items()
        for operator, value in (operators or {"": []}).items()
        for item in _read(name, operator, value)
    ]
    faults = [item for item in read if isinstance(item, Fault)]
    if faults:
        raise RequestInvalid("The criteria have faults.", faults=faults)
    return HomeCriteria(
        conditions=tuple(item for item in read if isinstance(item, Condition)),
        areas=tuple(item for item in read if isinstance(item, (Circle, Polygon))),
        neighbourhoods=neighbourhoods,
    )


def _read(
    name: str, operator: str, value: CriterionValue
) -> Iterator[Condition | Circle | Polygon | Fault]:
    where = f"criteria.{name}.{operator}"
    words = _WORDS.get(name)
    if name == "building_built" and operator == "range" and isinstance(value, YearRange):
        yield _decades(value)
    elif name == "area" and operator == "within" and not isinstance(value, (list, YearRange)):
        yield _area(where, value)
    elif words is None or not isinstance(value, list) or operator not in {"in", "not_in"}:
        detail = "Words take in and not_in, building_built takes range, area takes within."
        yield Fault(field=where, code="operator_unknown", detail=detail)
    elif not value or not words.keys() >= set(value):
        yield Fault(field=where, code="form", detail=f"Known are {', '.join(words)}.")
    else:
        known: Operator = "in" if operator == "in" else "not_in"
        yield Condition(field=name, operator=known, values=tuple(value))


def _decades(years: YearRange) -> Condition:
    """Return the decades that a range touches: a year is answered by its decade."""
    first = _FIRST_DECADE if years.from_ is None else years.from_ // 10 * 10
    last = _LAST_DECADE if years.to is None else years.to
    decades = range(max(first, _FIRST_DECADE), min(last, _LAST_DECADE) + 1, 10)
    return Condition(field="building_built", operator="in", values=tuple(map(str, decades)))


def _area(where: str, value: Surroundings) -> Circle | Polygon | Fault:
    if value.point is not None and value.radius_m is not None and value.coordinates is None:
        return Circle(lon=value.point[0], lat=value.point[1], metres=value.radius_m)
    rings = value.coordinates
    if rings and value.point is None and sum(map(len, rings)) <= MAX_POINTS and _closed(rings):
        return Polygon(rings=[[(point[0], point[1]) for point in ring] for ring in rings])
    detail = f"Give a GeoJSON polygon of at most {MAX_POINTS} positions, or point and radius_m."
    return Fault(field=where, code="form", detail=detail)


def _closed(rings: list[list[list[float]]]) -> bool:
    return all(len(ring) >= 4 and ring[0] == ring[-1] for ring in rings)  # noqa: PLR2004 RFC 7946
