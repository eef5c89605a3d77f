"""Twenty thousand persons who do not exist, in the provider's own words."""

from random import Random
from typing import Any

from local.directory_provider.names import FIRST_NAMES, SURNAMES
from local.directory_provider.phone_numbers import landline_number, mobile_numbers
from local.directory_provider.places import PLACES, STREETS, Place

CONSUMERS = 20_000
_PHONE_TYPES = ("MOBILE", "LANDLINE", "COMPANY_SUBSCRIPTION")
_PHONE_TYPE_WEIGHTS = (85, 6, 9)
_BANNED_SHARE = 0.08


def draw_consumers(rng: Random) -> list[dict[str, Any]]:
    """Draw the consumer register; the same generator state gives the same persons."""
    places = rng.choices(PLACES, [place.thousands for place in PLACES], k=CONSUMERS)
    mobiles = mobile_numbers(CONSUMERS, rng)
    return [_consumer(*drawn, rng) for drawn in zip(places, mobiles, strict=True)]


def _consumer(place: Place, mobile: str, rng: Random) -> dict[str, Any]:
    language = "sv" if rng.random() * 100 < place.swedish_percent else "fi"
    gender = rng.choice(("female", "male"))
    phone_type = rng.choices(_PHONE_TYPES, _PHONE_TYPE_WEIGHTS)[0]
    first, last = draw_name(language, gender, rng)
    return {
        "contactType": "PERSON",
        "synthetic": True,
        "firstName": first,
        "lastName": last,
        "gender": gender[0].upper(),
        "language": language,
        "phoneNumber": landline_number(rng) if phone_type == "LANDLINE" else mobile,
        "phoneType": phone_type,
        "marketingBan": rng.random() < _BANNED_SHARE,
        "address": draw_address(place, language, rng),
    }


def draw_name(language: str, gender: str, rng: Random) -> tuple[str, str]:
    """Draw a first name and a surname, the common ones as often as they are common."""
    first, last = FIRST_NAMES[language, gender], SURNAMES[language]
    return (
        rng.choices(first.names, first.weights)[0],
        rng.choices(last.names, last.weights)[0],
    )


def draw_address(place: Place, language: str, rng: Random) -> dict[str, str]:
    """Draw a street, a number and a postal code of the place."""
    return {
        "streetAddress": f"{rng.choice(STREETS[language])} {rng.randint(1, 60)}",
        "postalCode": rng.choice(place.postal_codes),
        "postOffice": (place.name_sv if language == "sv" else place.name).upper(),
        "municipalityCode": place.municipality,
    }
