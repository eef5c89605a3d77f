"""An industry as a register can be asked for it: digits of the classification that it uses."""

from functions.search.match import begins
from leadcloud.codes.industry import (
    CLASS_DIGITS,
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
