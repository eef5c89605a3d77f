"""First names as registers write them."""

import unicodedata

import pytest

from leadcloud.ages.names import (
    Lexicon,
    given_names,
    key_of,
    ngrams,
    stem,
    surname_first,
    without_surname,
)

KNOWN = ("matti", "päivi", "marja-liisa", "marja", "juha", "åke", "zoë")
LEXICON = Lexicon(KNOWN)


def found(name: str, *, surname_first: bool = False) -> str | None:
    """Return the known name that is found in a written one."""
    place = LEXICON.find(name, surname_first=surname_first)
    return None if place is None else KNOWN[place]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Matti", "matti"),
        ("MATTI", "matti"),
        ("  matti ", "matti"),
        ("Matti Juhani Olavi", "matti"),
        ("Matti J.", "matti"),
        ("J. Matti", "matti"),
        ("Matti J", "matti"),
        ('Juha "Jussi"', "juha"),
        ("Juha (Jussi)", "juha"),
        ("Juha ”Jussi”", "juha"),
        ("Marja Liisa", "marja-liisa"),
        ("MARJA-LIISA", "marja-liisa"),
        ("Marja-Riitta", "marja"),
        ("Xyzzy-Matti", "matti"),
        ("Päivi", "päivi"),
        ("Paivi", "päivi"),
        ("PÄIVI", "päivi"),
        (unicodedata.normalize("NFD", "Päivi"), "päivi"),
        ("PÃ¤ivi", "päivi"),
        ("Åke", "åke"),
        ("Ake", "åke"),
        ("Zoe", "zoë"),
    ],
)
def test_a_damaged_name_is_found(written: str, meant: str) -> None:
    """Case, blanks, initials, nicknames, lost diacritics and wrong decoding hide no name."""
    assert found(written) == meant


def test_letters_with_diacritics_are_letters_of_their_own() -> None:
    """å, ä and ö are kept: a known name without them is not mistaken for one with them."""
    lexicon = Lexicon(("pävi", "pavi"))

    assert lexicon.find("Pavi") == 1
    assert lexicon.find("Pävi") == 0


@pytest.mark.parametrize("nothing", ["", " ", "J.", "12", "(Jussi)", "...", "_OTHER_", "Matti57"])
def test_what_is_no_name_is_not_found(nothing: str) -> None:
    """Blanks, initials, digits and the reserved name stand for nobody."""
    assert found(nothing) is None
    assert key_of(nothing) == ""


def test_the_order_is_decided_for_the_register_as_a_whole() -> None:
    """Where surnames lead in most rows, they lead in all."""
    swapped = ["Virtanen Matti", "Korhonen Päivi", "Matti Juha", "Aho Xyzzy"]

    assert surname_first(swapped, LEXICON.index)
    assert not surname_first(["Matti Virtanen", "Päivi Korhonen"], LEXICON.index)
    assert not surname_first(["Matti", "Marja Liisa", "Aho Xyzzy"], LEXICON.index)
    assert found("Virtanen Matti", surname_first=True) == "matti"
    assert given_names("Matti", surname_first=True) == ("matti",)


@pytest.mark.parametrize(
    ("name", "surname", "given"),
    [
        ("Virtanen Matti", "Virtanen", "Matti"),
        ("VIRTANEN, Matti Juhani", "Virtanen", "Matti Juhani"),
        ("Matti", "Virtanen", "Matti"),
        ("Virta Matti", "Virtanen", "Virta Matti"),
        ("Mattila", "Matti", "Mattila"),
        ("Matti", "Matti", "Matti"),
        ("Matti V.", "Matti", "Matti V."),
        ("Virtanen Matti", "", "Virtanen Matti"),
    ],
)
def test_a_surname_that_is_known_and_leads_is_left_out(name: str, surname: str, given: str) -> None:
    """Only a whole one, and never all that there is."""
    assert without_surname(name, surname) == given


def test_an_unknown_name_is_judged_by_its_first_part() -> None:
    """The letters of the call name, not of all that stands behind it."""
    assert stem("Xyzzy-Plugh Olavi") == "xyzzy"
    assert stem("") == ""


def test_ngrams_mark_the_ends() -> None:
    """The end of a name says more than its middle."""
    assert ngrams("aa") == ("^", "a", "$", "^a", "aa", "a$", "^aa", "aa$", "^aa$")
    assert max(map(len, ngrams("matti"))) == 4
