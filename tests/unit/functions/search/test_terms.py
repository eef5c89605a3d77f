"""What a search asks of the store."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.search.handler import api
from functions.search.messages import SearchRequest
from functions.search.terms import read_terms
from leadcloud.clock import SetClock
from leadcloud.registers.catalogue import RegisterCatalogue
from leadcloud.registers.interface import Register
from leadcloud.wiring import Services
from tests.contacts import OpenAccount, person, register
from tests.gateway_event import gateway_event
from tests.noted_reads import NotedReads


@pytest.fixture
def store(services: Services, clock: SetClock, tmp_path: Path) -> Iterator[NotedReads]:
    """The service's store, which notes what is read."""
    services.store = store = NotedReads(tmp_path / "noted.sqlite", clock)
    store.reads = []
    yield store
    store.close()


def search(services: Services, key: str, **body: Any) -> int:
    """Search the register `first` and return the status."""
    asked = {
        "purpose": "telemarketing_b2c",
        "registers": ["first", "second"],
        "criteria": {},
        **body,
    }
    event = gateway_event("POST", "/v1/search", asked, key=key, request_id=f"request-{key}")
    status: int = api.answer(event, services)["statusCode"]
    return status


def test_a_paid_search_reads_three_times(
    services: Services, store: NotedReads, open_account: OpenAccount
) -> None:
    """What does not depend on each other is read at once, however many registers there are."""
    open_account(*(register(name, [person(1)]) for name in ("first", "second")))
    assert search(services, "zero") == 200  # opens a wallet, and takes a share of the rates
    store.reads.clear()

    assert search(services, "one") == 200

    terms = {
        "ACCOUNT#buyer",
        "REGISTER",
        "REGISTER-POLICY#first",
        "REGISTER-POLICY#second",
        "PROHIBITION#public",
        "PROHIBITION#account#buyer",
    }
    end_of_the_chain, balance = {"LEDGER#buyer"}, {"LEDGER#buyer"}
    assert store.reads == [terms, end_of_the_chain, balance]


def test_the_postal_codes_are_read_where_one_is_asked_for(
    services: Services, store: NotedReads, open_account: OpenAccount
) -> None:
    """The list is long, and most searches can do without."""
    open_account(register("first", []), register("second", []))
    services.postal_codes.load(["00100"])
    store.reads.clear()

    assert search(services, "one", criteria={"postal_code": {"in": ["00200"]}}) == 422
    assert any("CODES" in read for read in store.reads)
    store.reads.clear()
    assert search(services, "two", criteria={"municipality": {"in": ["092"]}}) == 200
    assert not any("CODES" in read for read in store.reads)


def test_a_register_outside_the_contract_is_not_even_built(
    services: Services, open_account: OpenAccount
) -> None:
    """Whatever is asked for, the contract says what is there."""
    open_account(register("first", []))
    built: list[str] = []

    def build(register_id: str, _row: object) -> Register:
        built.append(register_id)
        return register(register_id, [])

    services.registers = RegisterCatalogue(services.store, {"given": build})
    services.registers.put("second", {"adapter": "given"})
    request = SearchRequest(
        purpose="telemarketing_b2c", registers=["first", "second", "third"], criteria={}
    )

    assert read_terms(request, "buyer", services).registers.keys() == {"first"}
    assert built == ["first"]
