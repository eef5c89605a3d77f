"""What a search asks of the place where a company receives visitors.

That address is delivered with the company, so it is looked up exactly. The address of a company that
may be a person in trade is not delivered, and small areas must not lead to its door either: it is
placed as a home is, by the middle of a square that five dwellings share.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from functions.search.area import read_area
from functions.search.criteria_message import CriteriaMessage, ValuesMessage
from functions.search.help import asked_of, read_help
from leadcloud.buildings.area import Area
from leadcloud.buildings.facts import Neighbourhoods
from leadcloud.errors import Fault
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
    criteria: CriteriaMessage, neighbourhoods: Neighbourhoods
) -> PremisesCriteria:
    """Return the criteria of a search that are about the place.

    Raises:
        RequestInvalid: With every fault at once.
    """
    return PremisesCriteria(
        asked=asked_of(criteria),
        areas=tuple(read_help(criteria, partial(_read, neighbourhoods=neighbourhoods))),
        neighbourhoods=neighbourhoods,
    )


def _read(
    name: str, operator: str, value: ValuesMessage, *, neighbourhoods: Neighbourhoods
) -> Iterator[Area | Fault]:
    if operator == "within":
        yield read_area(f"criteria.{name}.{operator}", value, neighbourhoods)
    else:
        yield Fault(field="criteria.area", code="operator_unknown", detail="An area takes within.")
