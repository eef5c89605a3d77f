"""Codes of places, and what to say of one that no place has."""

import re

from leadcloud.codes.code_list import code_list, no_such_code

_FIVE_DIGITS = re.compile(r"[0-9]{5}")


def municipality_objection(code: str) -> str | None:
    """Return why no building can be in a municipality of this code, or None where one can."""
    municipalities = code_list("municipality")
    if code in municipalities:
        return None
    return no_such_code(municipalities.nearest(code))


def postal_code_objection(code: str) -> str | None:
    """Return why no building can have this postal code, or None where one can."""
    return None if _FIVE_DIGITS.fullmatch(code) else "Postal codes have five digits."
