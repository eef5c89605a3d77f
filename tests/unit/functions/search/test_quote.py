"""Quotes, and other bounds of what a search may cost."""

from dataclasses import replace
from decimal import Decimal

import pytest

from leadcloud.accounts.money import Money
from leadcloud.prohibitions import own_list
from leadcloud.registers.interface import (
    RegisterUnavailable,
)
from tests.contacts import company, person, register
from tests.trade import Trade


def test_a_quote_bounds_what_a_search_can_cost(trade: Trade) -> None:
    """Per source at least and at most, the price, and the sum; asking is free."""
    trade.offer(register("first", [person(n) for n in range(7)]), register("second", []))

    quote = trade.quote()

    assert [(s["register"], s["count"], s["price"]["amount"]) for s in quote["sources"]] == [
        ("first", {"lower": 0, "upper": 7, "exact": False}, "0.05"),
        ("second", {"lower": 0, "upper": 0, "exact": True}, "0.05"),
    ]
    assert quote["max_charge"] == {"amount": "0.35", "currency": "EUR"}
    assert quote["expires_at"] == "2026-11-23T12:15:00Z"
    answer = trade.search(quote_id=quote["quote_id"])
    assert Decimal(answer["charge"]["amount"]) <= Decimal("0.35")


def test_a_quote_of_companies_is_exact(trade: Trade) -> None:
    """Nothing is filtered after the register has counted."""
    trade.offer(register("first", [company(n) for n in range(4)], kind="business", native={}))

    (source,) = trade.quote(purpose="telemarketing_b2b")["sources"]

    assert source["count"] == {"lower": 4, "upper": 4, "exact": True}


def test_a_quote_is_not_exact_where_the_account_has_a_do_not_call_list(trade: Trade) -> None:
    """A company on it is counted by the register, and not delivered."""
    companies = [company(n, phone=f"+35894010000{n}") for n in range(4)]
    trade.offer(register("first", companies, kind="business", native={}))
    trade.services.prohibitions.load(own_list("buyer"), ["+358940100001"])

    (source,) = trade.quote(purpose="telemarketing_b2b")["sources"]
    delivered = trade.search(purpose="telemarketing_b2b")["contacts"]

    assert source["count"] == {"lower": 0, "upper": 4, "exact": False}
    assert len(delivered) == 3


def test_a_quote_tells_of_sources_that_do_not_answer(trade: Trade) -> None:
    """Their count is open, and so is the sum."""
    trade.offer(
        register("first", [], errors=[RegisterUnavailable()]),
        register("second", [person(1)], native={}),
    )

    quote = trade.quote(criteria={"gender": {"in": ["male"]}})

    told = [(s["state"], s["code"], s["count"]["upper"]) for s in quote["sources"]]
    assert told == [
        ("error", "register_unavailable", None),
        ("skipped", "criterion_unsupported", 0),
    ]
    assert quote["max_charge"] is None


def test_a_quote_tells_of_registers_that_cannot_be_used(trade: Trade) -> None:
    """They may be mended before the search, so that the sum is open."""
    trade.offer(register("second", [person(1)]))
    trade.services.accounts.add_register("buyer", "first", by="operator")

    quote = trade.quote(registers=["first", "second"])

    told = [(each["register"], each["code"], each["price"]) for each in quote["sources"]]
    assert told[0] == ("first", "register_misconfigured", None)
    assert told[1][:2] == ("second", None)
    assert quote["max_charge"] is None


def test_a_quoted_price_holds_until_the_quote_expires(trade: Trade) -> None:
    """The price goes up: the quote's is charged for 15 minutes, and then refused."""
    trade.offer(register("first", [person(1)]))
    quote = trade.quote()
    trade.registers[0].description = replace(
        trade.registers[0].description, price_per_contact=Decimal("0.50")
    )

    assert trade.search(quote_id=quote["quote_id"])["charge"]["amount"] == "0.05"
    assert trade.search("two")["charge"]["amount"] == "0.50"
    trade.clock.move(15 * 60)
    assert trade.refused("three", quote_id=quote["quote_id"]) == (409, "quote_expired")
    assert trade.spent() == "0.55"


def test_a_quote_is_for_one_search_of_one_account(trade: Trade) -> None:
    """With other criteria, or for another account, it is refused."""
    trade.offer(register("first", [person(1)]))
    trade.open_account(trade.registers[0], account_id="stranger")
    token = trade.quote()["quote_id"]

    other = {"language": {"in": ["fi"]}}
    assert trade.refused(quote_id=token, criteria=other) == (422, "quote_invalid")
    assert trade.refused(quote_id=token, who="stranger") == (422, "quote_invalid")
    assert trade.refused(quote_id="k1.AAAA") == (422, "quote_invalid")


def test_a_quote_needs_no_more_balance_than_it_says(trade: Trade) -> None:
    """A page of 100 reserves what the quoted number of contacts can cost, not a hundred."""
    trade.offer(register("first", [person(n) for n in range(3)]))
    quote = trade.quote()
    trade.services.ledger.reverse("buyer", 1)
    trade.services.ledger.top_up("buyer", Money.read(quote["max_charge"]["amount"]))

    assert trade.refused() == (402, "insufficient_balance")
    assert trade.search(quote_id=quote["quote_id"])["charge"]["units"] == 3


def test_a_bound_makes_the_page_smaller(trade: Trade) -> None:
    """It holds as many as the bound pays for; the others stay behind the cursor."""
    trade.offer(register("first", [person(n) for n in range(9)]))
    bound = {"amount": "0.21", "currency": "EUR"}

    first = trade.search(max_charge=bound)
    second = trade.search("two", max_charge=bound, cursor=first["next_cursor"])

    assert (first["charge"]["amount"], second["charge"]["amount"]) == ("0.20", "0.20")
    phones = {c["phone"] for c in (*first["contacts"], *second["contacts"])}
    assert len(phones) == 8


def test_a_bound_below_one_contact_is_refused(trade: Trade) -> None:
    """Too low a bound is refused before anybody is called."""
    trade.offer(register("first", [person(1)]))

    status, problem, _ = trade.post(max_charge={"amount": "0.0499", "currency": "EUR"})

    assert (status, problem["errors"][0]["code"]) == (422, "max_charge_too_low")
    assert trade.registers[0].requests == []


@pytest.mark.parametrize(
    "amount", ["-1", "1e3", "0.00001", "1,00", " 1", "1.", "", "1" * 10, "\u0661"]
)
def test_an_amount_is_a_plain_decimal(trade: Trade, amount: str) -> None:
    """Anything else is refused, and not quoted."""
    trade.offer(register("first", [person(1)]))

    status, problem, _ = trade.post(max_charge={"amount": amount, "currency": "EUR"})

    assert (status, problem["errors"][0]["field"]) == (422, "max_charge.amount")
