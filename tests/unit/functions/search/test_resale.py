"""Searches that a reseller pays for, too."""

from decimal import Decimal
from typing import Any

import pytest

from leadcloud.accounts.account import CURRENT_TERMS, Account
from leadcloud.accounts.money import Money
from leadcloud.accounts.wallet import balance_of
from leadcloud.purpose import PURPOSES
from leadcloud.store.interface import Key
from tests.contacts import person, register
from tests.trade import Trade


@pytest.fixture
def resale(trade: Trade) -> Trade:
    """A reseller with 20 % markup, and a sub-account with a cap of 1 euro a month."""
    trade.offer(register("first", [person(n) for n in range(30)]))
    common: dict[str, Any] = {
        "name": "Reseller (synthetic)",
        "registers": ("first",),
        "purposes": PURPOSES,
        "terms": CURRENT_TERMS,
    }
    accounts = trade.services.accounts
    accounts.open(
        Account(id="reseller", kind="reseller", parent=None, markup_percent=Decimal(20), **common)
    )
    accounts.open(
        Account(id="below", kind="sub_account", parent="reseller", cap_month=Decimal(1), **common)
    )
    trade.services.ledger.top_up("reseller", Money.read("10"))
    return trade


def test_everybody_in_the_tree_pays_at_its_price(resale: Trade) -> None:
    """The sub-account buys from the reseller, and the reseller from us."""
    _, answer, headers = resale.post(who="below", page_size=10)

    assert answer["charge"] == {"units": 10, "amount": "0.60", "currency": "EUR"}
    assert headers["Balance-Remaining"] == "0.40"
    assert (resale.spent("below"), resale.spent("reseller")) == ("0.60", "0.50")
    assert str(balance_of(resale.services.store, "reseller").available) == "9.50"  # type: ignore[union-attr]


def test_a_cap_stops_a_sub_account(resale: Trade) -> None:
    """For the rest of the month, and nobody above is touched."""
    resale.search(who="below", page_size=10)

    assert resale.refused("two", who="below", page_size=10) == (402, "insufficient_balance")
    assert resale.reserved("reseller") == "0.00"
    assert resale.search("three", who="below", page_size=6)["charge"]["amount"] == "0.36"
    resale.clock.move(10 * 24 * 3600)
    assert resale.search("four", who="below", page_size=10)["charge"]["amount"] == "0.60"


def test_a_resellers_empty_balance_stops_all_below(resale: Trade) -> None:
    """Though the sub-account's own cap would allow it."""
    resale.services.ledger.reverse("reseller", 1)

    assert resale.refused(who="below", page_size=10) == (402, "insufficient_balance")
    assert resale.registers[0].requests == []
    assert resale.reserved("below") == "none"


def test_a_cap_that_is_raised_counts_at_once(resale: Trade) -> None:
    """What was spent this month stays spent."""
    resale.search(who="below", page_size=10)
    record = resale.services.store.get(Key("ACCOUNT#below", "ACCOUNT"))
    assert record
    resale.services.store.update(record, {**record.attributes, "cap_month": "2"})

    _, answer, headers = resale.post("two", who="below", page_size=20)

    assert answer["charge"]["amount"] == "1.20"
    assert headers["Balance-Remaining"] == "0.20"
    assert resale.spent("below") == "1.80"
