"""Phone numbers as people write them, as E.164."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadcloud.registers.phone import to_e164


@pytest.mark.parametrize(
    "text",
    [
        "0401234567",
        "040 123 4567",
        "040-123 4567",
        "(040) 1234567",
        "+358 40 123 4567",
        "+358 (0)40 123 4567",
        "00358401234567",
        "00358 40 1234567",
        "+358401234567",
        "040\u00a0123\u20114567",
        "+358 040 1234567",
        "0401234567 ext. 12",
    ],
)
def test_a_finnish_mobile_number_is_read_however_it_is_written(text: str) -> None:
    """Spaces, hyphens, brackets, trunk zero and both ways abroad make no difference."""
    assert to_e164(text) == "+358401234567"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("09 1234567", "+35891234567"),
        ("020 123 456", "+35820123456"),
        ("+46 8 123 456 78", "+46812345678"),
        ("0046 8 123 456 78", "+46812345678"),
        ("+1 650 253 0000", "+16502530000"),
        ("0495 123456", "+358495123456"),
    ],
)
def test_other_numbers_are_read_by_the_numbering_plans(text: str, expected: str) -> None:
    """Landlines, business numbers and foreign numbers."""
    assert to_e164(text) == expected


def test_a_number_without_country_code_is_of_the_default_country() -> None:
    """The same digits are another number in another country."""
    assert to_e164("08-123 456 78", "SE") == "+46812345678"


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "ei ole", "112", "0", "+", "040", "+358"),
        *("04012345678901", "0401234567" * 9, "040 1234567, 050 7654321"),
        *("\0", "\ud800", "+999 123456", "٠٤٠١٢٣٤٥٦٧٨٩٠١"),
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    """Remarks, emergency numbers, two numbers in one field, numbers too short or too long."""
    assert to_e164(text) is None


@given(st.from_regex(r"(\+358|00358|0)[ -]?(4[0-8]|50)([ -]?[0-9]){3,10}", fullmatch=True))
def test_the_fast_path_says_what_the_library_says(text: str) -> None:
    """On Finnish mobile numbers the short way and the numbering plans agree."""
    number = phonenumbers.parse(text, "FI")
    expected = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    assert to_e164(text) == (expected if phonenumbers.is_valid_number(number) else None)
