"""A contact as a register gives it: held in memory for one request, and never anywhere else.

These types carry more than a caller ever gets (the street for the join with buildings, the
marketing ban): functions/search projects them onto the public contact by an allow-list. None of
them has a `__repr__` that shows a value, so that no traceback or log line can.
"""

from dataclasses import dataclass, field
from typing import Literal

PhoneType = Literal["mobile", "landline", "company", "other"]
Gender = Literal["female", "male"]


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class ConsumerContact:
    """A person in a consumer register."""

    first_name: str
    last_name: str
    phone: str
    """E.164, such as +358401234567."""
    phone_type: PhoneType | None = None
    language: str | None = None
    """ISO 639-1."""
    gender: Gender | None = None
    postal_code: str | None = None
    municipality: str | None = None
    """Three digits, Statistics Finland's kunta."""
    street: str | None = None
    """Street and number, for the join with a building only."""
    marketing_ban: bool = False
    """The person has forbidden telemarketing."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class DecisionMaker:
    """A person in the role that a company gave them."""

    name: str
    role: str
    phone: str | None


_NATURAL_PERSONS = frozenset({"TMI", "ENK"})
"""Legal forms that are a person in trade."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class BusinessContact:
    """A company in a business register."""

    business_id: str
    """The national identifier; in Finland 1234567-8."""
    name: str
    industry_code: str | None = None
    industry_classification: str | None = None
    """TOL2008 or TOL2025: the code alone does not tell."""
    legal_form: str | None = None
    phone: str | None = None
    street: str | None = None
    postal_code: str | None = None
    post_office: str | None = None
    municipality: str | None = None
    founded: str | None = None
    """ISO date."""
    status: str | None = None
    staff_class: str | None = None
    turnover_class: str | None = None
    decision_makers: tuple[DecisionMaker, ...] = field(default=())

    @property
    def may_be_a_person(self) -> bool:
        """Whether its address may be a home: it is a sole trader's, or nobody says that it is not."""
        return self.legal_form is None or self.legal_form in _NATURAL_PERSONS


Contact = ConsumerContact | BusinessContact

ATTRIBUTES = {"industry": "industry_code"}
"""Criteria that are called otherwise than the contact's attribute."""


def value_of(contact: Contact, criterion: str) -> str | None:
    """Return what a contact has in the field that a criterion is about."""
    value: str | None = getattr(contact, ATTRIBUTES.get(criterion, criterion))
    return value
