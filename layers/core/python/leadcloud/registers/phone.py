"""Phone numbers as registers write them, made E.164."""

import re

_LONGEST = 40
"""Characters; what is longer is a remark, not a number."""

_SEPARATORS = re.compile(r"[\s()./\u2010-\u2015-]+")
_FINNISH = re.compile(
    r"(?:(?:\+|00)3580?|0)"  # +358 (0)40 is a common way to write it
    r"(4\d{6,9}|50\d{4,8}"  # mobile networks
    r"|1[3-9][1-9]\d{3,6}|[23568][1-9]\d{4,7}|9[1-9]\d{4,7})",  # telephone areas
    re.ASCII,
)
"""Source: Traficom's regulation 32 on numbering."""


def e164(written: str, region: str) -> str | None:
    """Return the number as +358401234567, or None if it is none that can be called.

    Args:
        written: The number as a person would write it.
        region: Two letters: the country of a number without a country code.
    """
    if len(written) > _LONGEST:
        return None
    if region == "FI" and (finnish := _FINNISH.fullmatch(_SEPARATORS.sub("", written))):
        return f"+358{finnish[1]}"
    return _by_library(written, region)


def _by_library(written: str, region: str) -> str | None:
    # The library skips single letters; a number with one is misread or mistyped.
    if any(character.isalpha() for character in written):
        return None
    # Twenty-seven times slower than reading the record's JSON, so for the rest only.
    import phonenumbers

    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
