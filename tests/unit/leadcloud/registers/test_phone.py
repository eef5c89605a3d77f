"""Numbers as people write them become E.164, or nothing."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadcloud.registers.phone import e164

WRITTEN = {
    "040 123 4567": "+358401234567",
    "0401234567": "+358401234567",
    "401234567": "+358401234567",
    "+358 40 1234567": "+358401234567",
    "+358 (0)40 123 4567": "+358401234567",
    "00358401234567": "+358401234567",
    "(050) 123-45": "+3585012345",
    "045\u00a0123\u20114567": "+358451234567",
    "09 123 456": "+3589123456",
    "019-123 4567": "+358191234567",
    "02 1234567": "+35821234567",
    "010 123 4567": "+358101234567",
    "029 123 4567": "+358291234567",
    "+46 70 174 06 05": "+46701740605",
    "0046701740605": "+46701740605",
}


@pytest.mark.parametrize(("written", "number"), WRITTEN.items(), ids=map(ascii, WRITTEN))
def test_written_number_becomes_e164(written: str, number: str) -> None:
    """Finnish and foreign ways of writing a number come to the one form."""
    assert e164(written, "FI") == number


@pytest.mark.parametrize(
    "written", ["", "puuttuu", "112", "04", "0" * 40, "+", "+999 1", "040 12a4567"]
)
def test_what_cannot_be_called_is_none(written: str) -> None:
    """A text that is no number of a subscriber gives none, and no error."""
    assert e164(written, "FI") is None


def test_region_decides_on_numbers_without_country() -> None:
    """The same digits are another number in another country."""
    assert e164("070-174 06 05", "SE") == "+46701740605"


@given(st.from_regex(r"0(4[0-8]\d{6,8}|50\d{5,8}|9[1-8]\d{4,7}|14[1-8]\d{4,5})", fullmatch=True))
def test_quick_reading_agrees_with_the_library(written: str) -> None:
    """For a valid Finnish number, our own reading and libphonenumber's are the same."""
    parsed = phonenumbers.parse(written, "FI")
    if phonenumbers.is_valid_number(parsed):
        number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        assert e164(written, "FI") == number


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_none(written: str) -> None:
    """Whatever stands in the field, the result is E.164 or nothing."""
    number = e164(written, "FI")
    assert number is None or (number[0] == "+" and number[1:].isdigit() and len(number) <= 16)
