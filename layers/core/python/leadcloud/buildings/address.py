"""Addresses: how a street and a number are read, folded for comparing, and kept apart."""

import re
import unicodedata
from dataclasses import dataclass

_NUMBER = re.compile(
    r"(?P<first>[0-9]{1,4})(?![0-9])\s?(?P<letter>[a-zåäö](?![a-zåäö]))?(?:\s?-\s?(?P<last>[0-9]{1,4}))?",
    re.IGNORECASE,
)
_POSTAL_CODE = re.compile(r"(?<![0-9])[0-9]{5}(?![0-9])")
_BETWEEN_WORDS = re.compile(r"[^a-z0-9]+")
MAX_SPAN = 40
"""House numbers that one building's range (17-19) may take in; more is a slip of the pen."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class HouseNumber:
    """A house number as it stands in an address. No repr: it may be a contact's."""

    first: int
    last: int
    """Equal to `first` but for a range such as 17-19."""
    letter: str
    """Lower case; empty where there is none."""

    @property
    def label(self) -> str:
        """The number as it is written: 5, 5a, 17-19."""
        return f"{self.first}{self.letter}" + (f"-{self.last}" if self.last != self.first else "")

    @property
    def numbers(self) -> range:
        """Every number that the building answers to; a range keeps to its side of the street."""
        return range(self.first, self.last + 1, 2 if (self.last - self.first) % 2 == 0 else 1)


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Address:
    """An address as a person writes it. No repr: it may be a contact's."""

    street: str
    """Folded."""
    number: HouseNumber | None
    postal_code: str | None
    municipality: str | None = None
    """Three digits, where whoever reads the address knows it."""


def fold(text: str) -> str:
    """Return a name in the form in which names are compared: no case, no diacritics, one space.

    Folding is for finding; what is shown is always the name as the source wrote it, since ä and a
    are different letters.
    """
    return _BETWEEN_WORDS.sub(" ", strip_accents(text.casefold())).strip()


def strip_accents(text: str) -> str:
    """Return a text with every letter in its plain Latin form."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def read_house_number(text: str) -> HouseNumber | None:
    """Return the house number at the start of a text such as `5 A 12`, or None."""
    match = _NUMBER.match(text.strip())
    if match is None:
        return None
    first = int(match["first"])
    last = int(match["last"] or first)
    if not first <= last <= first + MAX_SPAN:
        last = first
    return HouseNumber(first=first, last=last, letter=(match["letter"] or "").lower())


def read_address(text: str) -> Address:
    """Return the parts of an address such as `Koivutie 5 A 12, 01300 Vantaa`."""
    postal_code = _POSTAL_CODE.search(text)
    before = text[: postal_code.start()] if postal_code else text
    first_digit = re.search(r"\s[0-9]", before)
    street, rest = (
        (before[: first_digit.start()], before[first_digit.start() :])
        if first_digit
        else (before.partition(",")[0], "")
    )
    return Address(
        street=fold(street),
        number=read_house_number(rest),
        postal_code=postal_code[0] if postal_code else None,
    )
