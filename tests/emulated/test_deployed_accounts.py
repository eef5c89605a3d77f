"""Money and accounts through the deployed service."""

from decimal import Decimal
from typing import Any

import pytest

from tests.emulated.conftest import Deployed

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

WANTED: dict[str, Any] = {
    "purpose": "telemarketing_b2c",
    "registers": ["demo_own_customers"],
    "criteria": {"municipality": {"in": ["092"]}},
}


def balance(deployed: Deployed, key: str) -> Decimal:
    """Return what the account of a key has."""
    answer = deployed.api.get("/v1/account", headers={"X-API-Key": key})
    assert answer.status_code == 200, answer.text
    return Decimal(answer.json()["balance"]["amount"])


def test_a_search_costs_what_was_quoted_at_most(deployed: Deployed) -> None:
    """Quote, reservation, delivery and ledger: what is charged is missing from the balance."""
    key = deployed.keys["customer"]
    headers = {"X-API-Key": key}
    quote = deployed.api.post("/v1/search/quotes", json=WANTED, headers=headers)
    assert quote.status_code == 200, quote.text
    before = balance(deployed, key)
    answer = deployed.api.post(
        "/v1/search",
        json={**WANTED, "quote_id": quote.json()["quote_id"], "page_size": 5},
        headers={**headers, "Idempotency-Key": "a-quoted-search"},
    )
    assert answer.status_code == 200, answer.text
    charged = Decimal(answer.json()["charge"]["amount"])
    assert charged <= Decimal(quote.json()["max_charge"]["amount"])
    assert before - balance(deployed, key) == charged
    assert deployed.api.get("/v1/usage", headers=headers).status_code == 200


def test_a_key_is_good_from_its_issue_to_its_end(deployed: Deployed) -> None:
    """A reseller opens a sub-account, whose new key opens the door until it is revoked."""
    headers = {"X-API-Key": deployed.keys["reseller"]}
    opened = deployed.api.post(
        "/v1/sub-accounts",
        json={"name": "Emulated sub-account (synthetic)", "registers": []},
        headers={**headers, "Idempotency-Key": "a-sub-account"},
    )
    assert opened.status_code in {200, 201}, opened.text
    issued = deployed.api.post(
        "/v1/api-keys",
        json={"name": "Of a test", "scopes": ["buildings"]},
        headers={**headers, "Idempotency-Key": "a-key"},
    )
    assert issued.status_code in {200, 201}, issued.text
    new = issued.json()
    path = "/v1/buildings/collections"
    assert deployed.api.get(path, headers={"X-API-Key": new["key"]}).status_code == 200
    revoked = deployed.api.delete(f"/v1/api-keys/{new['id']}", headers=headers)
    assert revoked.status_code in {200, 204}, revoked.text


def test_what_the_clock_calls_finds_nothing_to_do(deployed: Deployed) -> None:
    """The sweeper reads the open reservations and finds none dead; no hour is to be reported."""
    deployed.emulator.call("accounts.metering", {"step": "report"})
    deployed.emulator.call("accounts.sweeper", {"step": "sweep"})
    assert any('"RESERVATIONS_SWEPT"' in line for line in deployed.log_lines())


def test_whom_we_speak_with_is_forgotten_when_nobody_is_named(deployed: Deployed) -> None:
    """Contact persons are named, shown, and gone when an empty list replaces them."""
    headers = {"X-API-Key": deployed.keys["customer"]}
    path = "/v1/account/contact-persons"
    person = {
        "name": "Testi Synteettinen",
        "matter": "billing",
        "email": "synteettinen@customer.example",
    }
    for named in ([person], []):
        answer = deployed.api.put(path, json={"contact_persons": named}, headers=headers)
        assert answer.status_code == 200, answer.text
        shown = deployed.api.get(path, headers=headers).json()["contact_persons"]
        assert len(shown) == len(named)
