"""Twenty thousand persons who do not exist, in the provider's own words."""

from random import Random
from typing import Any

from local.synthetic.persons import SyntheticPerson, draw_persons
from local.synthetic.phone_numbers import landline_number

CONSUMERS = 20_000
_PHONE_TYPES = ("MOBILE", "LANDLINE", "COMPANY_SUBSCRIPTION")
_PHONE_TYPE_WEIGHTS = (85, 6, 9)


def draw_consumers(seed: int) -> list[dict[str, Any]]:
    """Draw the consumer register; the same seed gives the same persons."""
    rng = Random(seed)  # noqa: S311 - repeatable is the point
    return [_consumer(person, rng) for person in draw_persons(CONSUMERS, seed=seed)]


def _consumer(person: SyntheticPerson, rng: Random) -> dict[str, Any]:
    phone_type = rng.choices(_PHONE_TYPES, _PHONE_TYPE_WEIGHTS)[0]
    return {
        "contactType": "PERSON",
        "synthetic": True,
        "firstName": person.first_name,
        "lastName": person.last_name,
        "gender": person.gender[0].upper(),
        "language": person.language,
        "phoneNumber": landline_number(rng) if phone_type == "LANDLINE" else person.phone,
        "phoneType": phone_type,
        "marketingBan": person.marketing_ban,
        "address": {
            "streetAddress": person.street,
            "postalCode": person.postal_code,
            "postOffice": person.post_office,
            "municipalityCode": person.municipality,
        },
    }
