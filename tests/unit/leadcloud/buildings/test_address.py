"""Reading addresses as people and registers write them."""

import pytest

from leadcloud.buildings.address import fold, read_address, read_house_number


@pytest.mark.parametrize(
    ("written", "street", "number", "postal_code"),
    [
        ("Koivutie 5", "koivutie", "5", None),
        ("Koivutie 5 A 12, 01300 Vantaa", "koivutie", "5a", "01300"),
        ("Koivutie 5a 01300", "koivutie", "5a", "01300"),
        ("3. linja 4", "3 linja", "4", None),
        ("Björkvägen 17-19", "bjorkvagen", "17-19", None),
        ("Isoketo ", "isoketo", None, None),
        ("Eino Uusitalontie 630", "eino uusitalontie", "630", None),
        ("Koivutie 123456", "koivutie", None, None),
        ("", "", None, None),
    ],
)
def test_an_address_is_read_into_its_parts(
    written: str, street: str, number: str | None, postal_code: str | None
) -> None:
    """Street, house number and postal code are told apart; stairs and flats are left aside."""
    read = read_address(written)

    assert read.street == street
    assert (read.number.label if read.number else None) == number
    assert read.postal_code == postal_code


@pytest.mark.parametrize(
    ("written", "numbers"),
    [("17-19", [17, 19]), ("1-4", [1, 2, 3, 4]), ("5", [5]), ("19-17", [19]), ("1-900", [1])],
)
def test_a_range_answers_to_every_number_on_its_side(written: str, numbers: list[int]) -> None:
    """17-19 is found by 17 and 19; a range that cannot be is its first number."""
    number = read_house_number(written)

    assert number is not None
    assert list(number.numbers) == numbers


def test_names_are_folded_for_finding_only() -> None:
    """Case, diacritics and hyphens make no difference when looking for a street."""
    assert fold("Hämeen-tie") == fold("HAMEEN TIE")
    assert fold("Hämeentie") != fold("Hämeenkatu")


def test_an_address_does_not_print_itself() -> None:
    """An address may be a contact's, so no traceback or log line can hold it."""
    assert "Koivutie" not in repr(read_address("Koivutie 5"))
    assert "koivutie" not in repr(read_address("Koivutie 5"))
