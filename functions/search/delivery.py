"""What leaves the house: the allow-list projection of contacts onto the public messages.

A field that is not named here stays inside, whatever a register sends. For a consumer nothing that
locates a dwelling is named: no street, no coordinates, no building (mission M4).
"""

from decimal import Decimal

from functions.search.merge import Merged
from functions.search.messages import (
    BusinessMessage,
    CapabilityMessage,
    ConsumerMessage,
    ContactMessage,
    ControllerMessage,
    DecisionMakerMessage,
    HomeMessage,
    Money,
    PersonName,
    RegisterMessage,
    VisitingAddress,
)
from leadcloud.buildings.facts import Neighbourhoods
from leadcloud.registers.contact import BusinessContact, ConsumerContact
from leadcloud.registers.interface import RegisterDescription


def contact_message(
    merged: Merged, lead_reference: str, neighbourhoods: Neighbourhoods | None
) -> ContactMessage:
    """Return the public form of a contact, with the code of its delivery."""
    contact = merged.contact
    if isinstance(contact, ConsumerContact):
        home = _home(contact, neighbourhoods)
        return _consumer(contact, merged, lead_reference, home=home)
    return _business(contact, merged, lead_reference)


def _home(contact: ConsumerContact, neighbourhoods: Neighbourhoods | None) -> HomeMessage | None:
    if neighbourhoods is None:
        return None
    facts = neighbourhoods.facts(contact.street, contact.postal_code)
    if facts.type is None:
        return None
    return HomeMessage(type=facts.type, built_decade=facts.built_decade)


def _consumer(
    contact: ConsumerContact, merged: Merged, reference: str, *, home: HomeMessage | None
) -> ConsumerMessage:
    return ConsumerMessage(
        register_=merged.register,
        name=PersonName(first=contact.first_name, last=contact.last_name),
        phone=contact.phone,
        phone_type=contact.phone_type,
        language=contact.language,
        postal_code=contact.postal_code,
        municipality=contact.municipality,
        building=home,
        possible_duplicate=merged.possible_duplicate,
        lead_reference=reference,
    )


def _business(contact: BusinessContact, merged: Merged, reference: str) -> BusinessMessage:
    return BusinessMessage(
        register_=merged.register,
        business_id=contact.business_id,
        name=contact.name,
        industry_code=contact.industry_code,
        legal_form=contact.legal_form,
        phone=contact.phone,
        visiting_address=_visiting_address(contact),
        decision_makers=tuple(
            DecisionMakerMessage(name=person.name, role=person.role, phone=person.phone)
            for person in contact.decision_makers
        ),
        possible_duplicate=merged.possible_duplicate,
        lead_reference=reference,
    )


def _visiting_address(contact: BusinessContact) -> VisitingAddress | None:
    if contact.street is None:
        return None
    return VisitingAddress(
        street=contact.street, postal_code=contact.postal_code, post_office=contact.post_office
    )


def register_message(register: RegisterDescription) -> RegisterMessage:
    """Return what a customer is told about a register."""
    return RegisterMessage(
        id=register.id,
        name=register.name,
        kind=register.kind,
        controller=ControllerMessage(id=register.controller.id, name=register.controller.name),
        criteria={
            field: CapabilityMessage(
                ops=tuple(sorted(capability.operators)), native=capability.native
            )
            for field, capability in register.criteria.items()
        },
        price_per_contact=_money(register.price_per_contact),
        purposes=tuple(sorted(register.purposes)),
    )


def _money(amount: Decimal) -> Money:
    return Money(amount=f"{amount:.2f}", currency="EUR")
