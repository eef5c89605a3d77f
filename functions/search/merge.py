"""One list out of many sources: each person or company once, and the repeated ones marked.

Two contacts are the same by phone number, else by business id, else by name and postal code. The
first source asked wins whole: no field of one source is mixed into a contact of another, whose
controller may permit other things.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from functions.search.cursor import Seen
from functions.search.federation import SourceResult
from leadcloud.registers.contact import BusinessContact, Contact


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Merged:
    """A contact to deliver."""

    contact: Contact
    register: str
    possible_duplicate: bool
    """The caller was probably given this contact on an earlier page."""


def merge(results: Sequence[SourceResult], seen: Seen) -> list[Merged]:
    """Return each contact once, in the order of the sources, and remember them all."""
    merged: dict[str, Merged] = {}
    for result in results:
        register = result.plan.id
        for contact in result.contacts:
            identity = identity_of(contact)
            if identity not in merged:
                merged[identity] = Merged(
                    contact=contact,
                    register=register,
                    possible_duplicate=identity in seen,
                )
    seen.add(merged)
    return list(merged.values())


def identity_of(contact: Contact) -> str:
    """Return what makes two contacts the same; personal data, for memory only."""
    if contact.phone:
        return f"phone:{contact.phone}"
    if isinstance(contact, BusinessContact):
        return f"business:{contact.business_id}"
    name = f"{contact.first_name} {contact.last_name}".casefold()
    return f"name:{name}:{contact.postal_code}"
