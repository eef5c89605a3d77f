"""The operator switches parts of a register off at run time, and the audit trail says so (M12)."""

from typing import Any

import pytest

from functions.search.handler import api
from leadcloud.audit import events_of
from leadcloud.registers.contact import DecisionMaker
from leadcloud.wiring import Services
from tests.contacts import OpenAccount, company, person, register
from tests.gateway_event import gateway_event, status_and_body


def call(
    services: Services, method: str, path: str, body: Any = None, *, scopes: str = "operator"
) -> tuple[int, Any]:
    """Call the API and return status and answer."""
    key = str(abs(hash(str(body))))
    event = gateway_event(method, path, body, key=key, key_id="key-7", scopes=scopes)
    return status_and_body(api.answer(event, services))


def switch(services: Services, name: str, **policy: Any) -> tuple[int, Any]:
    """Put a policy in force."""
    return call(services, "PUT", f"/v1/operator/registers/{name}/policy", policy)


def search(services: Services, *names: str, **body: Any) -> tuple[int, Any]:
    """Search as the customer."""
    asked = {"purpose": "telemarketing_b2c", "registers": names, "criteria": {}} | body
    return call(services, "POST", "/v1/search", asked, scopes="search")


def test_a_register_switched_off_is_skipped_and_not_listed(
    services: Services, open_account: OpenAccount
) -> None:
    """This holds at once and for all accounts; the others deliver."""
    open_account(register("first", [person(1)]), register("second", [person(2)]))
    assert switch(services, "first", enabled=False)[0] == 200

    _, answer = search(services, "first", "second")

    told = {source["register"]: (source["state"], source["code"]) for source in answer["sources"]}
    assert told == {"first": ("skipped", "register_switched_off"), "second": ("ok", None)}
    _, listed = call(services, "GET", "/v1/registers", scopes="search")
    assert [each["id"] for each in listed["registers"]] == ["second"]


@pytest.mark.parametrize(
    "policy",
    [{"enabled": False}, {"purposes_off": ["telemarketing_b2c"]}, {"criteria_off": ["gender"]}],
)
def test_what_is_switched_off_is_off_for_a_search_under_way(
    services: Services, open_account: OpenAccount, policy: dict[str, Any]
) -> None:
    """The next page reads nothing of it, though the cursor was given before."""
    open_account(
        *(
            register(name, [person(first + n) for n in range(8)])
            for name, first in (("first", 0), ("second", 10))
        )
    )
    asked = {"criteria": {"gender": {"in": ["female"]}}, "page_size": 4}
    _, begun = search(services, "first", "second", **asked)
    switch(services, "first", **policy)

    _, answer = search(services, "first", "second", cursor=begun["next_cursor"], **asked)

    told = {
        source["register"]: (source["state"], source["returned"]) for source in answer["sources"]
    }
    assert told == {"first": ("skipped", 0), "second": ("ok", 4)}
    assert len(answer["sources"]) == 2
    assert answer["complete"] is False
    assert {contact["register"] for contact in answer["contacts"]} == {"second"}


def test_a_register_without_its_secret_can_be_switched_off(services: Services) -> None:
    """Or it would be on as soon as the secret is there."""
    record = {"adapter": "directory_api", "manifest": "demo_directory_consumers"}
    services.registers.put("demo_directory_consumers", record)
    assert services.registers.register("demo_directory_consumers") is None

    status, _ = switch(services, "demo_directory_consumers", enabled=False)

    assert status == 200


def test_if_all_are_switched_off_the_search_is_refused(
    services: Services, open_account: OpenAccount
) -> None:
    """The reason is told; the answer is never an empty one."""
    open_account(register("first", [person(1)]))
    switch(services, "first", purposes_off=["telemarketing_b2c"])

    status, problem = search(services, "first")

    assert (status, problem["errors"][0]["code"]) == (422, "register_switched_off")


def test_a_criterion_switched_off_cannot_be_searched_by(
    services: Services, open_account: OpenAccount
) -> None:
    """It is refused, and no longer listed."""
    open_account(register("first", [person(1)]))
    switch(services, "first", criteria_off=["gender"])

    status, problem = search(services, "first", criteria={"gender": {"in": ["male"]}})

    assert (status, problem["code"]) == (422, "criterion_unsupported")
    _, listed = call(services, "GET", "/v1/registers", scopes="search")
    assert "gender" not in listed["registers"][0]["criteria"]


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("consumer", "phone_type"),
        ("consumer", "language"),
        ("consumer", "postal_code"),
        ("consumer", "municipality"),
        ("business", "industry_code"),
        ("business", "legal_form"),
        ("business", "phone"),
        ("business", "visiting_address"),
        ("business", "decision_makers"),
    ],
)
def test_a_field_switched_off_is_not_delivered(
    services: Services, open_account: OpenAccount, kind: str, field: str
) -> None:
    """It is null, or an empty list, and was not before."""
    makers = (DecisionMaker(name="Testi Synteettinen", role="ceo", phone=None),)
    business = company(1, phone="+358457000001", decision_makers=makers)
    contact = person(1) if kind == "consumer" else business
    open_account(register("first", [contact], kind=kind, native={}))
    purpose = "telemarketing_b2c" if kind == "consumer" else "telemarketing_b2b"
    _, before = search(services, "first", purpose=purpose, page_size=7)

    switch(services, "first", fields_off=[field])
    _, after = search(services, "first", purpose=purpose, page_size=8)

    assert before["contacts"][0][field]
    assert not after["contacts"][0][field]


def test_each_change_stands_in_the_audit_trail(
    services: Services, open_account: OpenAccount
) -> None:
    """Who, when and what, chained; and switching back on is a change like any other."""
    open_account(register("first", []))
    switch(services, "first", enabled=False)
    switch(services, "first")

    events = list(events_of(services.store, "register:first"))

    assert [(each.event, each.details["enabled"], each.details["by"]) for each in events] == [
        ("policy_changed", False, "key-7"),
        ("policy_changed", True, "key-7"),
    ]
    assert events[1].previous == events[0].hash


@pytest.mark.parametrize(
    "policy",
    [
        {"criteria_off": ["shoe_size"]},
        {"fields_off": ["phone"]},
        {"fields_off": ["street"]},
        {"purposes_off": ["home_visit"]},
        {"enabled": "no"},
    ],
)
def test_a_policy_that_means_nothing_is_refused(
    services: Services, open_account: OpenAccount, policy: dict[str, Any]
) -> None:
    """A switch that does not exist would give a false sense of safety."""
    open_account(register("first", []))

    assert switch(services, "first", **policy)[0] == 422


def test_only_the_operator_switches(services: Services, open_account: OpenAccount) -> None:
    """No other scope may, and only registers that exist can be switched."""
    open_account(register("first", []))
    path = "/v1/operator/registers/first/policy"

    assert call(services, "PUT", path, {}, scopes="search")[0] == 403
    assert switch(services, "nowhere")[0] == 404
