"""Search, from the event to the answer, over registers in memory."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from functions.search.handler import api
from leadcloud.accounts.account import Account
from leadcloud.clock import SetClock, SystemClock
from leadcloud.lead_reference import read
from leadcloud.prohibitions import own_list
from leadcloud.registers.condition import LIST_OPERATORS
from leadcloud.registers.contact import DecisionMaker
from leadcloud.registers.interface import Capability, RegisterRateLimited, RegisterUnavailable
from leadcloud.wiring import Services
from tests.contacts import company, person, register
from tests.gateway_event import faults_in, gateway_event, status_and_body

OpenAccount = Callable[..., Account]
BODY = {"purpose": "telemarketing_b2c", "registers": ["first"], "criteria": {}}


def post(services: Services, body: dict[str, Any], key: str = "one", who: str = "buyer") -> Any:
    """Post a search and return its status and parsed answer."""
    event = gateway_event("POST", "/v1/search", body, key=key, account_id=who)
    return status_and_body(api.answer(event, services))


def test_a_consumer_contact_locates_no_dwelling(
    services: Services, open_account: OpenAccount
) -> None:
    """A consumer leaves with exactly the public fields: no street, no gender, no ban."""
    open_account(register("first", [person(1)]))

    status, answer = post(services, BODY)

    assert status == 200
    (contact,) = answer["contacts"]
    reference = contact.pop("lead_reference")
    assert contact.pop("age_group").keys() == {"group", "probability", "basis"}
    assert contact == {
        "kind": "consumer",
        "register": "first",
        "name": {"first": "Testi1", "last": "Synteettinen"},
        "phone": "+3584570000001",
        "phone_type": "mobile",
        "language": "fi",
        "postal_code": "01300",
        "municipality": "092",
        "building": None,
        "possible_duplicate": False,
    }
    assert read(reference) == reference
    assert answer["permitted_use"]["not_for"] == ["home_visit"]
    assert answer["complete"] is True
    assert answer["next_cursor"] is None


def test_a_lead_reference_is_one_per_delivery_and_source(
    services: Services, open_account: OpenAccount
) -> None:
    """All contacts of a source share the code, which leads to source and buyer only."""
    open_account(register("first", [person(n) for n in range(3)]), register("second", [person(9)]))

    _, answer = post(services, BODY | {"registers": ["first", "second"]})

    by_register = {
        (contact["register"], contact["lead_reference"]) for contact in answer["contacts"]
    }
    assert len(by_register) == 2
    for source in answer["sources"]:
        delivery = services.lead_references.delivery(source["lead_reference"])
        assert delivery is not None
        assert (delivery.register, delivery.buyer) == (source["register"], "buyer")
        assert services.provenance.open(source["provenance"]) == delivery


def test_a_business_contact_has_its_visiting_address(
    services: Services, open_account: OpenAccount
) -> None:
    """A company's address is public; it is not a dwelling."""
    open_account(register("first", [company(1)], kind="business", native={}))

    _, answer = post(services, BODY | {"purpose": "telemarketing_b2b"})

    assert answer["contacts"][0]["visiting_address"]["street"] == "Yrityskatu 1"


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
            [
                ("criteria.building_built.range.from", "string_type"),
                ("criteria.building_built.range.from", "int_type"),
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


def test_a_source_that_cannot_answer_is_skipped(
    services: Services, open_account: OpenAccount
) -> None:
    """The others deliver; the skipped one says why."""
    open_account(register("first", [person(1)]), register("second", [person(2)], native={}))
    body = BODY | {
        "registers": ["first", "second"],
        "criteria": {"municipality": {"in": ["092"]}},
    }

    status, answer = post(services, body)

    states = {source["register"]: source["state"] for source in answer["sources"]}
    assert (status, states) == (200, {"first": "ok", "second": "skipped"})
    assert answer["complete"] is False


def test_a_source_for_which_a_page_has_no_room_is_told(
    services: Services, open_account: OpenAccount
) -> None:
    """It was asked for, so the answer is not complete; the cursor goes on with it."""
    open_account(register("first", [person(1)]), register("second", [person(2)]))
    body = BODY | {"registers": ["first", "second"], "page_size": 1}

    _, answer = post(services, body)
    _, following = post(services, body | {"cursor": answer["next_cursor"]}, key="two")

    told = [(each["register"], each["state"], each["code"]) for each in answer["sources"]]
    assert sorted(told) == [("first", "ok", None), ("second", "skipped", "left_for_next_page")]
    assert (answer["complete"], following["complete"]) == (False, True)
    assert [each["register"] for each in following["contacts"]] == ["second"]


def test_if_no_source_can_answer_the_search_is_refused(
    services: Services, open_account: OpenAccount
) -> None:
    """An unanswerable criterion is an error, never an empty answer."""
    open_account(register("first", [person(1)], native={}))

    status, problem = post(services, BODY | {"criteria": {"gender": {"in": ["male"]}}})

    assert (status, faults_in(problem)) == (422, [("criteria.gender", "criterion_unsupported")])


def test_an_industry_that_another_classification_cannot_say_is_told(
    services: Services, open_account: OpenAccount
) -> None:
    """The register knows industries; that it is this code that stops it would be hard to guess."""
    industries = Capability(operators=frozenset(LIST_OPERATORS), native="exact", codeset="TOL2025")
    open_account(register("first", [company(1)], kind="business", native={"industry": industries}))
    body = BODY | {"purpose": "telemarketing_b2b", "criteria": {"industry": {"in": ["47111"]}}}

    _, problem = post(services, body)

    assert faults_in(problem) == [("criteria.industry", "criterion_unsupported")]
    assert "try the code above it" in problem["errors"][0]["detail"]


def test_a_marketing_ban_always_excludes(services: Services, open_account: OpenAccount) -> None:
    """No request can switch the ban off."""
    open_account(register("first", [person(1, marketing_ban=True), person(2)]))

    _, answer = post(services, BODY)

    assert [contact["name"]["first"] for contact in answer["contacts"]] == ["Testi2"]


def test_the_same_number_in_two_registers_is_one_contact(
    services: Services, open_account: OpenAccount
) -> None:
    """The first register asked wins whole; no field is mixed."""
    open_account(
        register("first", [person(1, language=None)]),
        register("second", [person(1), person(2)]),
    )

    _, answer = post(services, BODY | {"registers": ["first", "second"]})

    assert [(c["register"], c["language"]) for c in answer["contacts"]] == [
        ("first", None),
        ("second", "fi"),
    ]


def test_the_same_company_in_two_registers_is_one_contact(
    services: Services, open_account: OpenAccount
) -> None:
    """By its number, and by its business id where the registers know other numbers of it or none."""
    numbered, other = company(1, phone="+358401000001"), company(1, phone="+358401000002")
    open_account(
        register("first", [numbered, company(2)], kind="business"),
        register("second", [other, company(2, phone="+358401000003")], kind="business"),
        register("third", [company(3, phone="+358401000001"), company(4)], kind="business"),
    )
    body = BODY | {"purpose": "telemarketing_b2b", "registers": ["first", "second", "third"]}

    _, answer = post(services, body)

    assert [(c["register"], c["business_id"]) for c in answer["contacts"]] == [
        ("first", "0000001-0"),
        ("first", "0000002-0"),
        ("third", "0000004-0"),
    ]
    assert answer["charge"]["units"] == 3


def test_a_company_on_a_later_page_is_flagged_by_its_business_id(
    services: Services, open_account: OpenAccount
) -> None:
    """Another number of the same company is not paid for a second time."""
    numbered, other = company(1, phone="+358401000001"), company(1, phone="+358401000002")
    open_account(register("first", [numbered, other], kind="business"))
    body = BODY | {"purpose": "telemarketing_b2b", "page_size": 1}

    _, first = post(services, body)
    _, second = post(services, body | {"cursor": first["next_cursor"]}, key="two")

    assert [c["possible_duplicate"] for c in second["contacts"]] == [True]
    assert second["charge"]["units"] == 0


def test_a_company_none_of_whose_people_asked_for_may_be_called_is_left_out(
    services: Services, open_account: OpenAccount
) -> None:
    """Whom the customer has listed is not there to be found, by role or otherwise."""
    listed = DecisionMaker(name="Testi Synteettinen", role="it_director", phone="+358401000001")
    free = replace(listed, phone="+358401000002")
    people = {"decision_maker_role": "local"}
    companies = [company(1, decision_makers=(listed,)), company(2, decision_makers=(listed, free))]
    account = open_account(register("first", companies, kind="business", native=people))
    services.prohibitions.load(own_list(account.id), ["+358401000001"])
    criteria = {"decision_maker_role": {"in": ["it_director"]}}

    _, answer = post(services, BODY | {"purpose": "telemarketing_b2b", "criteria": criteria})

    (contact,) = answer["contacts"]
    assert contact["business_id"] == "0000002-0"
    assert [person["phone"] for person in contact["decision_makers"]] == ["+358401000002"]


def test_pages_visit_each_contact_once(services: Services, open_account: OpenAccount) -> None:
    """Reading until there is no cursor delivers everything, nothing twice."""
    open_account(
        register("first", [person(n) for n in range(25)]),
        register("second", [person(n) for n in range(100, 107)]),
    )
    body = BODY | {"registers": ["first", "second"], "page_size": 6}
    phones: list[str] = []

    for page in range(20):
        _, answer = post(services, body, key=f"page-{page}")
        assert len(answer["contacts"]) <= 6
        phones += [contact["phone"] for contact in answer["contacts"]]
        if answer["next_cursor"] is None:
            break
        body["cursor"] = answer["next_cursor"]

    assert len(phones) == len(set(phones)) == 32


def test_local_conditions_page_without_loss(services: Services, open_account: OpenAccount) -> None:
    """What we filter ourselves neither empties pages nor loses contacts."""
    men = [person(n, gender="male" if n % 7 == 0 else "female") for n in range(100)]
    open_account(register("first", men, native={"gender": "local"}))
    body = BODY | {"criteria": {"gender": {"in": ["male"]}}, "page_size": 4}
    sizes = []

    for page in range(20):
        _, answer = post(services, body, key=f"page-{page}")
        sizes.append(len(answer["contacts"]))
        if answer["next_cursor"] is None:
            break
        body["cursor"] = answer["next_cursor"]

    assert sizes[:3] == [4, 4, 4]
    assert sum(sizes) == 15


def test_a_duplicate_on_a_later_page_is_flagged(
    services: Services, open_account: OpenAccount
) -> None:
    """A contact that an earlier page delivered comes marked, so that nobody is called twice."""
    open_account(register("first", [person(1), person(2), person(1)]))

    _, first = post(services, BODY | {"page_size": 2})
    _, second = post(services, BODY | {"page_size": 2, "cursor": first["next_cursor"]}, key="two")

    assert [c["possible_duplicate"] for c in first["contacts"]] == [False, False]
    assert [c["possible_duplicate"] for c in second["contacts"]] == [True]


@pytest.mark.parametrize(
    "change",
    [
        {"criteria": {"language": {"in": ["sv"]}}},
        {"page_size": 3},
        {"registers": ["second"]},
        {"cursor": "k1.AAAA"},
        {"cursor": ""},
        {"cursor": "k9." + "A" * 40},
    ],
)
def test_a_cursor_is_bound_to_its_search(
    services: Services, open_account: OpenAccount, change: dict[str, Any]
) -> None:
    """A cursor of another search, or none of ours, is refused."""
    open_account(register("first", [person(n) for n in range(5)]), register("second", []))
    _, first = post(services, BODY | {"page_size": 2})

    body = BODY | {"page_size": 2, "cursor": first["next_cursor"]} | change
    status, problem = post(services, body, key="two")

    assert (status, problem["code"]) == (422, "cursor_invalid")


def test_a_cursor_is_bound_to_its_account_and_expires(
    services: Services, open_account: OpenAccount, clock: SetClock
) -> None:
    """Nobody else can go on with it, and nobody after 15 minutes."""
    source = register("first", [person(n) for n in range(5)])
    open_account(source)
    open_account(source, account_id="stranger")
    _, first = post(services, BODY | {"page_size": 2})
    body = BODY | {"page_size": 2, "cursor": first["next_cursor"]}

    assert post(services, body, key="two", who="stranger")[1]["code"] == "cursor_invalid"
    clock.move(15 * 60)
    assert post(services, body, key="three")[1]["code"] == "cursor_invalid"


@pytest.fixture
def unusable(services: Services, open_account: OpenAccount) -> list[str]:
    """Registers of a contract, the first of which was never entered, or has lost its secret."""
    account = open_account(register("second", [person(1)]))
    services.accounts.add_register(account.id, "first", by="operator")
    return ["first", "second"]


def test_a_register_that_cannot_be_used_costs_the_others_nothing(
    services: Services, unusable: list[str]
) -> None:
    """It is told as what it is; the others deliver, and their plan can be asked for."""
    _, answer = post(services, BODY | {"registers": unusable})
    _, planned = post(services, BODY | {"registers": unusable, "explain": True}, key="two")

    told = [(each["register"], each["state"], each["code"]) for each in answer["sources"]]
    assert told == [("first", "error", "register_misconfigured"), ("second", "ok", None)]
    assert (len(answer["contacts"]), answer["complete"]) == (1, False)
    assert [(each["register"], each["code"]) for each in planned["plan"]] == [
        ("first", "register_misconfigured"),
        ("second", None),
    ]


def test_if_no_register_can_be_used_the_service_is_unavailable(
    services: Services, unusable: list[str]
) -> None:
    """That is no fault of the request."""
    status, problem = post(services, BODY | {"registers": unusable[:1]})

    assert (status, problem["code"]) == (503, "unavailable")


def test_one_failing_source_leaves_the_others(
    services: Services, open_account: OpenAccount
) -> None:
    """Each source has its own status, and what is there is delivered."""
    open_account(
        register("first", [person(1)], errors=[RegisterUnavailable()]),
        register("second", [person(2)], errors=[RegisterRateLimited(retry_after=7)]),
        register("third", [person(3)]),
    )

    status, answer = post(services, BODY | {"registers": ["first", "second", "third"]})

    told = [(s["state"], s["code"], s["retryable"], s["retry_after"]) for s in answer["sources"]]
    assert status == 200
    assert told == [
        ("error", "register_unavailable", True, None),
        ("rate_limited", "register_rate_limited", True, 7),
        ("ok", None, False, None),
    ]
    assert [contact["name"]["first"] for contact in answer["contacts"]] == ["Testi3"]
    assert answer["next_cursor"] is not None


def test_reading_to_the_end_ends_although_a_source_is_dead(
    services: Services, open_account: OpenAccount
) -> None:
    """A caller that follows cursors comes to an end, even if a source never answers."""
    dead = [RegisterUnavailable() for _ in range(100)]
    open_account(register("first", [], errors=dead))
    body: dict[str, Any] = dict(BODY)

    for page in range(4):
        _, answer = post(services, body, key=f"page-{page}")
        if answer["next_cursor"] is None:
            break
        body["cursor"] = answer["next_cursor"]

    assert answer["next_cursor"] is None
    assert page == 2


def test_a_failure_of_an_adapter_is_its_sources_only(
    services: Services, open_account: OpenAccount
) -> None:
    """A fault in one adapter costs its source, not the search."""
    broken = register("first", [person(1)])
    broken.fetch = None  # type: ignore[assignment,method-assign]
    open_account(broken, register("second", [person(2)]))

    status, answer = post(services, BODY | {"registers": ["first", "second"]})

    assert (status, answer["sources"][0]["code"]) == (200, "register_failed")
    assert len(answer["contacts"]) == 1


def test_a_hanging_source_costs_the_deadline_and_no_contact(
    services: Services, open_account: OpenAccount
) -> None:
    """All healthy contacts are delivered by the deadline, the hanging one has its status."""
    services.clock = SystemClock()
    open_account(
        register("first", [person(1)], delay=3.0),
        *(register(f"other_{n}", [person(n + 10)]) for n in range(4)),
    )
    names = ["first", *(f"other_{n}" for n in range(4))]
    started = time.monotonic()

    status, answer = post(services, BODY | {"registers": names})

    assert status == 200
    assert time.monotonic() - started < 1.8
    assert len(answer["contacts"]) == 4
    assert [source["state"] for source in answer["sources"]] == ["timeout", *["ok"] * 4]


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


def test_a_sole_traders_address_stays_inside(services: Services, open_account: OpenAccount) -> None:
    """A person in trade often works at home; a company of unknown form may be such a person."""
    traders = [company(1, legal_form="ENK"), company(2, legal_form=None)]
    open_account(register("first", traders, kind="business", native={}))

    _, answer = post(services, BODY | {"purpose": "telemarketing_b2b"})

    assert [contact["visiting_address"] for contact in answer["contacts"]] == [None, None]


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
