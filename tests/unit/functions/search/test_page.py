"""What a search tells of its sources, and what becomes of it where one fails."""

import time

import pytest

from leadcloud.clock import SystemClock
from leadcloud.registers.condition import LIST_OPERATORS
from leadcloud.registers.interface import Capability, RegisterRateLimited, RegisterUnavailable
from leadcloud.wiring import Services
from tests.contacts import OpenAccount, company, person, register
from tests.gateway_event import faults_in
from tests.searches import BODY, post


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


def test_of_a_register_without_industries_no_classification_is_told(
    services: Services, open_account: OpenAccount
) -> None:
    """There another code would be of no use."""
    open_account(register("first", [company(1)], kind="business", native={}))
    body = BODY | {"purpose": "telemarketing_b2b", "criteria": {"industry": {"in": ["47111"]}}}

    _, problem = post(services, body)

    assert faults_in(problem) == [("criteria.industry", "criterion_unsupported")]
    assert "try" not in problem["errors"][0]["detail"]


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
