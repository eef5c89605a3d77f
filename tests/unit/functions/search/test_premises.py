"""Searching companies by the place where they receive visitors."""

from dataclasses import replace
from typing import Any

import pytest

from leadcloud.wiring import Services
from tests.contacts import OpenAccount, company, register
from tests.gateway_event import faults_in
from tests.plugins.buildings import release, row
from tests.searches import post

FAR = (25.2, 60.3)
HERE = {"within": {"point": [25.0005, 60.3], "radius_m": 500}}
THERE = {"within": {"point": FAR, "radius_m": 500}}
EVERYWHERE = {"within": {"point": [25.1, 60.3], "radius_m": 20_000}}
AT_ONE = {"within": {"point": [25.0001, 60.3], "radius_m": 1}}
"""The building with the number 1, and no other."""


@pytest.fixture
def street(services: Services) -> Services:
    """Six buildings side by side, and one far away whose address two buildings share."""
    rows = [row(n) for n in range(1, 7)]
    rows += [row(50, at=FAR), row(51, number_part_of_address_number="50")]
    release(services.settings.buildings, rows)
    return services


def search(
    services: Services,
    criteria: dict[str, Any],
    *,
    registers: tuple[str, ...] = ("first",),
    key: str = "one",
) -> tuple[int, Any]:
    """Search and return status and answer."""
    body = {"purpose": "telemarketing_b2b", "registers": registers, "criteria": criteria}
    return post(services, body, key)


def numbers(answer: Any) -> set[int]:
    """Return the numbers of the companies delivered."""
    return {int(each["business_id"].partition("-")[0]) for each in answer["contacts"]}


def test_a_company_is_where_its_visiting_address_is(
    street: Services, open_account: OpenAccount
) -> None:
    """Exactly, to the metre: the address itself is delivered. What cannot be placed is nowhere."""
    companies = [company(n, street=f"Koivutie {n}") for n in (1, 2, 50)]
    unplaced = [company(7, street=None), company(8, street="Tuntematon 1")]
    open_account(register("first", [*companies, *unplaced], kind="business"))

    assert numbers(search(street, {"area": AT_ONE})[1]) == {1}


def test_all_buildings_of_an_address_must_be_there(
    street: Services, open_account: OpenAccount
) -> None:
    """Of an address with buildings here and far away nobody knows where its company is."""
    open_account(register("first", [company(50, street="Koivutie 50")], kind="business"))

    found = [
        numbers(search(street, {"area": area}, key=f"key-{number}")[1])
        for number, area in enumerate((HERE, THERE, EVERYWHERE))
    ]

    assert found == [set(), set(), {50}]


@pytest.mark.parametrize("legal_form", ["TMI", "ENK", None])
def test_a_sole_trader_is_placed_as_a_home_is(
    street: Services, open_account: OpenAccount, legal_form: str | None
) -> None:
    """Its address may be a home and is not delivered, so no small area tells its door."""
    trader = company(1, street="Koivutie 1", legal_form=legal_form)
    open_account(register("first", [trader], kind="business"))

    assert numbers(search(street, {"area": AT_ONE})[1]) == set()
    (found,) = search(street, {"area": EVERYWHERE}, key="two")[1]["contacts"]
    assert found["visiting_address"] is None


def test_a_register_without_addresses_is_skipped(
    street: Services, open_account: OpenAccount
) -> None:
    """With the reason; and it is no silent nothing where no other was asked."""
    without = register("second", [company(2)], kind="business")
    without.description = replace(without.description, has_streets=False)
    open_account(register("first", [company(1)], kind="business"), without)

    _, answer = search(street, {"area": AT_ONE}, registers=("first", "second"))

    states = {each["register"]: (each["state"], each["code"]) for each in answer["sources"]}
    assert states == {"first": ("ok", None), "second": ("skipped", "criterion_unsupported")}
    assert search(street, {"area": AT_ONE}, registers=("second",), key="two")[0] == 422


def test_without_a_building_database_an_area_is_unavailable(
    services: Services, open_account: OpenAccount
) -> None:
    """The other criteria do not need one."""
    open_account(register("first", [company(1)], kind="business"))

    assert search(services, {"area": HERE})[0] == 503


@pytest.mark.parametrize(
    ("area", "told"),
    [
        ({}, ("criteria.area", "operator_unknown")),
        ({"in": ["01300"]}, ("criteria.area", "operator_unknown")),
        ({"within": {}}, ("criteria.area.within", "form")),
        ({"within": ["01300"]}, ("criteria.area.within", "form")),
        ({"within": {"point": [25.0, 60.3]}}, ("criteria.area.within", "form")),
    ],
)
def test_what_is_no_area_is_422(
    street: Services, open_account: OpenAccount, area: Any, told: tuple[str, str]
) -> None:
    """The problem names the field that is wrong, and what is: the operator or its value."""
    open_account(register("first", [company(1)], kind="business"))

    status, answer = search(street, {"area": area})

    assert status == 422
    assert faults_in(answer) == [told]
