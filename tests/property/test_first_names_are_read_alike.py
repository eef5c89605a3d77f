"""Reading names: whatever is written, the outcome is stable and harmless."""

from hypothesis import assume, given
from hypothesis import strategies as st

from leadcloud.ages.names import _MOJIBAKE, key_of, tokens

# Text that was decoded wrongly is mended, and has no case until then: it is tested by example.
WRITTEN = st.text(max_size=40) | st.from_regex(r"[A-Za-zåäöÅÄÖ .\"()-]{0,30}", fullmatch=True)


@given(WRITTEN)
def test_a_key_is_its_own_key(written: str) -> None:
    """Reading what was read changes nothing: the tables' keys are found by one look-up."""
    assume(not _MOJIBAKE.search(written))
    key = key_of(written)

    assert key_of(key) == key
    assert key.casefold() == key


@given(WRITTEN)
def test_case_and_outer_blanks_do_not_matter(written: str) -> None:
    """A register in capitals says what one in small letters says."""
    assume(not _MOJIBAKE.search(written))
    assert key_of(f"  {written.casefold()} ") == key_of(written)


@given(WRITTEN)
def test_no_digit_gets_into_a_key(written: str) -> None:
    """A year that stands behind a name is not part of it."""
    assert not any(letter.isdecimal() for token in tokens(written) for letter in token)
