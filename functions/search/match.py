"""Whether a contact meets a condition as the caller wrote it.

Register adapters compare plain values; here codes have versions, and a company has several people.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache

from leadcloud.codes.code_list import code_list
from leadcloud.codes.industry import (
    VERSIONS,
    IndustryCode,
    Version,
    touching,
    version_of,
    within,
)
from leadcloud.registers.condition import Condition
from leadcloud.registers.contact import BusinessContact, Contact, DecisionMaker, value_of

ROLE = "decision_maker_role"


def meets(condition: Condition, contact: Contact, codeset: str | None = None) -> bool | None:
    """Tell whether a contact meets a condition, or None where the contact does not show the field.

    Args:
        condition: As the caller wrote it.
        contact: Of whichever register.
        codeset: Whose industry codes the register gives, where its contacts do not say.
    """
    if condition.field == ROLE:
        return bool(_asked_for(condition, contact))
    value = _value(contact, condition.field)
    if value is None:
        return None
    if condition.field == "industry" and isinstance(contact, BusinessContact):
        return _in_industry(condition, value, contact.industry_classification or codeset)
    return condition.is_met_by(value)


def _value(contact: Contact, field: str) -> str | None:
    if field != "region":
        return value_of(contact, field)
    municipality = code_list("municipality").codes.get(contact.municipality or "")
    return municipality.parent if municipality else None


def narrowed(contact: Contact, conditions: Iterable[Condition]) -> Contact:
    """Return a contact with only those people in it who were asked for."""
    for condition in conditions:
        if condition.field == ROLE and isinstance(contact, BusinessContact):
            contact = replace(contact, decision_makers=_asked_for(condition, contact))
    return contact


def _asked_for(condition: Condition, contact: Contact) -> tuple[DecisionMaker, ...]:
    if not isinstance(contact, BusinessContact):
        return ()
    return tuple(maker for maker in contact.decision_makers if condition.is_met_by(maker.role))


def _in_industry(condition: Condition, code: str, classification: str | None) -> bool:
    """Tell whether a company's code surely lies, or with `not_in` surely does not, in those asked.

    Where nobody says which version a code is of, and both have it, it must hold for both.
    """
    named = version_of(classification)
    versions = (named,) if named else _having(code)
    if condition.operator == "not_in":
        return not any(_touches(condition, code, version) for version in versions)
    return all(code.startswith(begins(condition.values, version, within)) for version in versions)


def _having(code: str) -> tuple[Version, ...]:
    read = IndustryCode.read(code)
    return (read.version,) if read and read.version else VERSIONS


def _touches(condition: Condition, code: str, version: Version) -> bool:
    excluded = begins(condition.values, version, touching)
    # A company that gives its division only may well be in one of its excluded classes.
    return code.startswith(excluded) or any(each.startswith(code) for each in excluded)


@lru_cache(256)
def begins(
    values: tuple[str, ...],
    version: Version,
    relation: Callable[[IndustryCode, Version], tuple[str, ...]],
) -> tuple[str, ...]:
    """Return the beginnings of codes of a version that stand for the industries in these values.

    Remembered, as a search asks it of each of its contacts.
    """
    codes = (IndustryCode.read(value) for value in values)
    return tuple(
        dict.fromkeys(start for code in codes if code for start in relation(code, version))
    )
