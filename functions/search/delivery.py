"""What leaves the house: the allow-list projection of contacts onto the public messages.

A field that is not named here stays inside, whatever a register sends. For a consumer nothing that
locates a dwelling is named: no street, no coordinates, no building (mission M4).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.search.contact_message import (
    AgeGroupMessage,
    BusinessMessage,
    ConsumerMessage,
    ContactMessage,
    DecisionMakerMessage,
    HomeMessage,
    PersonName,
    VisitingAddress,
)
from functions.search.merge import Merged
from leadcloud.ages.model import Prediction
from leadcloud.buildings.facts import Neighbourhoods
from leadcloud.registers.contact import BusinessContact, ConsumerContact


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Projection:
    """What may be told of the contacts that one source delivers with a page."""

    lead_reference: str
    fields: frozenset[str]
    """Those that may leave the house; the others are null."""
    neighbourhoods: Neighbourhoods | None
    """What may be known of buildings; None where there is no building database."""
    ages: Mapping[int, Prediction]
    """What is told of the persons, by their objects' ids."""

    def message(self, merged: Merged) -> ContactMessage:
        """Return the public form of a contact, with the code of its delivery."""
        contact = merged.contact
        if isinstance(contact, ConsumerContact):
            return self._consumer(contact, merged)
        return self._business(contact, merged)

    def _consumer(self, contact: ConsumerContact, merged: Merged) -> ConsumerMessage:
        fields = self.fields
        return ConsumerMessage(
            kind="consumer",
            register=merged.register,
            name=PersonName(first=contact.first_name, last=contact.last_name),
            phone=contact.phone,
            phone_type=contact.phone_type if "phone_type" in fields else None,
            language=contact.language if "language" in fields else None,
            postal_code=contact.postal_code if "postal_code" in fields else None,
            municipality=contact.municipality if "municipality" in fields else None,
            age_group=_age_group(self.ages[id(contact)]) if "age_group" in fields else None,
            building=_home(contact, self.neighbourhoods) if "building" in fields else None,
            possible_duplicate=merged.possible_duplicate,
            lead_reference=self.lead_reference,
        )

    def _business(self, contact: BusinessContact, merged: Merged) -> BusinessMessage:
        fields = self.fields
        return BusinessMessage(
            kind="business",
            register=merged.register,
            business_id=contact.business_id,
            name=contact.name,
            industry_code=contact.industry_code if "industry_code" in fields else None,
            legal_form=contact.legal_form if "legal_form" in fields else None,
            phone=contact.phone if "phone" in fields else None,
            visiting_address=_visiting_address(contact) if "visiting_address" in fields else None,
            decision_makers=_decision_makers(contact) if "decision_makers" in fields else (),
            possible_duplicate=merged.possible_duplicate,
            lead_reference=self.lead_reference,
        )


def _home(contact: ConsumerContact, neighbourhoods: Neighbourhoods | None) -> HomeMessage | None:
    if neighbourhoods is None:
        return None
    facts = neighbourhoods.facts(contact.street, contact.postal_code)
    if facts.type is None:
        return None
    return HomeMessage(type=facts.type, built_decade=facts.built_decade)


def _age_group(told: Prediction) -> AgeGroupMessage:
    return AgeGroupMessage(group=told.group, probability=told.probability, basis=told.basis)


def _decision_makers(contact: BusinessContact) -> tuple[DecisionMakerMessage, ...]:
    return tuple(
        DecisionMakerMessage(name=person.name, role=person.role, phone=person.phone)
        for person in contact.decision_makers
    )


def _visiting_address(contact: BusinessContact) -> VisitingAddress | None:
    """Return where a company receives visitors; of a company that may be a person, nothing."""
    if contact.street is None or contact.may_be_a_person:
        return None
    return VisitingAddress(
        street=contact.street, postal_code=contact.postal_code, post_office=contact.post_office
    )
