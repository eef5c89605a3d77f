"""Persons drawn at random, as common in name, language and place as real ones are."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from leadcloud.registers.contact import Gender
from local.synthetic.names import FIRST_NAMES, SURNAMES
from local.synthetic.phone_numbers import mobile_numbers
from local.synthetic.places import PLACES, STREETS, Place

_GENDERS: Final[tuple[Gender, ...]] = ("female", "male")
_BANNED_SHARE: Final = 0.08


@dataclass(frozen=True, kw_only=True, slots=True)
class SyntheticPerson:
    """A person who does not exist."""

    first_name: str
    last_name: str
    gender: Gender
    language: str
    phone: str
    """A mobile number that nobody has, as people write them."""
    street: str
    postal_code: str
    post_office: str
    municipality: str
    marketing_ban: bool


def draw_persons(count: int, *, seed: int) -> Iterator[SyntheticPerson]:
    """Draw persons with different phone numbers; a seed always draws the same ones."""
    rng = Random(seed)  # noqa: S311 - repeatable is the point
    places = rng.choices(PLACES, [place.thousands for place in PLACES], k=count)
    for place, phone in zip(places, mobile_numbers(count, rng), strict=True):
        yield _person(place, phone, rng)


def _person(place: Place, phone: str, rng: Random) -> SyntheticPerson:
    language = "sv" if rng.random() * 100 < place.swedish_percent else "fi"
    gender = rng.choice(_GENDERS)
    first_name, last_name = draw_name(language, gender, rng)
    return SyntheticPerson(
        first_name=first_name,
        last_name=last_name,
        gender=gender,
        language=language,
        phone=phone,
        street=draw_street(language, rng),
        postal_code=rng.choice(place.postal_codes),
        post_office=post_office(place, language),
        municipality=place.municipality,
        marketing_ban=rng.random() < _BANNED_SHARE,
    )


def draw_name(language: str, gender: str, rng: Random) -> tuple[str, str]:
    """Draw a first name and a surname, the common ones as often as they are common."""
    first, last = FIRST_NAMES[language, gender], SURNAMES[language]
    return (
        rng.choices(first.names, first.weights)[0],
        rng.choices(last.names, last.weights)[0],
    )


def draw_street(language: str, rng: Random) -> str:
    """Draw a street and a number."""
    return f"{rng.choice(STREETS[language])} {rng.randint(1, 60)}"


def post_office(place: Place, language: str) -> str:
    """Return the name of a place as it stands on letters."""
    return (place.name_sv if language == "sv" else place.name).upper()
