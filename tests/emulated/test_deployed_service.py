"""Requests through API Gateway, authorizer, Lambda and DynamoDB, as they are deployed."""

import json
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from tests.emulated.conftest import Deployed

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

SEARCH: dict[str, Any] = {
    "purpose": "telemarketing_b2c",
    "registers": ["demo_own_customers"],
    "criteria": {"municipality": {"in": ["092"]}},
    "page_size": 3,
}


def test_a_search_delivers_contacts(deployed: Deployed) -> None:
    """From the key to a contact out of the customer's own database, each hop is the deployed one."""
    headers = {"X-API-Key": deployed.keys["customer"], "Idempotency-Key": "a-search"}
    answer = deployed.api.post("/v1/search", json=SEARCH, headers=headers)
    assert answer.status_code == 200, answer.text
    assert [each["municipality"] for each in answer.json()["contacts"]] == ["092"] * 3
    assert [each["state"] for each in answer.json()["sources"]] == ["ok"]


def test_a_search_knows_the_buildings(deployed: Deployed) -> None:
    """The search carries the building database: those in blocks of flats are found, and only they."""
    criteria = {**SEARCH["criteria"], "building_type": {"in": ["block_of_flats"]}}
    headers = {"X-API-Key": deployed.keys["customer"], "Idempotency-Key": "about-buildings"}
    answer = deployed.api.post("/v1/search", json={**SEARCH, "criteria": criteria}, headers=headers)
    assert answer.status_code == 200, answer.text
    contacts = answer.json()["contacts"]
    assert contacts
    assert {each["building"]["type"] for each in contacts} == {"block_of_flats"}


def test_the_look_up_answers_from_the_same_release(deployed: Deployed) -> None:
    """The buildings' function has the database, too, and pages through it."""
    headers = {"X-API-Key": deployed.keys["customer"]}
    path = "/v1/buildings/collections/buildings/items"
    page = deployed.api.get(path, params={"limit": 2, "use": "sauna"}, headers=headers)
    assert page.status_code == 200, page.text
    assert page.json()["numberReturned"] == 2


def test_a_search_goes_on_where_the_page_ended(deployed: Deployed) -> None:
    """The cursor that one call sealed, another opens: both have the deployed secrets."""
    headers = {"X-API-Key": deployed.keys["customer"]}
    first = deployed.api.post(
        "/v1/search", json=SEARCH, headers={**headers, "Idempotency-Key": "page-1"}
    ).json()
    second = deployed.api.post(
        "/v1/search",
        json={**SEARCH, "cursor": first["next_cursor"]},
        headers={**headers, "Idempotency-Key": "page-2"},
    ).json()
    phones = [each["phone"] for each in (*first["contacts"], *second["contacts"])]
    assert len(set(phones)) == 6


def test_a_repeated_search_has_one_effect(deployed: Deployed) -> None:
    """The Idempotency-Key is remembered in the table: with another body it is refused."""
    headers = {"X-API-Key": deployed.keys["customer"], "Idempotency-Key": "used-twice"}
    deployed.api.post("/v1/search", json=SEARCH, headers=headers)
    again = deployed.api.post("/v1/search", json={**SEARCH, "page_size": 4}, headers=headers)
    assert (again.status_code, again.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("key", [None, "lc_aaaaaaaaaaaa_" + "a" * 32, "no key at all"])
def test_without_a_good_key_the_gateway_refuses(deployed: Deployed, key: str | None) -> None:
    """401 as a problem document of ours, though no function of ours was asked."""
    answer = deployed.api.get("/v1/registers", headers={"X-API-Key": key} if key else {})
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "unauthenticated"
    assert answer.json()["request_id"]


def test_a_key_for_other_things_is_refused(deployed: Deployed) -> None:
    """403 by the guard: the authorizer says who it is, and the function what that allows."""
    headers = {"X-API-Key": deployed.keys["operator"]}
    answer = deployed.api.get("/v1/registers", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def test_an_unknown_path_is_answered_by_us(deployed: Deployed) -> None:
    """404 as a problem document, at whatever depth."""
    for path in ("/nowhere", "/v1", "/v1/search/nowhere"):
        answer = deployed.api.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_wrong_method_is_told_the_right_ones(deployed: Deployed) -> None:
    """405 with Allow, even without a key."""
    answer = deployed.api.delete("/v1/registers")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_head_is_authorized_as_get_is(deployed: Deployed) -> None:
    """HEAD on a route with a scope needs the key, and answers without a body."""
    headers = {"X-API-Key": deployed.keys["customer"]}
    assert deployed.api.head("/v1/registers").status_code == 401
    answer = deployed.api.head("/v1/registers", headers=headers)
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_broken_body_is_seen_as_it_was_sent(deployed: Deployed) -> None:
    """Bytes that are no UTF-8 reach the guard, and are refused there."""
    headers = {
        "X-API-Key": deployed.keys["customer"],
        "Idempotency-Key": "broken",
        "Content-Type": "application/json",
    }
    answer = deployed.api.post("/v1/search", content=b'{"purpose": "\xff"}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "body_unreadable")


def test_the_canary_sings(deployed: Deployed) -> None:
    """It finds the deployed service well, through the front door and with its own key."""
    deployed.emulator.call("canary", {"step": "try_out"})
    events = [json.loads(line) for line in deployed.log_lines() if line.startswith("{")]
    assert "CANARY_PASSED" in {event["message"] for event in events}


def test_the_pages_lead_to_each_other_below_the_stage(deployed: Deployed) -> None:
    """From the first page to the reference and its scripts, all below the stage's path."""
    stage = urlsplit(str(deployed.api.base_url)).path.rstrip("/")
    for path in ("/", "/docs"):
        page = deployed.api.get(path).text
        links = re.findall(r'(?:href|src)="([^"#]+)"', page)
        assert links
        for link in links:
            there = urljoin(f"{stage}{path}", link)
            assert there.startswith(f"{stage}/")
            assert deployed.api.get(there.removeprefix(stage)).status_code == 200


def test_a_prediction_tells_age_groups(deployed: Deployed) -> None:
    """From the tables of the deployed layer, for contacts of a register that the account may search."""
    body = {
        "register": "demo_own_customers",
        "records": [{"ref": "1", "first_name": "Aino"}, {"ref": "2", "first_name": "Pentti"}],
    }
    answer = deployed.api.post(
        "/v1/predict-age", json=body, headers={"X-API-Key": deployed.keys["customer"]}
    )
    assert answer.status_code == 200, answer.text
    assert [each["ref"] for each in answer.json()["predictions"]] == ["1", "2"]
    assert answer.json()["model"]["country"] == "FI"


def test_a_cohort_next_to_another_is_refused(deployed: Deployed) -> None:
    """The log of cohorts is in the table: one person less than before is told nothing, and forgotten."""
    names = (
        first + last
        for first in "ABCDEFGHI"
        for last in ("ino", "rja", "lli", "nna", "sko", "rmo", "ija", "sse", "tta", "uri")
    )
    records = [{"ref": str(number), "first_name": name} for number, name in enumerate(names)]
    headers = {"X-API-Key": deployed.keys["customer"]}

    def summary(chosen: list[dict[str, str]]) -> Any:
        body = {"register": "demo_own_customers", "records": chosen}
        return deployed.api.post("/v1/predict-age/summary", json=body, headers=headers)

    first = summary(records)
    assert first.status_code == 200, first.text
    assert summary(records[1:]).json()["code"] == "cohort_too_small"


def test_a_building_is_found_by_its_address_and_by_its_identifier(deployed: Deployed) -> None:
    """A suggestion, the features at it, and one of them by name; links lead below the stage."""
    headers = {"X-API-Key": deployed.keys["customer"]}
    root = "/v1/buildings/collections/buildings/items"
    (feature,) = deployed.api.get(root, params={"limit": 1}, headers=headers).json()["features"]
    street = feature["properties"]["street"]
    suggested = deployed.api.get("/v1/buildings/suggest", params={"q": street}, headers=headers)
    assert street in {each["street"] for each in suggested.json()["suggestions"]}
    one = deployed.api.get(f"{root}/{feature['id']}", headers=headers).json()
    assert one["properties"] == feature["properties"]
    stage = urlsplit(str(deployed.api.base_url)).path.rstrip("/")
    assert all(
        urlsplit(each["href"]).path.startswith(f"{stage}/v1/")
        for each in one["links"]
        if each["rel"] != "license"
    )
