"""Searching by the building in which somebody lives."""

import json
from typing import Any

import pytest

from leadcloud.wiring import Services
from tests.contacts import OpenAccount, person, register
from tests.gateway_event import faults_in
from tests.plugins.buildings import release, row
from tests.searches import BODY, post

HOUSES, FLATS, OLD = range(1, 7), (20,), range(31, 37)


@pytest.fixture
def neighbourhood(services: Services, open_account: OpenAccount) -> Services:
    """A postal code with six houses of the eighties, six of the fifties, and a block of flats."""
    rows = [
        *[row(n, heating_method="01") for n in HOUSES],
        *[row(n, main_purpose="06", apartment_count=40) for n in FLATS],
        *[row(n, completion_date="1951-01-01Z", at=(25.2 + n * 1e-5, 60.3)) for n in OLD],
    ]
    release(services.settings.buildings, rows)
    everyone = [person(n, street=f"Koivutie {n}") for n in (*HOUSES, *FLATS, *OLD)]
    open_account(
        register("first", [*everyone, person(99, street="Tuntematon 1"), person(98, street=None)])
    )
    return services


def search(services: Services, criteria: dict[str, Any], key: str = "one") -> tuple[int, Any]:
    """Search the register and return status and answer."""
    return post(services, BODY | {"criteria": criteria}, key)


def numbers(answer: Any) -> set[int]:
    """Return the numbers of the persons delivered."""
    return {int(each["name"]["first"].removeprefix("Testi")) for each in answer["contacts"]}


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({"building_type": {"in": ["block_of_flats"]}}, {*FLATS}),
        ({"building_type": {"not_in": ["block_of_flats"]}}, {*HOUSES, *OLD}),
        ({"building_built": {"range": {"from": 1985, "to": 1985}}}, {*HOUSES, *FLATS}),
        ({"building_built": {"range": {"to": 1959}}}, {*OLD}),
        ({"building_heating": {"in": ["central_water"]}}, {*HOUSES}),
        ({"area": {"within": {"point": [25.2, 60.3], "radius_m": 2000}}}, {*OLD}),
        ({"area": {"within": {"type": "Polygon", "coordinates":
            [[[25.1, 60.2], [25.3, 60.2], [25.3, 60.4], [25.1, 60.4], [25.1, 60.2]]]}}}, {*OLD}),
    ],
    ids=["flats", "not flats", "eighties", "until 1959", "heating", "circle", "polygon"],
)  # fmt: skip
def test_contacts_are_limited_by_their_building(
    neighbourhood: Services, criteria: dict[str, Any], expected: set[int]
) -> None:
    """Type, years answered by decade, heating and area; an unknown building is in no group."""
    status, answer = search(neighbourhood, criteria)

    assert status == 200, answer
    assert numbers(answer) == expected


def test_a_contact_shows_type_and_decade_only(neighbourhood: Services) -> None:
    """The building is told as kind and decade; no street, no id, no position comes out."""
    _, answer = search(neighbourhood, {"building_type": {"in": ["small_house"]}})

    (known,) = {json.dumps(each["building"], sort_keys=True) for each in answer["contacts"]
                if int(each["name"]["first"][5:]) in HOUSES}  # fmt: skip
    assert json.loads(known) == {"type": "small_house", "built_decade": 1980}
    assert "Koivutie" not in json.dumps(answer)
    assert "1900000" not in json.dumps(answer)


@pytest.mark.parametrize(
    "criteria",
    [
        {"building_type": {"in": ["castle"]}},
        {"building_type": {"prefix": ["small"]}},
        {"building_type": {}},
        {"building_built": {"in": ["1985"]}},
        {"area": {"within": {"point": [25.0, 60.0]}}},
        {"area": {"within": {"type": "Polygon", "coordinates": [[[1, 1], [2, 2]]]}}},
        {"area": {"range": {"from": 1980}}},
        {"building_built": {"range": {"from": "x"}}},
        {"building_built": {"range": {}}},
        {"building_built": {"range": {"from": 2005, "to": 2003}}},
        {"building_built": {"range": {"from": 2150}}},
        {"building_built": {"range": {"to": 900}}},
        {"area": {"within": {"point": [25.0, 99.0], "radius_m": 500}}},
        {"area": {"within": {"type": "Polygon", "point": [25.0, 60.0], "radius_m": 500}}},
        {"area": {"within": {"type": "Polygon", "coordinates":
            [[[25, 91], [25.1, 91], [25.1, 92], [25, 91]]]}}},
        {"postal_code": {"in": {"from": 1}}},
    ],
    ids=repr,
)  # fmt: skip
def test_faults_of_building_criteria_are_422(
    neighbourhood: Services, criteria: dict[str, Any]
) -> None:
    """What cannot be understood is refused with the field, never a silent nothing."""
    status, answer = search(neighbourhood, criteria)

    assert status == 422
    assert answer["errors"]


@pytest.mark.parametrize(
    ("criteria", "told"),
    [
        ({"building_built": {"range": ["1957"]}}, ("criteria.building_built.range", "form")),
        ({"building_built": {"in": ["1957"]}}, ("criteria.building_built", "operator_unknown")),
        ({"building_type": {"in": {"from": 1}}}, ("criteria.building_type.in", "form")),
        ({"building_type": {"range": {}}}, ("criteria.building_type", "operator_unknown")),
        ({"area": {"within": {}}}, ("criteria.area.within", "form")),
    ],
    ids=repr,
)
def test_an_operator_is_not_blamed_for_its_value(
    neighbourhood: Services, criteria: dict[str, Any], told: tuple[str, str]
) -> None:
    """Who wrote a known operator is told what it takes, not that there is none."""
    _, answer = search(neighbourhood, criteria)

    assert faults_in(answer) == [told]


@pytest.mark.parametrize(
    ("area", "known"),
    [
        ({"point": [25.2, 60.3], "radius_m": 2000}, True),
        ({"point": [25.0, 60.33], "radius_m": 10}, True),  # next to the northernmost building
        ({"point": [60.3, 25.2], "radius_m": 2000}, False),
        ({"point": [23.7, 61.5], "radius_m": 2000}, False),
        ({"point": [23.7, 61.5], "radius_m": 50_000}, False),
        (
            {
                "type": "Polygon",
                "coordinates": [[[60.2, 25], [60.4, 25], [60.4, 25.4], [60.2, 25]]],
            },
            False,
        ),
        ({"type": "Polygon", "coordinates": [[[20, 59], [30, 59], [30, 69], [20, 59]]]}, True),
    ],
    ids=[
        "there",
        "near",
        "latitude first",
        "elsewhere",
        "not as far",
        "ring, latitude first",
        "around",
    ],
)
def test_an_area_of_which_nothing_is_known_is_refused(
    neighbourhood: Services, area: dict[str, Any], *, known: bool
) -> None:
    """Who writes the latitude first, or asks beyond the building database, is told so."""
    status, answer = search(neighbourhood, {"area": {"within": area}})

    assert status == (200 if known else 422)
    if not known:
        (fault,) = answer["errors"]
        assert (fault["field"], fault["code"]) == ("criteria.area.within", "area_unknown")


def test_without_a_building_database_its_criteria_are_unavailable(
    services: Services, open_account: OpenAccount
) -> None:
    """A search by buildings needs them; one without does not, and says null."""
    open_account(register("first", [person(1)]))

    assert search(services, {"building_type": {"in": ["small_house"]}})[0] == 503
    status, answer = search(services, {}, key="two")
    assert status == 200
    assert answer["contacts"][0]["building"] is None
