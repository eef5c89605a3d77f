"""Search, from the event to the answer, over registers in memory."""

from typing import Any

import pytest

from functions.search.handler import api
from leadcloud.clock import SetClock
from leadcloud.wiring import Services
from tests.contacts import OpenAccount, person, register
from tests.gateway_event import faults_in, gateway_event, status_and_body
from tests.searches import BODY, post


@pytest.mark.parametrize("purpose", ["home_visit", "", "research", "TELEMARKETING_B2C"])
def test_only_telemarketing_is_a_purpose(
    services: Services, open_account: OpenAccount, purpose: str
) -> None:
    """Home visits and all that is not telemarketing are refused by name."""
    open_account(register("first", [person(1)]))

    status, problem = post(services, BODY | {"purpose": purpose})

    assert (status, problem["code"]) == (422, "purpose_not_permitted")


def test_a_purpose_outside_the_contract_is_refused(
    services: Services, open_account: OpenAccount
) -> None:
    """The contract limits the purposes further."""
    open_account(register("first", [person(1)]), purposes=("telemarketing_b2b",))

    assert post(services, BODY)[1]["code"] == "purpose_not_permitted"


def test_register_and_criteria_faults_come_together(
    services: Services, open_account: OpenAccount
) -> None:
    """One answer names all that is wrong."""
    open_account(register("first", []), register("firms", [], kind="business", native={}))

    status, problem = post(
        services,
        BODY
        | {
            "registers": ["first", "first", "unknown", "firms"],
            "criteria": {
                "municipality": {"in": ["92"], "near": ["092"]},
                "gender": {"prefix": ["f"]},
                "shoe_size": {"in": ["42"]},
                "language": {},
                "postal_code": {"in": []},
            },
        },
    )

    assert status == 422
    assert faults_in(problem) == [
        ("registers.1", "repeated"),
        ("registers.2", "register_unknown"),
        ("registers.3", "register_not_for_purpose"),
        ("criteria.municipality.in.0", "code_unknown"),
        ("criteria.municipality", "operator_unknown"),
        ("criteria.gender", "operator_unknown"),
        ("criteria", "criterion_unknown"),
        ("criteria.language", "operator_unknown"),
        ("criteria.postal_code.in", "count"),
    ]


@pytest.mark.parametrize(
    ("criteria", "told"),
    [
        ({"postal_code": {"in": [1300]}}, [("criteria.postal_code.in.0", "string_type")]),
        ({"postal_code": {"in": "01300"}}, [("criteria.postal_code.in", "list_type")]),
        (
            {"area": {"within": {"point": {"type": "Point"}, "radius_m": 500}}},
            [("criteria.area.within.point", "list_type")],
        ),
        (
            {"building_built": {"range": {"from": [1980]}}},
            [("criteria.building_built.range.from", "int_type")],
        ),
        (
            {"building_built": {"range": {"from": 1957.5, "to": True}}},
            [
                ("criteria.building_built.range.from", "int_type"),
                ("criteria.building_built.range.to", "int_type"),
            ],
        ),
        (
            {"area": {"within": {"radius_m": 0, "x": 1}}},
            [
                ("criteria.area.within.radius_m", "greater_than"),
                ("criteria.area.within", "extra_forbidden"),
            ],
        ),
    ],
)
def test_of_a_value_only_its_own_faults_are_told(
    services: Services, open_account: OpenAccount, criteria: Any, told: list[tuple[str, str]]
) -> None:
    """A list is not told that it should be a place."""
    open_account(register("first", [person(1)]))

    status, problem = post(services, BODY | {"criteria": criteria})

    assert status == 422
    assert faults_in(problem) == told


def test_another_accounts_register_is_like_none(
    services: Services, open_account: OpenAccount
) -> None:
    """A register that is not in the contract cannot be told from one that does not exist."""
    open_account(register("first", [person(1)]))
    open_account(account_id="stranger")

    foreign = post(services, BODY, who="stranger")
    absent = post(services, BODY | {"registers": ["nowhere"]}, who="stranger")

    assert foreign == absent


def test_the_same_request_again_is_answered_again(
    services: Services, open_account: OpenAccount
) -> None:
    """A lost answer can be had once more with the same key."""
    open_account(register("first", [person(1)]))

    assert post(services, BODY)[0] == post(services, BODY)[0] == 200


def test_a_key_with_another_body_is_refused(services: Services, open_account: OpenAccount) -> None:
    """A key stands for one request."""
    open_account(register("first", [person(1)]))
    post(services, BODY)

    status, problem = post(services, BODY | {"page_size": 5})

    assert (status, problem["code"]) == (422, "idempotency_key_reused")


def test_after_the_window_the_contacts_are_gone(
    services: Services, open_account: OpenAccount, clock: SetClock
) -> None:
    """Nothing is kept, so a late repeat is told so."""
    open_account(register("first", [person(1)]))
    post(services, BODY)
    clock.move(15 * 60)

    status, problem = post(services, BODY)

    assert (status, problem["code"]) == (409, "result_not_retained")


def test_the_list_names_only_the_contracts_registers(
    services: Services, open_account: OpenAccount
) -> None:
    """An account sees its registers, what each can be asked, its price and controller."""
    open_account(register("first", [], native={"gender": "local"}), account_id="buyer")

    _, answer = status_and_body(api.answer(gateway_event("GET", "/v1/registers"), services))

    assert answer == {
        "registers": [
            {
                "id": "first",
                "name": "first",
                "kind": "consumer",
                "controller": {"id": "somebody", "name": "Somebody Oy (synthetic)"},
                "criteria": {
                    "building_type": {"ops": ["in", "not_in"], "native": "local"},
                    "building_built": {"ops": ["range"], "native": "local"},
                    "building_heating": {"ops": ["in", "not_in"], "native": "local"},
                    "area": {"ops": ["within"], "native": "local"},
                    "age_group": {"ops": ["in", "not_in"], "native": "local"},
                    "gender": {"ops": ["in", "not_in"], "native": "local"},
                },
                "price_per_contact": {"amount": "0.05", "currency": "EUR"},
                "purposes": ["telemarketing_b2c"],
            }
        ]
    }


def test_explain_answers_the_plan_and_asks_nobody(
    services: Services, open_account: OpenAccount
) -> None:
    """What each register would do; nothing is read, delivered or remembered."""
    first = register("first", [person(1)], native={"gender": "local"})
    open_account(first, register("second", [person(2)], native={}))
    body = BODY | {
        "registers": ["first", "second"],
        "criteria": {"gender": {"in": ["female"]}},
        "explain": True,
    }

    status, answer = post(services, body)

    assert status == 200
    assert answer["plan"] == [
        {
            "register": "first",
            "state": "ready",
            "code": None,
            "steps": [{"criterion": "gender", "operator": "in", "answered_by": "us"}],
        },
        {
            "register": "second",
            "state": "skipped",
            "code": "criterion_unsupported",
            "steps": [{"criterion": "gender", "operator": "in", "answered_by": "nobody"}],
        },
    ]
    assert (answer["contacts"], answer["sources"], first.requests) == ([], [], [])
    assert post(services, body | {"explain": False})[0] == 200
