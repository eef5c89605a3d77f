"""Usage, statements and balances over the API."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from functions.accounts import usage_message
from functions.accounts.handler import api
from leadcloud.accounts.order import Order
from leadcloud.accounts.price import payers
from leadcloud.clock import SetClock
from leadcloud.wiring import Services
from tests.gateway_event import gateway_event
from tests.ledgers import PRICES, RESELLER, buy, open_accounts

DAY = 86_400

Ask = Callable[..., tuple[int, Any]]


def euros(amount: str) -> dict[str, str]:
    """Return an amount as the API writes it."""
    return {"amount": amount, "currency": "EUR"}


@pytest.fixture
def answer(services: Services) -> Callable[..., dict[str, Any]]:
    """Ask as a key of an account, and return the gateway's answer."""
    open_accounts(services)
    buy(services, "sub", {"directory": 10})
    buy(services, "sub_2", {"directory": 1})
    buy(services, "customer", {"business": 2})

    def answer(
        path: str, *, who: str, scopes: str = "billing", accept: str = "*/*", **query: str
    ) -> dict[str, Any]:
        event = gateway_event(
            "GET",
            path,
            headers={"Accept": accept},
            query={name.rstrip("_"): value for name, value in query.items()},
            account_id=who,
            scopes=scopes,
        )
        return api.answer(event, services)

    return answer


@pytest.fixture
def ask(answer: Callable[..., dict[str, Any]]) -> Ask:
    """Ask, and return the status and the document."""

    def ask(path: str, **asked: str) -> tuple[int, Any]:
        found = answer(path, **asked)
        return found["statusCode"], json.loads(found["body"])

    return ask


def test_a_statement_tells_a_reseller_its_margin(ask: Ask) -> None:
    """It tells the margin, and of its sub-accounts nothing but sums."""
    status, found = ask("/v1/statements/2026-11", who="reseller")

    assert status == 200
    assert found == {
        "account": "reseller",
        "month": "2026-11",
        "state": "preliminary",
        "opening_balance": euros("0.00"),
        "top_ups": [
            {
                "entry": 1,
                "at": "2026-11-23T12:00:00Z",
                "amount": euros("100.00"),
                "note": "invoice-1",
            }
        ],
        "reversals": [],
        "charges": [
            {
                "sub_account": name,
                "register": "directory",
                "unit_price": euros("0.05"),
                "units": units,
                "amount": euros(amount),
            }
            for name, units, amount in (("sub", 10, "0.50"), ("sub_2", 1, "0.05"))
        ],
        "searches": [
            {"sub_account": "sub", "made": 1, "empty": 0},
            {"sub_account": "sub_2", "made": 1, "empty": 0},
        ],
        "closing_balance": euros("99.45"),
        "resales": [
            {
                "sub_account": "sub",
                "cost": euros("0.50"),
                "price": euros("0.60"),
                "margin": euros("0.10"),
            },
            {
                "sub_account": "sub_2",
                "cost": euros("0.05"),
                "price": euros("0.06"),
                "margin": euros("0.01"),
            },
        ],
        "net": euros("0.55"),
        "vat": {"percent": "25.5", "amount": euros("0.14")},
        "total": euros("0.69"),
    }


def test_a_sub_account_sees_its_own_prices_and_no_balance(ask: Ask) -> None:
    """Neither its reseller nor the other sub-account is in it."""
    _, found = ask("/v1/statements/2026-11", who="sub")

    assert (found["opening_balance"], found["closing_balance"]) == (None, None)
    assert [each["unit_price"] for each in found["charges"]] == [euros("0.06")]
    assert [each["sub_account"] for each in found["charges"]] == [None]
    assert found["resales"] == []
    assert "reseller" not in json.dumps(found)
    assert "sub_2" not in json.dumps(found)


def test_what_was_reversed_is_told_with_what_it_was(ask: Ask, services: Services) -> None:
    """A reversal says whether it takes back a charge or a top-up."""
    services.ledger.reverse("reseller", 2, note="complaint-7")
    services.ledger.reverse("reseller", 1)

    _, found = ask("/v1/statements/2026-11", who="reseller")

    assert [
        (each["reverses"], each["kind"], each["sub_account"], each["amount"]["amount"])
        for each in found["reversals"]
    ] == [(2, "charge", "sub", "0.50"), (1, "top_up", None, "-100.00")]
    assert found["net"] == euros("0.05")


@pytest.mark.parametrize("month", ["2026-12", "2027-11", "2012-12", "november", "2026-1"])
def test_a_month_that_has_not_begun_is_not_there(ask: Ask, month: str) -> None:
    """A month to come is 404, as is what is no month."""
    status, problem = ask(f"/v1/statements/{month}", who="customer")

    assert (status, problem["code"]) == (404, "not_found")


def test_a_month_that_is_over_is_final(ask: Ask, clock: SetClock) -> None:
    """From its end on it does not change any more."""
    clock.move(9 * DAY)

    assert ask("/v1/statements/2026-11", who="customer")[1]["state"] == "final"
    assert ask("/v1/statements/2026-12", who="customer")[1]["state"] == "preliminary"


@pytest.mark.parametrize(
    "asked",
    [
        {"format": "csv"},
        {"accept": "text/csv"},
        {"accept": "application/json;q=0.5, Text/CSV"},
        {"accept": "text/csv;q=1", "format": "csv"},
    ],
)
def test_a_statement_is_a_table_where_that_is_asked_for(
    answer: Callable[..., dict[str, Any]], asked: dict[str, str]
) -> None:
    """By the parameter or by the Accept header; it is saved, not shown."""
    found = answer("/v1/statements/2026-11", who="customer", **asked)

    assert found["headers"]["Content-Type"] == "text/csv; charset=utf-8"
    assert "leadcloud-2026-11.csv" in found["headers"]["Content-Disposition"]
    assert found["headers"]["Cache-Control"] == "no-store"
    assert "customer,2026-11,preliminary,charge,,,,business,0.125,2,-0.25,EUR," in found["body"]


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/csv;q=0.5, application/json"])
def test_a_statement_is_json_where_no_table_is_preferred(ask: Ask, accept: str) -> None:
    """What accepts both alike, or JSON rather, is given JSON."""
    assert ask("/v1/statements/2026-11", who="customer", accept=accept)[1]["month"] == "2026-11"


def test_the_parameter_says_more_than_the_header(ask: Ask) -> None:
    """A link can ask for JSON in a program that prefers tables."""
    assert ask("/v1/statements/2026-11", who="sub", accept="text/csv", format="json")[0] == 200
    assert ask("/v1/statements/2026-11", who="sub", format="pdf")[0] == 422


def test_usage_is_told_by_day_register_and_sub_account(ask: Ask, clock: SetClock) -> None:
    """This month's, where nothing is said; for a reseller at our prices."""
    clock.move(DAY)

    status, found = ask("/v1/usage", who="reseller")

    assert status == 200
    assert (found["from"], found["to"]) == ("2026-11-01", "2026-11-24")
    assert found["usage"] == [
        {
            "day": "2026-11-23",
            "sub_account": name,
            "register": "directory",
            "units": units,
            "amount": euros(amount),
        }
        for name, units, amount in (("sub", 10, "0.50"), ("sub_2", 1, "0.05"))
    ]
    assert found["searches"] == [
        {"day": "2026-11-23", "sub_account": name, "made": 1, "empty": 0}
        for name in ("sub", "sub_2")
    ]


def test_a_sub_accounts_usage_is_its_own(ask: Ask) -> None:
    """A sub-account sees what it used itself, at its own prices."""
    _, found = ask("/v1/usage", who="sub")

    assert [(each["sub_account"], each["amount"]["amount"]) for each in found["usage"]] == [
        (None, "0.60")
    ]


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ({"from_": "2026-11-23"}, ("2026-11-23", "2026-11-23")),
        ({"to": "2026-10-31"}, ("2026-10-01", "2026-10-31")),
        ({"from_": "2025-11-24", "to": "2026-11-24"}, ("2025-11-24", "2026-11-24")),
    ],
)
def test_the_days_can_be_chosen(ask: Ask, asked: dict[str, str], days: tuple[str, str]) -> None:
    """Both ends, or one of them; up to a year."""
    status, found = ask("/v1/usage", who="customer", **asked)

    assert status == 200
    assert (found["from"], found["to"]) == days


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ({"from_": "2026-11-24", "to": "2026-11-23"}, ("to", "before_from")),
        ({"from_": "2026-11-24"}, ("to", "before_from")),
        ({"from_": "2025-11-23", "to": "2026-11-24"}, ("from", "too_many_days")),
        ({"from_": "2026-02-30"}, ("from", "day_form")),
        ({"from_": "1764028800"}, ("from", "string_pattern_mismatch")),
        ({"to": "9999-12-31", "from_": "9999-12-01"}, ("to", "out_of_range")),
    ],
)
def test_days_that_make_no_span_are_faults(
    ask: Ask, asked: dict[str, str], fault: tuple[str, str]
) -> None:
    """Each is named; nothing is quoted."""
    status, problem = ask("/v1/usage", who="customer", **asked)

    assert status == 422
    assert [(each["field"], each["code"]) for each in problem["errors"]] == [fault]


def test_more_rows_than_fit_are_a_fault(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Lambda's answer has at most 6 MB; fewer days have fewer rows."""
    monkeypatch.setattr(usage_message, "MOST_ROWS", 3)

    status, problem = ask("/v1/usage", who="reseller")

    assert (status, problem["errors"][0]["code"]) == (422, "too_many_rows")
    assert ask("/v1/usage", who="sub")[0] == 200


@pytest.mark.parametrize("path", ["/v1/usage", "/v1/statements/2026-11"])
def test_money_needs_the_scope_billing(ask: Ask, path: str) -> None:
    """A salesperson's key searches, and no more."""
    status, problem = ask(path, who="customer", scopes="search predict buildings admin")

    assert (status, problem["code"]) == (403, "scope_missing")


def test_an_account_is_told_what_it_has_and_what_is_reserved(ask: Ask, services: Services) -> None:
    """Balance and reservations are those of its wallet."""
    order = Order(
        payers=payers(services.accounts.lineage("customer"), PRICES),
        most={"directory": 100},
        costs={},
        idempotency_key="running",
        request={},
        request_id="request-1",
    )
    services.billing.begin(order)

    _, account = ask("/v1/account", who="customer")

    assert (account["balance"], account["reserved"]) == (euros("94.75"), euros("5.00"))
    assert account["cap"] is None


def test_a_sub_account_is_told_its_cap_and_no_balance(ask: Ask, services: Services) -> None:
    """What is left of it goes down with what it was charged, at its own prices."""
    services.accounts.open(
        replace(
            RESELLER, id="capped", kind="sub_account", parent="reseller", cap_month=Decimal("7.5")
        )
    )
    before = ask("/v1/account", who="capped")[1]
    buy(services, "capped", {"directory": 10})

    after = ask("/v1/account", who="capped")[1]

    assert (after["balance"], after["reserved"]) == (None, None)
    assert before["cap"] == {"month": "2026-11", "limit": euros("7.50"), "left": euros("7.50")}
    assert after["cap"] == before["cap"] | {"left": euros("6.90")}


def test_an_account_that_never_paid_has_nothing(ask: Ask, services: Services) -> None:
    """Zero, everywhere; no wallet is needed to say so."""
    services.accounts.open(replace(RESELLER, id="fresh", kind="customer"))

    assert ask("/v1/account", who="fresh")[1]["balance"] == euros("0.00")
    assert ask("/v1/usage", who="fresh")[1]["usage"] == []
    assert ask("/v1/statements/2026-11", who="fresh")[1]["total"] == euros("0.00")


@pytest.mark.parametrize("path", ["/v1/account", "/v1/usage", "/v1/statements/2026-11"])
@pytest.mark.parametrize(
    ("who", "others"),
    [
        ("customer", ("reseller", "sub", "sub_2")),
        ("sub", ("customer", "reseller", "sub_2")),
        ("reseller", ("customer",)),
    ],
)
def test_what_others_do_changes_nothing_that_an_account_sees(
    answer: Callable[..., dict[str, Any]],
    services: Services,
    path: str,
    who: str,
    others: tuple[str, ...],
) -> None:
    """Another customer, a reseller, a sibling: not a byte of the answer is different."""

    def seen() -> dict[str, Any]:
        found = answer(path, who=who)
        del found["headers"]["RateLimit"]  # counts the account's own requests
        return found

    before = seen()
    for other in others:
        buy(services, other, {"directory": 5, "business": 5})
    for other in others:
        services.ledger.reverse(other, 1)

    assert seen() == before
