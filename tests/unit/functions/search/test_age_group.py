"""Searching by age group, and in the order of its probability."""

import json
from dataclasses import replace
from typing import Any

import pytest

from functions.search.handler import api
from leadcloud.ages.groups import FOUR, GROUPS, SEVEN
from leadcloud.ages.model import AgeModel
from leadcloud.registers.in_memory import InMemoryRegister
from leadcloud.registers.policy import RegisterPolicy
from leadcloud.wiring import Services
from tests.contacts import OpenAccount, company, describe, person, register
from tests.gateway_event import gateway_event, status_and_body
from tests.plugins.ages import common_names

Json = dict[str, Any]
PEOPLE = 120


@pytest.fixture
def names(finnish_ages: AgeModel) -> list[str]:
    """First names of the people of the register, in its order."""
    return [*common_names(finnish_ages, PEOPLE - 1), "Xyzzyplugh"]


@pytest.fixture
def people(names: list[str], open_account: OpenAccount) -> list[str]:
    """Open the account and return the names of its register."""
    open_account(register("first", [person(n, first_name=name) for n, name in enumerate(names)]))
    return names


def call(services: Services, body: Json | None, path: str = "/v1/search") -> tuple[int, Any]:
    """Call the API as the customer; without a body, get."""
    method = "GET" if body is None else "POST"
    event = gateway_event(method, path, body, key=str(abs(hash(str(body)))))
    return status_and_body(api.answer(event, services))


def search(services: Services, asked: Any = None, **more: Any) -> tuple[int, Any]:
    """Search the register by these operators on the age group."""
    criteria = {} if asked is None else {"age_group": asked}
    body = {"purpose": "telemarketing_b2c", "registers": ["first"], "criteria": criteria}
    return call(services, {**body, "page_size": 1000, **more})


def groups(answer: Any) -> dict[str, str]:
    """Return the age groups of the contacts by first name."""
    return {each["name"]["first"]: each["age_group"]["group"] for each in answer["contacts"]}


def test_a_contact_tells_its_group_as_the_prediction_does(
    services: Services, people: list[str], finnish_ages: AgeModel
) -> None:
    """Group, rounded probability and basis: what predicting the same person tells, no more."""
    _, answer = search(services)

    for contact, name in zip(answer["contacts"], people, strict=True):
        (told,) = finnish_ages.predict([name], ["female"], ["01300"], scheme=SEVEN)
        assert contact["age_group"] == {
            "group": told.group,
            "probability": told.probability,
            "basis": told.basis,
        }


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({"in": ["65-74"]}, {"65-74"}),
        ({"in": ["25-34", "75+"]}, {"25-34", "75+"}),
        ({"not_in": ["25-34"]}, set(GROUPS) - {"25-34"}),
        ({"in": ["25-34", "65-74"], "not_in": ["25-34"]}, {"65-74"}),
    ],
    ids=["in", "in-several", "not-in", "both"],  # a set is written otherwise in each worker
)
def test_contacts_are_limited_by_their_likeliest_group(
    services: Services, people: list[str], asked: Json, wanted: set[str]
) -> None:
    """Everybody whose likeliest group was asked for comes, and nobody else."""
    _, everybody = search(services)

    status, answer = search(services, asked)

    assert status == 200
    assert len(everybody["contacts"]) == len(people)
    told = groups(everybody)
    assert groups(answer) == {name: group for name, group in told.items() if group in wanted}
    assert 0 < len(answer["contacts"]) < len(people)


def test_a_surname_in_front_is_not_taken_for_the_first_name(
    services: Services, names: list[str], open_account: OpenAccount
) -> None:
    """As a criterion, in what is told and in the order, Oskari Siiri of the family Oskari is Siiri."""
    plain = [person(n, first_name=name) for n, name in enumerate(names)]
    swapped = [
        replace(each, first_name=f"{surname} {each.first_name}", last_name=surname)
        for each, surname in zip(plain, reversed(names), strict=True)
    ]
    open_account(register("first", plain), register("swapped", swapped))

    _, expected = search(services, {"in": ["65-74"]}, order="age_group_probability")
    _, answer = search(
        services, {"in": ["65-74"]}, order="age_group_probability", registers=["swapped"]
    )

    assert answer["contacts"]
    assert [(each["phone"], each["age_group"]) for each in answer["contacts"]] == [
        (each["phone"], each["age_group"]) for each in expected["contacts"]
    ]


def test_an_account_of_four_groups_is_asked_and_told_in_four(
    services: Services, names: list[str], open_account: OpenAccount
) -> None:
    """Each is a union of the seven, and the seven are unknown to the account."""
    contacts = [person(n, first_name=name) for n, name in enumerate(names)]
    open_account(register("first", contacts), age_groups="four")

    _, answer = search(services, {"in": ["65+"]})

    assert set(groups(answer).values()) == {"65+"}
    status, problem = search(services, {"in": ["75+"]})
    assert (status, problem["errors"][0]["code"]) == (422, "code_unknown")
    assert "18-34, 35-54, 55-64, 65+" in problem["errors"][0]["detail"]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ({"in": ["75+", "33-34"]}, ("criteria.age_group.in.1", "code_unknown")),
        ({"not_in": ["65+"]}, ("criteria.age_group.not_in.0", "code_unknown")),
        ({"in": []}, ("criteria.age_group.in", "count")),
        ({"in": {"from": 33, "to": 34}}, ("criteria.age_group.in", "form")),
        ({"range": {"from": 33, "to": 34}}, ("criteria.age_group", "operator_unknown")),
        ({"prefix": ["1"]}, ("criteria.age_group", "operator_unknown")),
        ({}, ("criteria.age_group", "operator_unknown")),
    ],
    ids=str,
)
def test_what_is_no_group_is_refused(
    services: Services, asked: Json, fault: tuple[str, str]
) -> None:
    """With the field and the groups there are, and without what was sent."""
    status, problem = search(services, asked)

    (told,) = problem["errors"]
    assert (status, told["field"], told["code"]) == (422, *fault)
    if fault[1] == "code_unknown":
        assert ", ".join(GROUPS) in told["detail"]
        assert "33-34" not in json.dumps(problem)


@pytest.mark.usefixtures("people")
def test_faults_of_all_fields_come_together(services: Services) -> None:
    """Those of the age group beside those of the others."""
    body = {"age_group": {"in": ["1"]}, "shoe_size": {"in": ["42"]}, "gender": {"in": []}}

    _, problem = search(services, criteria=body)

    fields = {fault["field"] for fault in problem["errors"]}
    assert fields == {"criteria", "criteria.age_group.in.0", "criteria.gender.in"}


@pytest.mark.parametrize("asked", [{"in": ["65-74", "75+"]}, {"not_in": ["25-34"]}], ids=str)
def test_the_most_probable_come_first_on_demand(
    services: Services, people: list[str], finnish_ages: AgeModel, asked: Json
) -> None:
    """By the rounded probability of the groups asked for; else as the register has them."""
    wanted = set(asked.get("in", set(GROUPS) - set(asked.get("not_in", ()))))

    _, unordered = search(services, asked)
    _, ordered = search(services, asked, order="age_group_probability")

    def probability(name: str) -> float:
        judged = finnish_ages.judge(name, "female", "01300")
        return judged.probability(wanted, SEVEN)

    as_registered = [name for name in people if name in groups(unordered)]
    assert list(groups(unordered)) == as_registered
    by_probability = sorted(as_registered, key=probability, reverse=True)
    assert list(groups(ordered)) == by_probability
    assert by_probability != as_registered


def test_the_order_is_kept_on_every_page(services: Services, people: list[str]) -> None:
    """A page is ordered by itself, and all pages together hold everybody once."""
    asked = {"in": ["55-64"]}
    _, whole = search(services, asked)
    found: dict[str, str] = {}
    cursor: str | None = None
    for _ in people:
        more = {"cursor": cursor} if cursor else {}
        _, page = search(services, asked, page_size=4, order="age_group_probability", **more)
        told = [each["age_group"]["probability"] for each in page["contacts"]]
        assert told == sorted(told, reverse=True)
        found |= groups(page)
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert found == groups(whole)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("order", ["age", "probability", "-age_group_probability", 65])
def test_there_is_no_other_order(services: Services, order: Any) -> None:
    """Nothing sorts by a finer number than what is told."""
    assert search(services, {"in": ["75+"]}, order=order)[0] == 422


@pytest.mark.usefixtures("people")
def test_an_order_needs_groups_to_go_by(services: Services) -> None:
    """Without the criterion nothing says whose probability is meant."""
    status, problem = search(services, order="age_group_probability")

    told = [(each["field"], each["code"]) for each in problem["errors"]]
    assert (status, told) == (422, [("order", "criterion_needed")])


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("policy", "criterion", "field"),
    [
        (RegisterPolicy(age_prediction=False), False, False),
        (RegisterPolicy(criteria_off=frozenset({"age_group"})), False, True),
        (RegisterPolicy(fields_off=frozenset({"age_group"})), True, False),
        (RegisterPolicy(), True, True),
    ],
    ids=["no prediction", "no criterion", "no field", "all"],
)
def test_a_registers_policy_decides(
    services: Services, policy: RegisterPolicy, *, criterion: bool, field: bool
) -> None:
    """Whether ages are predicted on it, searched by, and told."""
    services.policies.change("first", policy, by="operator")

    status, problem = search(services, {"in": ["55-64"]})
    _, listed = call(services, None, "/v1/registers")
    _, answer = search(services)

    assert status == (200 if criterion else 422)
    if not criterion:
        (fault,) = problem["errors"]
        assert (fault["field"], fault["code"]) == ("criteria.age_group", "criterion_unsupported")
    assert ("age_group" in listed["registers"][0]["criteria"]) == criterion
    assert all((each["age_group"] is not None) == field for each in answer["contacts"])


@pytest.mark.usefixtures("people")
def test_a_register_says_that_it_can_be_searched_by_age_group(services: Services) -> None:
    """We answer it, whatever the register is; and the plan says so."""
    _, listed = call(services, None, "/v1/registers")
    _, planned = search(services, {"in": ["75+"]}, explain=True)

    assert listed["registers"][0]["criteria"]["age_group"] == {
        "ops": ["in", "not_in"],
        "native": "local",
    }
    (step,) = planned["plan"][0]["steps"]
    assert step == {"criterion": "age_group", "operator": "in", "answered_by": "us"}


def test_a_country_without_a_table_is_told_the_prior_and_not_searched(
    services: Services, open_account: OpenAccount
) -> None:
    """All its people look alike, so a group would select everybody or nobody."""
    swedish = replace(describe("first"), country="SE")
    open_account(InMemoryRegister(swedish, [person(n, first_name="Bo") for n in range(3)]))

    _, answer = search(services)
    status, problem = search(services, {"in": ["75+"]})

    assert {each["age_group"]["basis"] for each in answer["contacts"]} == {"prior"}
    assert (status, problem["code"]) == (422, "criterion_unsupported")
    _, listed = call(services, None, "/v1/registers")
    assert "age_group" not in listed["registers"][0]["criteria"]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("group", GROUPS)
def test_a_group_that_nobody_is_ever_told_to_be_in_is_refused(
    services: Services, finnish_ages: AgeModel, group: str
) -> None:
    """Never a silent nothing: where no name is likeliest in a group, it cannot be searched by."""
    told = group in finnish_ages.groups_told(SEVEN)

    status, answer = search(services, {"in": [group]})

    assert status == (200 if told else 422)
    if not told:
        assert answer["code"] == "criterion_unsupported"
    assert search(services, {"in": [*GROUPS]})[0] == 200


def test_a_register_is_judged_by_the_table_of_its_country(
    services: Services, open_account: OpenAccount
) -> None:
    """The same name says one thing in Finland and another in Norway."""
    there = [InMemoryRegister(replace(describe(country.lower()), country=country),
             [person(n, first_name="Helge")]) for n, country in enumerate(("FI", "NO"))]  # fmt: skip
    open_account(*there)

    _, answer = search(services, registers=["fi", "no"])

    finnish, norwegian = (services.ages.model(country) for country in ("FI", "NO"))
    told = [each["age_group"] for each in answer["contacts"]]
    for each, model in zip(told, (finnish, norwegian), strict=True):
        (expected,) = model.predict(["Helge"], ["female"], ["01300"], scheme=SEVEN)
        assert (each["group"], each["basis"]) == (expected.group, expected.basis)
    assert told[0] != told[1]


def test_companies_have_no_age_group(services: Services, open_account: OpenAccount) -> None:
    """Neither as a criterion nor as a field."""
    open_account(register("first", [company(1)], kind="business", native={}))

    status, problem = search(services, {"in": ["75+"]}, purpose="telemarketing_b2b")
    _, answer = search(services, purpose="telemarketing_b2b")

    assert (status, problem["errors"][0]["code"]) == (422, "criterion_unknown")
    assert "age_group" not in answer["contacts"][0]


def test_the_probability_of_several_groups_is_their_sum(finnish_ages: AgeModel) -> None:
    """Rounded once, after adding; all groups together are certain."""
    judged = finnish_ages.judge("Marja")

    two = judged.probability({"65-74", "75+"}, SEVEN)
    assert two == pytest.approx(sum(judged.probabilities[5:]), abs=0.025)
    assert two == judged.probability({"65+"}, FOUR)
    assert judged.probability(GROUPS, SEVEN) == 1
