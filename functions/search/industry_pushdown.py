"""An industry as a register can be asked for it: digits of the classification that it uses."""

from functions.search.match import begins
from leadcloud.codes.code_list import code_list
from leadcloud.codes.industry import (
    CLASS_DIGITS,
    LISTS,
    NATIONAL_DIGITS,
    IndustryCode,
    version_of,
    within,
)
from leadcloud.registers.condition import Condition


def as_asked(condition: Condition, codeset: str | None) -> Condition | None:
    """Return the condition in the codes of a register, or None where it cannot be put in them.

    Without values: no code of this register lies in what is asked for.
    """
    codes = [code for value in condition.values if (code := IndustryCode.read(value))]
    version = version_of(codeset)
    unversioned = all(code.version is None for code in codes)
    own = unversioned or all(code.version == version for code in codes)
    national = codeset is None or not codeset.startswith("NACE")
    if own and national and all(len(code.code) == NATIONAL_DIGITS for code in codes):
        # Nothing lies below a five-digit code, so that equality asks for it.
        operator = "in" if condition.operator == "prefix" else condition.operator
        values = tuple(code.code for code in codes)
        return Condition(field="industry", operator=operator, values=values)
    if condition.operator == "not_in" or (version is None and not unversioned):
        return None
    values = (
        begins(condition.values, version, within) if version else tuple(code.code for code in codes)
    )
    if not national:
        # The fifth digit there is another country's: it cannot say what is one part of a class.
        values = tuple(value for value in values if len(value) <= CLASS_DIGITS)
    return Condition(field="industry", operator="prefix", values=values)


def in_full(condition: Condition, codeset: str | None) -> Condition:
    """Return a condition on beginnings as one on a whole code, where there is only one of them.

    For a register that finds companies by their whole code only.
    """
    version = version_of(codeset)
    if condition.operator != "prefix" or version is None or version != codeset:
        return condition
    whole = [
        code
        for code in code_list(LISTS[version]).codes
        if len(code) == NATIONAL_DIGITS and code.startswith(condition.values)
    ]
    if len(whole) != 1:
        return condition
    return Condition(field=condition.field, operator="in", values=tuple(whole))
