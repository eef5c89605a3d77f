"""Numbers that nobody is to send us: Finnish personal identity codes and payment card numbers.

Source: Act on population data 661/2009 § 11 and decree 128/2010 § 2-3, as changed 1.1.2023 (form,
check character, intermediate characters); ISO/IEC 7812-1 annex B (Luhn).
"""

import re
import unicodedata
from datetime import date
from typing import Literal

SensitiveNumber = Literal["personal_identity_code", "card_number"]

_CENTURIES = {"+": 1800} | dict.fromkeys("-YXWVU", 1900) | dict.fromkeys("ABCDEF", 2000)
_CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"

_IDENTITY_CODE = re.compile(
    r"(?<![0-9A-Za-z])(\d\d)(\d\d)(\d\d)\s?([-+A-FU-Y])\s?(\d{3})([0-9A-Y])(?![0-9A-Za-z])",
    re.ASCII | re.IGNORECASE,
)
_CARD = re.compile(r"(?<![0-9+])\d(?:[ -]?\d){12,18}(?![0-9])", re.ASCII)

# A typographic dash, a soft hyphen or a character without width in a number does not make it another number.
_READ_AS = dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-") | dict.fromkeys(
    (0xAD, *range(0x200B, 0x200E), 0x2060)
)


def sensitive_number_in(text: str) -> SensitiveNumber | None:
    """Return what kind of number stands somewhere in a text, None where there is none."""
    plain = unicodedata.normalize("NFKC", text).translate(_READ_AS)
    if any(_is_identity_code(*match.groups()) for match in _IDENTITY_CODE.finditer(plain)):
        return "personal_identity_code"
    if any(_is_card(match[0]) for match in _CARD.finditer(plain)):
        return "card_number"
    return None


def _is_identity_code(*parts: str) -> bool:
    day, month, year, sign, number, check = parts
    try:
        date(_CENTURIES[sign.upper()] + int(year), int(month), int(day))
    except ValueError:
        return False
    return _CHECK[int(day + month + year + number) % len(_CHECK)] == check.upper()


def _is_card(written: str) -> bool:
    digits = [int(digit) for digit in written if digit.isdigit()]
    doubled = (sum(divmod(digit * 2, 10)) for digit in digits[-2::-2])
    return any(digits) and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
