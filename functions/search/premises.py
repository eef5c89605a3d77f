"""What a search asks of the place where a company receives visitors.

That address is delivered with the company, so it is looked up exactly. The address of a company that
may be a person in trade is not delivered, and small areas must not lead to its door either: it is
placed as a home is, by the middle of a square that five dwellings share.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from functions.search.home import area_within
from functions.search.messages import Surroundings, ValuesMessage
from leadcloud.buildings.area import Area, Circle, Polygon
from leadcloud.buildings.facts import Neighbourhoods
from leadcloud.errors import Fault, RequestInvalid
from leadcloud.registers.contact import BusinessContact, Contact
from leadcloud.registers.interface import RegisterDescription

PREMISES_OPERATORS: Mapping[str, tuple[str, ...]] = {"area": ("within",)}
PREMISES_FIELDS = frozenset(PREMISES_OPERATORS)


@dataclass(frozen=True, kw_only=True, slots=True)
class PremisesCriteria:
    """Where a company must be; one that cannot be placed is nowhere."""

    asked: tuple[tuple[str, str], ...]
    """Field and operator of each, for the plan."""
    areas: tuple[Area, ...]
    neighbourhoods: Neighbourhoods = field(repr=False)

    def can_help(self, register: RegisterDescription) -> bool:
        """Tell whether the register's companies have an address that can be placed."""
        return register.kind == "business" and register.has_known_buildings

    def admits(self, contact: Contact, _register: RegisterDescription) -> bool:
        """Tell whether a company is there."""
        if not isinstance(contact, BusinessContact):
            return False
        if contact.may_be_a_person:
            facts = self.neighbourhoods.facts(contact.street, contact.postal_code)
            return all(facts.lies_in(area) for area in self.areas)
        positions = self.neighbourhoods.positions(contact.street, contact.postal_code)
        # Where several buildings have one address, all of them must be there.
        return bool(positions) and all(
            area.holds(*position) for area in self.areas for position in positions
        )


def read_premises_criteria(
    raw: Mapping[str, Mapping[str, ValuesMessage]], neighbourhoods: Neighbourhoods
) -> PremisesCriteria:
    """Return the criteria of a search that are about the place.

    Raises:
        RequestInvalid: With every fault at once.
    """
    read = [
        item
        for name, operators in raw.items()
        for operator, value in (operators or {"": []}).items()
        for item in _read(f"criteria.{name}.{operator}", operator, value)
    ]
    faults = [item for item in read if isinstance(item, Fault)]
    if faults:
        raise RequestInvalid("The criteria have faults.", faults=faults)
    return PremisesCriteria(
        asked=tuple((name, operator) for name, operators in raw.items() for operator in operators),
        areas=tuple(item for item in read if isinstance(item, (Circle, Polygon))),
        neighbourhoods=neighbourhoods,
    )


def _read(where: str, operator: str, value: ValuesMessage) -> Iterator[Circle | Polygon | Fault]:
    if operator == "within" and isinstance(value, Surroundings):
        yield area_within(where, value)
    else:
        yield Fault(field="criteria.area", code="operator_unknown", detail="An area takes within.")
