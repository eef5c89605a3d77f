"""One list out of many sources: each person or company once, and the repeated ones marked.

Two contacts are the same by phone number or by business id; where there is neither, by name and
postal code. The first source asked wins whole: no field of one source is mixed into a contact of
another, whose controller may permit other things.
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
    merged: list[Merged] = []
    given: dict[str, bytes] = {}  # in order, and each once
    for result in results:
        for contact in result.contacts:
            identities = identities_of(contact)
            if given.keys().isdisjoint(identities):
                hashes = [seen.hash(each) for each in identities]
                given.update(zip(identities, hashes, strict=True))
                merged.append(
                    Merged(
                        contact=contact,
                        register=result.plan.id,
                        possible_duplicate=seen.holds_any(hashes),
                    )
                )
    seen.add(given.values())
    return merged


def identities_of(contact: Contact) -> tuple[str, ...]:
    """Return what makes two contacts the same, any of it; personal data, for memory only."""
    phone = (f"phone:{contact.phone}",) if contact.phone else ()
    if isinstance(contact, BusinessContact):
        return (*phone, f"business:{contact.business_id}")
    name = f"{contact.first_name} {contact.last_name}".casefold()
    return phone or (f"name:{name}:{contact.postal_code}",)
