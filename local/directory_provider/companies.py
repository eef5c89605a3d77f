"""Companies that do not exist, and two thousand people who decide in them."""

from random import Random
from typing import Any

from local.synthetic.persons import draw_name, draw_street, post_office
from local.synthetic.phone_numbers import landline_number, mobile_numbers
from local.synthetic.places import PLACES

DECISION_MAKERS = 2_000
_LEGAL_FORMS = {
    "OY": ("Oy", 80),
    "OYJ": ("Oyj", 2),
    "KY": ("Ky", 9),
    "AY": ("Ay", 5),
    "OK": ("osk", 4),
}
_TITLES = ("CEO", "CFO", "SALES_DIRECTOR", "IT_DIRECTOR", "HR_DIRECTOR", "BOARD_CHAIR")
_INDUSTRIES = (
    "01110",
    "02200",
    "10710",
    "25620",
    "41200",
    "43210",
    "43220",
    "45201",
    "49410",
    "56101",
    "62010",
    "62020",
    "68310",
    "69201",
    "70220",
    "73111",
    "81210",
    "86210",
    "86230",
    "96021",
)
"""TOL 2008 subclasses of trades that buy what is sold by phone."""
_CHECK_WEIGHTS = (7, 9, 10, 5, 8, 4, 2)


def draw_companies(seed: int) -> list[dict[str, Any]]:
    """Draw companies until they have two thousand decision makers between them."""
    rng = Random(seed)  # noqa: S311 - repeatable is the point
    mobiles = mobile_numbers(DECISION_MAKERS, rng)
    serials = iter(rng.sample(range(9_000_000, 10_000_000), DECISION_MAKERS * 2))
    companies = []
    while mobiles:
        count = min(rng.choices((1, 2, 3), (60, 28, 12))[0], len(mobiles))
        companies.append(_company(_next_business_id(serials), mobiles[:count], rng))
        del mobiles[:count]
    return companies


def business_id(serial: int) -> str | None:
    """Return the Finnish business id of a serial number, or None where it has none.

    Serials from 9,000,000 on are far from being given out (3.6 million in 2026).
    Source: the check digit is defined by the Tax Administration: weights 7 9 10 5 8 4 2, modulo
    11; remainder 1 is never given out.
    """
    digits = f"{serial:07}"
    remainder = sum(int(d) * w for d, w in zip(digits, _CHECK_WEIGHTS, strict=True)) % 11
    if remainder == 1:
        return None
    return f"{digits}-{0 if remainder == 0 else 11 - remainder}"


def _next_business_id(serials: Any) -> str:
    return next(found for serial in serials if (found := business_id(serial)))


def _company(identifier: str, mobiles: list[str], rng: Random) -> dict[str, Any]:
    place = rng.choices(PLACES, [place.thousands for place in PLACES])[0]
    language = "sv" if rng.random() * 100 < place.swedish_percent else "fi"
    legal_form = rng.choices(list(_LEGAL_FORMS), [weight for _, weight in _LEGAL_FORMS.values()])[0]
    _, surname = draw_name(language, "male", rng)
    return {
        "contactType": "COMPANY",
        "synthetic": True,
        "businessId": identifier,
        "name": f"Esimerkki {surname} {_LEGAL_FORMS[legal_form][0]}",
        "industry": {"classification": "TOL2008", "code": rng.choice(_INDUSTRIES)},
        "legalForm": legal_form,
        "founded": f"{rng.randint(1960, 2025)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
        "phoneNumber": landline_number(rng),
        "address": {
            "streetAddress": draw_street(language, rng),
            "postalCode": rng.choice(place.postal_codes),
            "postOffice": post_office(place, language),
            "municipalityCode": place.municipality,
        },
        "people": [_decision_maker(mobile, language, rng) for mobile in mobiles],
    }


def _decision_maker(mobile: str, language: str, rng: Random) -> dict[str, str]:
    first, last = draw_name(language, rng.choice(("female", "male")), rng)
    return {"name": f"{first} {last}", "title": rng.choice(_TITLES), "phoneNumber": mobile}
