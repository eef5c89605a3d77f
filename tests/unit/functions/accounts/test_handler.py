"""Accounts, keys and sub-accounts over the API."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.accounts.handler import api
from functions.accounts.keys import MOST_KEYS
from leadcloud.accounts.account import CURRENT_TERMS, Account
from leadcloud.accounts.key import id_in
from leadcloud.clock import SetClock, rfc3339
from leadcloud.wiring import Services
from tests.gateway_event import faults_in, gateway_event, status_and_body

RESELLER = Account(
    id="reseller",
    kind="reseller",
    name="Reseller",
    parent=None,
    registers=("directory", "business"),
    purposes=("telemarketing_b2c",),
    terms=CURRENT_TERMS,
)

Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def ask(services: Services) -> Ask:
    """Ask as a key of the reseller's, or of another account, with the scope admin."""
    services.accounts.open(RESELLER)
    services.accounts.open(replace(RESELLER, id="sub", kind="sub_account", parent="reseller"))
    services.accounts.open(replace(RESELLER, id="other_sub", kind="sub_account", parent="reseller"))
    services.accounts.open(replace(RESELLER, id="customer", kind="customer"))
    services.accounts.open(replace(RESELLER, id="operator", kind="operator"))

    def ask(
        method: str,
        path: str,
        body: Any = None,
        *,
        who: str = "reseller",
        scopes: str = "admin",
        query: dict[str, str] | None = None,
        key: str = "k",
    ) -> tuple[int, Any]:
        event = gateway_event(
            method, path, body, query=query, account_id=who, key_id=key, scopes=scopes
        )
        return status_and_body(api.answer(event, services))

    return ask


def test_any_key_may_see_its_account(ask: Ask) -> None:
    """A key without the scope admin is told its account, and what it is itself good for."""
    status, account = ask("GET", "/v1/account", scopes="search billing")

    assert status == 200
    assert account == {
        "id": "reseller",
        "kind": "reseller",
        "name": "Reseller",
        "contract": {
            "registers": ["directory", "business"],
            "purposes": ["telemarketing_b2c"],
        },
        "terms": {"current": CURRENT_TERMS, "accepted": CURRENT_TERMS},
        "settings": {"age_groups": "seven"},
        "balance": {"amount": "0.00", "currency": "EUR"},
        "reserved": {"amount": "0.00", "currency": "EUR"},
        "cap": None,
        "key_id": "k",
        "scopes": ["billing", "search"],
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/v1/account"),
        ("GET", "/v1/account/contact-persons"),
        ("PUT", "/v1/account/contact-persons"),
        ("POST", "/v1/sub-accounts"),
        ("GET", "/v1/sub-accounts"),
        ("POST", "/v1/api-keys"),
        ("GET", "/v1/api-keys"),
        ("DELETE", "/v1/api-keys/aaaaaaaaaaaa"),
    ],
)
def test_managing_needs_the_scope_admin(ask: Ask, method: str, path: str) -> None:
    """A key that searches cannot make itself another."""
    status, problem = ask(method, path, {}, scopes="search predict buildings billing operator")

    assert (status, problem["code"]) == (403, "scope_missing")


def test_the_terms_are_accepted_by_naming_their_version(ask: Ask, services: Services) -> None:
    """Accepting others than the current ones is a fault, so nobody accepts what he did not see."""
    services.accounts.open(replace(RESELLER, id="new", kind="customer", terms=None))

    status, problem = ask("PATCH", "/v1/account", {"accept_terms": "2018-05-25"}, who="new")
    assert (status, faults_in(problem)) == (422, [("accept_terms", "terms_not_current")])
    _, account = ask("PATCH", "/v1/account", {"accept_terms": CURRENT_TERMS}, who="new")

    assert account["terms"]["accepted"] == CURRENT_TERMS
    assert services.accounts.bound_by_terms(services.accounts.account("new"))


def test_an_account_chooses_its_age_groups(ask: Ask, services: Services) -> None:
    """The choice is kept, and nothing else of the account changes."""
    before = ask("GET", "/v1/account", scopes="admin")[1]
    _, account = ask("PATCH", "/v1/account", {"age_groups": "four"})

    assert account == before | {"settings": {"age_groups": "four"}}
    assert ask("PATCH", "/v1/account", {})[1] == account
    assert ask("PATCH", "/v1/account", {"age_groups": "twelve"})[0] == 422


PERSON = {
    "name": "Testi Synteettinen",
    "matter": "contract",
    "email": "testi@synthetic.example",
    "phone": "+358457000001",
}


def test_an_account_names_whom_to_speak_with(ask: Ask) -> None:
    """It sees its own persons only; a reseller sees none of its sub-accounts'."""
    path = "/v1/account/contact-persons"
    assert ask("GET", path) == (200, {"contact_persons": []})
    named = {"contact_persons": [PERSON, PERSON | {"matter": "billing", "phone": None}]}

    assert ask("PUT", path, named, who="sub") == (200, named)
    assert ask("GET", path, who="sub") == (200, named)
    assert ask("GET", path, who="reseller") == (200, {"contact_persons": []})
    assert ask("PUT", path, {"contact_persons": []}, who="sub")[1] == {"contact_persons": []}


@pytest.mark.parametrize(
    "wrong",
    [
        PERSON | {"email": "testi"},
        PERSON | {"email": "testi@synthetic"},
        PERSON | {"email": "testi@synthetic.example\nBcc: x@y.example"},
        PERSON | {"phone": "0457000001"},
        PERSON | {"phone": "+358\u0664570000001"},
        PERSON | {"matter": "gossip"},
        PERSON | {"birth_date": "1980-01-01"},
        PERSON | {"name": ""},
    ],
)
def test_a_persons_faults_are_told_and_not_quoted(ask: Ask, wrong: dict[str, Any]) -> None:
    """No problem holds a name, an address or a number."""
    status, problem = ask("PUT", "/v1/account/contact-persons", {"contact_persons": [wrong] * 11})

    assert status == 422
    for quoted in ("Testi", "testi@", "457000001"):
        assert quoted not in json.dumps(problem)


def test_a_suspended_account_is_refused(ask: Ask, services: Services) -> None:
    """Where its authorization is remembered, the function still notices."""
    services.accounts.suspend("reseller", by="operator")

    for who in ("reseller", "sub"):
        assert ask("GET", "/v1/account", who=who)[1]["code"] == "account_suspended"
        assert ask("GET", "/v1/api-keys", who=who)[0] == 403


def test_a_sub_account_has_what_its_reseller_has(ask: Ask, services: Services) -> None:
    """It may search what its reseller may, unless less is said."""
    status, whole = ask("POST", "/v1/sub-accounts", {"name": "Sub"})
    assert status == 201
    assert whole["contract"] == {
        "registers": ["directory", "business"],
        "purposes": ["telemarketing_b2c"],
    }
    assert whole["terms"]["accepted"] is None
    _, part = ask(
        "POST",
        "/v1/sub-accounts",
        {
            "name": "Part",
            "registers": ["directory"],
            "cap_month": {"amount": "100.50", "currency": "EUR"},
            "accept_terms": CURRENT_TERMS,
            "age_groups": "four",
        },
    )
    assert part["contract"]["registers"] == ["directory"]
    assert part["cap_month"] == {"amount": "100.50", "currency": "EUR"}
    assert part["settings"] == {"age_groups": "four"}

    assert services.accounts.lineage(part["id"])[1:] == (RESELLER,)
    listed = ask("GET", "/v1/sub-accounts")[1]["sub_accounts"]
    assert [each for each in listed if each["id"] == part["id"]] == [part]
    assert len(listed) == 4


def test_a_sub_account_cannot_have_more(ask: Ask) -> None:
    """All that is too much is told at once, and nothing is opened."""
    body = {
        "name": "Too much",
        "registers": ["directory", "secret_register"],
        "purposes": ["telemarketing_b2b"],
        "accept_terms": "old",
    }
    status, problem = ask("POST", "/v1/sub-accounts", body)

    assert status == 422
    assert faults_in(problem) == [
        ("accept_terms", "terms_not_current"),
        ("registers.1", "not_in_contract"),
        ("purposes.0", "not_in_contract"),
    ]
    assert len(ask("GET", "/v1/sub-accounts")[1]["sub_accounts"]) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"name": ""},
        {"name": " x"},
        {"name": "x" * 81},
        {"name": "x\ny"},
        {"name": "x", "cap_month": {"amount": "-1.00", "currency": "EUR"}},
        {"name": "x", "cap_month": {"amount": "1e3", "currency": "EUR"}},
        {"name": "x", "cap_month": {"amount": "\u0661.00", "currency": "EUR"}},
        {"name": "x", "cap_month": {"amount": "1.00", "currency": "USD"}},
        {"name": "x", "cap_month": "1.00"},
        {"name": "x", "parent": "reseller"},
        {"name": "x", "tier": "unbraked"},
    ],
)
def test_a_sub_accounts_faults_are_refused(ask: Ask, wrong: dict[str, Any]) -> None:
    """Nobody gives himself another parent or a faster tier."""
    assert ask("POST", "/v1/sub-accounts", wrong)[0] == 422


@pytest.mark.parametrize("who", ["customer", "sub", "operator"])
def test_only_a_reseller_has_sub_accounts(ask: Ask, who: str) -> None:
    """Any other account is told that it is no reseller."""
    for method in ("POST", "GET"):
        status, problem = ask(method, "/v1/sub-accounts", {"name": "Sub"}, who=who)
        assert (status, problem["code"]) == (403, "not_reseller")


def test_sub_accounts_are_listed_page_by_page(ask: Ask, services: Services) -> None:
    """To the end, each once; and the cursor opens for nobody else."""
    for number in range(105):
        services.accounts.open(
            replace(RESELLER, id=f"sub_{number:03}", kind="sub_account", parent="reseller")
        )
    services.accounts.open(replace(RESELLER, id="rival"))
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(2):
        _, page = ask("GET", "/v1/sub-accounts", query={"cursor": cursor} if cursor else {})
        seen += [each["id"] for each in page["sub_accounts"]]
        cursor = page["next_cursor"]
        if cursor:
            status, problem = ask("GET", "/v1/sub-accounts", query={"cursor": cursor}, who="rival")
            assert (status, problem["code"]) == (422, "cursor_invalid")

    assert (len(seen), len(set(seen)), cursor) == (107, 107, None)
    assert ask("GET", "/v1/sub-accounts", query={"cursor": "k1.AAAA"})[0] == 422


def test_a_key_is_shown_once(ask: Ask, services: Services) -> None:
    """It works, and afterwards there is only what is not secret."""
    status, issued = ask("POST", "/v1/api-keys", {"name": "Dialler", "scopes": ["search"]})

    assert status == 201
    key = issued.pop("key")
    holder = services.doorkeeper.recognise(key)
    assert holder
    assert holder.account.id == "reseller"
    assert issued["id"] == id_in(key)
    (listed,) = ask("GET", "/v1/api-keys")[1]["api_keys"]
    assert {**listed, "last_used_on": None} == issued
    assert key.rpartition("_")[2] not in json.dumps(listed)


def test_a_reseller_manages_its_sub_accounts_keys(ask: Ask, services: Services) -> None:
    """And a sub-account its own, but not its reseller's or its sister's."""
    body = {"name": "Sub's", "scopes": ["search", "admin"], "account": "sub"}
    _, issued = ask("POST", "/v1/api-keys", body)
    assert issued["account"] == "sub"
    assert services.keys.key(issued["id"])
    theirs = ask("GET", "/v1/api-keys", query={"account": "sub"})[1]["api_keys"]
    assert [key["id"] for key in theirs] == [issued["id"]]
    own = ask("POST", "/v1/api-keys", {"name": "Mine", "scopes": ["search"]})[1]

    for stranger in ("sub", "other_sub", "customer"):
        status, problem = ask("POST", "/v1/api-keys", body | {"account": "reseller"}, who=stranger)
        assert (status, faults_in(problem)) == (422, [("account", "account_unknown")])
        for account in ("reseller", "other_sub" if stranger != "other_sub" else "sub"):
            query = {"account": account}
            assert ask("GET", "/v1/api-keys", query=query, who=stranger)[0] == 404
        assert ask("DELETE", f"/v1/api-keys/{own['id']}", who=stranger)[0] == 404
    assert ask("DELETE", f"/v1/api-keys/{issued['id']}", who="other_sub")[0] == 404
    assert ask("DELETE", f"/v1/api-keys/{issued['id']}", who="sub")[0] == 200


def test_a_revoked_key_is_good_for_nothing(ask: Ask, services: Services, clock: SetClock) -> None:
    """Revoking twice is the same as once."""
    issued = ask("POST", "/v1/api-keys", {"name": "Lost", "scopes": ["search"]})[1]
    status, revoked = ask("DELETE", f"/v1/api-keys/{issued['id']}")
    assert (status, revoked["revoked_at"]) == (200, rfc3339(clock.now()))
    clock.move(60)

    assert ask("DELETE", f"/v1/api-keys/{issued['id']}") == (200, revoked)
    assert services.doorkeeper.recognise(issued["key"]) is None


def test_a_gateway_that_remembers_a_revoked_key_does_not_help_it(ask: Ask) -> None:
    """What the authorizer said of it before is not the last word."""
    issued = ask("POST", "/v1/api-keys", {"name": "Lost", "scopes": ["search"]})[1]
    assert ask("GET", "/v1/account", key=issued["id"])[0] == 200

    ask("DELETE", f"/v1/api-keys/{issued['id']}")

    status, problem = ask("GET", "/v1/account", key=issued["id"])
    assert (status, problem["code"]) == (401, "unauthenticated")
    assert ask("GET", "/v1/account")[0] == 200


@pytest.mark.parametrize("key_id", ["aaaaaaaaaaaa", "x" * 5000, "%00", "AAAAAAAAAAAA", "a#b"])
def test_a_key_that_is_not_there_is_not_found(ask: Ask, key_id: str) -> None:
    """An id that no key has is 404, whatever it looks like."""
    assert ask("DELETE", f"/v1/api-keys/{key_id}")[0] == 404


def test_a_new_key_replaces_an_old_one_with_an_overlap(
    ask: Ask, services: Services, clock: SetClock
) -> None:
    """So that no request fails while programs change over."""
    old = ask("POST", "/v1/api-keys", {"name": "Old", "scopes": ["search"]})[1]
    ends = clock.now() + timedelta(days=14)
    body = {
        "name": "New",
        "scopes": ["search"],
        "replaces": {"id": old["id"], "expires_at": rfc3339(ends)},
    }
    new = ask("POST", "/v1/api-keys", body)[1]

    assert services.doorkeeper.recognise(old["key"])
    clock.move(timedelta(days=14).total_seconds())
    assert services.doorkeeper.recognise(old["key"]) is None
    assert services.doorkeeper.recognise(new["key"])
    status, problem = ask("POST", "/v1/api-keys", body)
    assert (status, faults_in(problem)) == (422, [("replaces.id", "key_unknown")])


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"scopes": ["operator"]}, [("scopes.0", "not_for_account")]),
        ({"scopes": []}, [("scopes", "too_short")]),
        ({"scopes": ["root"]}, [("scopes.0", "literal_error")]),
        ({"expires_at": "2026-11-23T12:00:00Z"}, [("expires_at", "in_the_past")]),
        ({"expires_at": "2026-02-30T12:00:00Z"}, [("expires_at", "moment_form")]),
        ({"expires_at": "tomorrow"}, [("expires_at", "string_pattern_mismatch")]),
        ({"account": "nobody"}, [("account", "account_unknown")]),
        (
            {"replaces": {"id": "aaaaaaaaaaaa", "expires_at": "2027-12-31T00:00:00Z"}},
            [("replaces.id", "key_unknown"), ("replaces.expires_at", "out_of_range")],
        ),
    ],
)
def test_a_keys_faults_are_told(
    ask: Ask, services: Services, changes: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    """All at once, and no key is issued."""
    status, problem = ask("POST", "/v1/api-keys", {"name": "x", "scopes": ["search"]} | changes)

    assert (status, faults_in(problem)) == (422, faults)
    assert list(services.keys.keys_of("reseller")) == []


def test_an_operators_keys_are_good_for_operating_only(ask: Ask) -> None:
    """An operator has no contract to search under."""
    body = {"name": "x", "scopes": ["operator", "search"]}
    status, problem = ask("POST", "/v1/api-keys", body, who="operator")

    assert (status, faults_in(problem)) == (422, [("scopes.1", "not_for_account")])


def test_good_keys_are_bounded(ask: Ask, services: Services) -> None:
    """Those that are no longer good do not count."""
    body = {"name": "x", "scopes": ["search"]}
    issued = [ask("POST", "/v1/api-keys", body)[1]["id"] for _ in range(MOST_KEYS)]
    status, problem = ask("POST", "/v1/api-keys", body)
    assert (status, faults_in(problem)) == (422, [("", "too_many_keys")])

    ask("DELETE", f"/v1/api-keys/{issued[0]}")

    assert ask("POST", "/v1/api-keys", body)[0] == 201
