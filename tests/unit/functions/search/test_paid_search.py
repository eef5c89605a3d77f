"""What a search costs, in every way in which it can go wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from functions.search.handler import api
from leadcloud.accounts.account import CURRENT_TERMS, Account
from leadcloud.accounts.entry import entries_of
from leadcloud.accounts.money import Money
from leadcloud.accounts.operation import open_operations
from leadcloud.accounts.suspense import Suspicion, suspicions
from leadcloud.accounts.sweep import sweep
from leadcloud.accounts.verification import verify
from leadcloud.accounts.wallet import balance_of
from leadcloud.clock import SetClock
from leadcloud.prohibitions import own_list
from leadcloud.purpose import PURPOSES
from leadcloud.registers.in_memory import InMemoryRegister
from leadcloud.registers.interface import (
    PageRequest,
    RegisterAnswerInvalid,
    RegisterPage,
    RegisterRefused,
    RegisterTimeout,
    RegisterUnavailable,
)
from leadcloud.store.interface import Attributes, Key, Record, StoreUnavailable
from leadcloud.wiring import Services
from tests.contacts import company, person, register
from tests.dying_store import Death, DyingStore
from tests.gateway_event import gateway_event, status_and_body

OpenAccount = Callable[..., Account]


@dataclass
class Trade:
    """An account that searches, and its books."""

    services: Services
    clock: SetClock
    open_account: OpenAccount
    registers: list[InMemoryRegister] = field(default_factory=list)

    def offer(self, *registers: InMemoryRegister) -> None:
        """Let the account `buyer`, who has 1000 euros, search these; each contact costs us 0.03."""
        for each in registers:
            each.description = replace(each.description, cost_per_contact=Decimal("0.03"))
        self.registers += registers
        self.open_account(*registers)

    def post(
        self, key: str = "one", *, path: str = "/v1/search", who: str = "buyer", **body: Any
    ) -> tuple[int, Any, dict[str, str]]:
        """Search everything that was offered; return status, answer and headers."""
        asked = {
            "purpose": "telemarketing_b2c",
            "registers": [each.description.id for each in self.registers],
            "criteria": {},
            **body,
        }
        event = gateway_event(
            "POST", path, asked, key=key, request_id=f"request-{key}", account_id=who
        )
        answer = api.answer(event, self.services)
        return *status_and_body(answer), answer["headers"]

    def search(self, key: str = "one", **body: Any) -> Any:
        """Search with success; return the answer."""
        status, answer, _ = self.post(key, **body)
        assert status == 200, answer
        return answer

    def refused(self, key: str = "one", **body: Any) -> tuple[int, str]:
        """Search without success; return status and code."""
        status, problem, _ = self.post(key, **body)
        return status, problem["code"]

    def quote(self, **body: Any) -> Any:
        """Ask for a quote."""
        status, answer, _ = self.post(path="/v1/search/quotes", **body)
        assert status == 200, answer
        return answer

    def spent(self, who: str = "buyer") -> str:
        """Return what the account's charges add up to; its books must be right."""
        assert verify(self.services.store) == []
        entries = entries_of(self.services.store, who)
        charged = [each.amount for each in entries if each.kind in {"charge", "reversal"}]
        return str(-sum(charged, Money(0)))

    def reserved(self, who: str = "buyer") -> str:
        """Return what is reserved of the account."""
        balance = balance_of(self.services.store, who)
        return str(balance.reserved) if balance else "none"

    def suspected(self) -> list[Suspicion]:
        """Return what sources may have charged us."""
        return list(suspicions(self.services.store))

    def sweep(self) -> int:
        """Let the sweeper run when everything that runs must have died."""
        self.clock.move(31)
        return sweep(self.services.store, self.services.billing, self.clock)


@pytest.fixture
def trade(services: Services, clock: SetClock, open_account: OpenAccount) -> Trade:
    """An account with nothing to search yet."""
    return Trade(services, clock, open_account)


def dying(services: Services, **how: Any) -> Services:
    """Return the same service on a store that dies."""
    again = Services(services.settings, services.clock)
    again.store = DyingStore(services.store, **how)
    again.registers = services.registers
    again.executor = services.executor
    return again


class Meanwhile(InMemoryRegister):
    """A register during whose call something else happens."""

    happens: Callable[[], Any]

    def fetch(self, request: PageRequest) -> RegisterPage:
        self.happens()
        return super().fetch(request)


def meanwhile(happens: Callable[[], Any], *contacts: Any) -> Meanwhile:
    """Return a register with contacts, during whose call something happens."""
    given = register("first", contacts)
    found = Meanwhile(given.description, contacts)
    found.happens = happens
    return found


# What is charged


def test_what_is_delivered_is_charged(trade: Trade) -> None:
    """Units, amount, headers and balance say the same."""
    trade.offer(register("first", [person(n) for n in range(3)]))

    status, answer, headers = trade.post()

    assert status == 200
    assert answer["charge"] == {"units": 3, "amount": "0.15", "currency": "EUR"}
    assert [source["charged"] for source in answer["sources"]] == [3]
    assert (headers["Units-Charged"], headers["Balance-Remaining"]) == ("3", "999.85")
    assert (trade.spent(), trade.reserved()) == ("0.15", "0.00")


def test_nothing_found_costs_nothing(trade: Trade) -> None:
    """An empty answer is free, and is in the books as a search."""
    trade.offer(register("first", []))

    assert trade.search()["charge"]["units"] == 0
    assert trade.spent() == "0.00"
    kinds = [entry.kind for entry in entries_of(trade.services.store, "buyer")]
    assert kinds == ["top_up", "charge"]


def test_a_plan_costs_nothing(trade: Trade) -> None:
    """Explaining asks nobody and charges nothing."""
    trade.offer(register("first", [person(1)]))

    assert trade.search(explain=True)["charge"]["units"] == 0
    assert (trade.spent(), trade.registers[0].requests) == ("0.00", [])


def test_a_contact_of_two_sources_is_charged_once(trade: Trade) -> None:
    """By the source that delivers it; the other one is paid for nothing."""
    trade.offer(register("first", [person(1)]), register("second", [person(1), person(2)]))

    answer = trade.search()

    charged = {source["register"]: source["charged"] for source in answer["sources"]}
    assert charged == {"first": 1, "second": 1}
    assert trade.spent() == "0.10"


def test_a_possible_duplicate_is_not_charged(trade: Trade) -> None:
    """It is delivered and marked, and its units are left out."""
    trade.offer(register("first", [person(1), person(2), person(1), person(3)]))
    first = trade.search(page_size=2)

    second = trade.search("two", page_size=2, cursor=first["next_cursor"])

    assert [c["possible_duplicate"] for c in second["contacts"]] == [True, False]
    assert second["charge"]["units"] == 1
    assert trade.spent() == "0.15"


# The table of failures


def test_a_retry_of_a_running_request_waits(trade: Trade) -> None:
    """409 with Retry-After while the first runs; the first is charged, once."""
    retries: list[tuple[int, Any, dict[str, str]]] = []
    trade.offer(meanwhile(lambda: retries.append(trade.post()), person(1)))

    trade.search()

    ((status, problem, headers),) = retries
    assert (status, problem["code"]) == (409, "idempotency_key_in_progress")
    assert problem["retryable"] is True
    assert headers["Retry-After"] == "1"
    assert trade.spent() == "0.05"


def test_a_lost_answer_is_given_once_more_and_free(trade: Trade) -> None:
    """The same receipt within 15 minutes; the third time there is nothing to give."""
    trade.offer(register("first", [person(1), person(2)]))
    first = trade.search()

    again = trade.search()

    assert (first["replayed"], again["replayed"]) == (False, True)
    assert first["charge"] == again["charge"]
    assert [c["phone"] for c in first["contacts"]] == [c["phone"] for c in again["contacts"]]
    assert trade.refused() == (409, "result_not_retained")
    assert trade.spent() == "0.10"


def test_what_was_not_given_the_first_time_is_not_given_free(trade: Trade) -> None:
    """A source that failed is left for the next page, which is paid for; of another no more is read."""
    held = [person(2)]
    trade.offer(
        register("first", [person(1)], errors=[RegisterUnavailable()]), register("second", held)
    )
    trade.search()
    held.append(person(3))

    again = trade.search()

    assert [each["register"] for each in again["contacts"]] == ["second"]
    told = {each["register"]: (each["state"], each["code"]) for each in again["sources"]}
    assert told == {"first": ("skipped", "left_for_next_page"), "second": ("ok", None)}
    assert (again["replayed"], again["complete"], trade.spent()) == (True, False, "0.05")
    following = trade.search("two", cursor=again["next_cursor"])
    assert following["charge"]["units"] == 2
    assert trade.spent() == "0.15"


def test_what_a_request_brought_is_good_for_its_second_answer(trade: Trade) -> None:
    """A quote or a cursor that was good when it was answered has expired when that got lost."""
    trade.offer(register("first", [person(n) for n in range(5)]))
    brought = {"quote_id": trade.quote()["quote_id"], "page_size": 2}
    brought["cursor"] = trade.search(**brought)["next_cursor"]
    trade.clock.move(14 * 60)
    trade.search("two", **brought)
    trade.clock.move(2 * 60)

    assert trade.search("two", **brought)["replayed"] is True
    assert trade.refused("three", **brought) == (422, "cursor_invalid")
    del brought["cursor"]
    assert trade.refused("four", **brought) == (409, "quote_expired")
    assert trade.spent() == "0.20"


def test_a_source_that_is_silent_when_read_again_is_our_risk(trade: Trade) -> None:
    """Nobody pays for the second answer, so what it may have cost us is in suspense at least."""
    given = iter(["well", "not at all"])

    def fall_silent() -> None:
        if next(given) != "well":
            raise RegisterTimeout

    trade.offer(meanwhile(fall_silent, person(1)))
    trade.search()

    assert trade.search()["contacts"] == []
    assert trade.spent() == "0.05"
    assert [(each.register, each.reason) for each in trade.suspected()] == [("first", "unknown")]


def test_after_a_quarter_of_an_hour_nothing_is_given_again(trade: Trade) -> None:
    """Contacts are not kept, and the window is closed."""
    trade.offer(register("first", [person(1)]))
    trade.search()
    trade.clock.move(15 * 60)

    assert trade.refused() == (409, "result_not_retained")
    assert trade.spent() == "0.05"


def test_a_second_answer_that_fails_can_be_had_again(trade: Trade) -> None:
    """The free run is used up by an answer, not by a try."""
    trade.offer(register("first", [person(1)]))
    trade.search()
    services, trade.services = (
        trade.services,
        dying(trade.services, at=2, how=StoreUnavailable("gone"), done=False),
    )
    assert trade.refused() == (503, "unavailable")
    trade.services = services
    trade.clock.move(31)

    assert trade.search()["replayed"] is True
    assert trade.spent() == "0.05"


def test_a_key_is_for_one_request(trade: Trade) -> None:
    """Another body under the same key is refused and costs nothing."""
    trade.offer(register("first", [person(1)]))
    trade.search()

    assert trade.refused(page_size=7) == (422, "idempotency_key_reused")
    assert trade.spent() == "0.05"


def test_without_balance_nobody_is_called(trade: Trade) -> None:
    """402 before any call, nothing is reserved, and the key is free."""
    trade.offer(register("first", [person(1)]))
    trade.services.ledger.reverse("buyer", 1)

    assert trade.refused() == (402, "insufficient_balance")
    assert trade.registers[0].requests == []
    assert trade.reserved() == "0.00"
    trade.services.ledger.top_up("buyer", Money.read("5"))
    assert trade.search()["charge"]["units"] == 1


def test_the_balance_must_cover_the_whole_page(trade: Trade) -> None:
    """A page of 100 at 0.05 needs 5 euros; one of 99 does not."""
    trade.offer(register("first", [person(1)]))
    trade.services.ledger.reverse("buyer", 1)
    trade.services.ledger.top_up("buyer", Money.read("4.99"))

    assert trade.refused(page_size=100) == (402, "insufficient_balance")
    assert trade.search(page_size=99)["charge"]["units"] == 1


def test_a_source_that_fails_is_not_paid(trade: Trade) -> None:
    """The others are; a clean refusal leaves nothing in suspense."""
    trade.offer(
        register("first", [person(1)], errors=[RegisterUnavailable()]),
        register("second", [person(2)], errors=[RegisterRefused()]),
        register("third", [person(3)]),
    )

    answer = trade.search()

    assert [source["charged"] for source in answer["sources"]] == [0, 0, 1]
    assert (trade.spent(), trade.suspected()) == ("0.05", [])


@pytest.mark.parametrize("error", [RegisterTimeout(), RegisterAnswerInvalid()])
def test_what_a_silent_source_may_have_charged_is_our_risk(trade: Trade, error: Exception) -> None:
    """The customer pays nothing for it; what it can have cost us stands in suspense."""
    trade.offer(register("first", [person(1)], errors=[error]), register("second", [person(2)]))

    trade.search(page_size=10)

    assert trade.spent() == "0.05"
    (suspicion,) = trade.suspected()
    assert (suspicion.register, suspicion.request_id) == ("first", "request-one")
    assert (str(suspicion.most), suspicion.reason) == ("0.15", "unknown")


@pytest.mark.parametrize(("at", "done"), [(1, True), (2, False)])
def test_who_dies_before_settling_charges_nothing(trade: Trade, at: int, *, done: bool) -> None:
    """Dead after reserving, or before settling: the sweeper gives back and suspects the source."""
    trade.offer(register("first", [person(1)]))
    services, trade.services = (
        trade.services,
        dying(trade.services, at=at, how=Death(), done=done),
    )
    with pytest.raises(Death):
        trade.post()
    trade.services = services
    assert trade.reserved() == "5.00"
    assert trade.refused() == (409, "idempotency_key_in_progress")

    assert trade.sweep() == 1
    assert trade.sweep() == 0

    assert (trade.reserved(), trade.spent()) == ("0.00", "0.00")
    assert [(each.register, each.reason) for each in trade.suspected()] == [("first", "died")]
    assert trade.search()["charge"]["units"] == 1
    assert trade.spent() == "0.05"


def test_who_comes_before_the_sweeper_is_served(trade: Trade) -> None:
    """A retry takes back what its dead forerunner reserved, and is charged once."""
    trade.offer(register("first", [person(1)]))
    services, trade.services = trade.services, dying(trade.services, at=2, how=Death(), done=False)
    with pytest.raises(Death):
        trade.post()
    trade.services = services
    trade.clock.move(31)

    assert trade.search()["replayed"] is False
    assert (trade.spent(), trade.reserved(), trade.sweep()) == ("0.05", "0.00", 0)


def test_who_dies_after_settling_has_charged_once(trade: Trade) -> None:
    """The answer was lost; the same request gets it, free."""
    trade.offer(register("first", [person(1)]))
    services, trade.services = trade.services, dying(trade.services, at=2, how=Death(), done=True)
    with pytest.raises(Death):
        trade.post()
    trade.services = services

    assert trade.search()["replayed"] is True
    assert (trade.spent(), trade.sweep(), trade.suspected()) == ("0.05", 0, [])


def test_a_charge_whose_confirmation_got_lost_is_delivered(trade: Trade) -> None:
    """The store did it and its answer got lost: it is read again, and nothing is done twice."""
    trade.offer(register("first", [person(1)]))
    services, trade.services = (
        trade.services,
        dying(trade.services, at=2, how=StoreUnavailable("lost"), done=True),
    )

    answer = trade.search()

    trade.services = services
    assert len(answer["contacts"]) == 1
    assert trade.spent() == "0.05"


class WithoutLists(DyingStore):
    """A store that takes no lists of who was given whose data."""

    def put_if_absent(self, key: Key, attributes: Attributes, **more: Any) -> Record:
        """Write a new record, but in a list."""
        if key.partition.startswith("DELIVERIES-"):
            raise StoreUnavailable("down")
        return super().put_if_absent(key, attributes, **more)


def test_nothing_is_delivered_before_it_is_listed_who_gets_it(trade: Trade) -> None:
    """Otherwise persons' requests would not find the way; what cannot be listed is not charged."""
    trade.offer(register("first", [person(1)]))
    services, trade.services = trade.services, dying(trade.services, at=0, how=Death(), done=False)
    trade.services.store = WithoutLists(services.store, at=0, how=Death(), done=False)

    assert trade.refused() == (503, "unavailable")

    trade.services = services
    assert (trade.spent(), trade.reserved()) == ("0.00", "0.00")
    assert len(trade.search()["contacts"]) == 1
    today = trade.clock.now().date()
    listed = services.lead_references.sources_of("buyer", first=today, last=today)
    assert listed == ("somebody",)


def test_what_cannot_be_settled_is_not_delivered(trade: Trade) -> None:
    """503, nothing charged; the sweeper gives the reservation back."""
    trade.offer(register("first", [person(1)]))
    services, trade.services = (
        trade.services,
        dying(trade.services, at=2, how=StoreUnavailable("down"), done=False),
    )

    status, problem, _ = trade.post()

    trade.services = services
    assert (status, problem["code"], "contacts" in problem) == (503, "unavailable", False)
    assert trade.sweep() == 1
    assert (trade.spent(), trade.reserved()) == ("0.00", "0.00")


def test_a_run_that_was_given_up_delivers_nothing(trade: Trade) -> None:
    """Swept while it still ran: it can charge nothing any more, so it must not deliver."""
    services = trade.services

    def give_up() -> None:
        for running in open_operations(services.store):
            services.billing.take_back(running)

    trade.offer(meanwhile(give_up, person(1)))

    assert trade.refused() == (503, "unavailable")
    assert (trade.spent(), trade.reserved()) == ("0.00", "0.00")


def test_another_entry_in_between_is_no_obstacle(trade: Trade) -> None:
    """Somebody appends to the same ledger while we settle: we append behind it."""
    trade.offer(
        meanwhile(lambda: trade.services.ledger.top_up("buyer", Money.read("1")), person(1))
    )

    trade.search()

    assert trade.spent() == "0.05"
    kinds = [entry.kind for entry in entries_of(trade.services.store, "buyer")]
    assert kinds == ["top_up", "top_up", "charge"]


def test_a_fault_of_ours_gives_back_what_was_reserved(
    trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    """500, nothing charged or left reserved, and the key is free; the source had been called."""
    trade.offer(register("first", [person(1)]))
    with monkeypatch.context() as patch:
        patch.setattr("functions.search.page.merge", lambda *_: 1 / 0)
        assert trade.refused() == (500, "internal_error")

    assert (trade.spent(), trade.reserved()) == ("0.00", "0.00")
    assert [(each.register, each.reason) for each in trade.suspected()] == [("first", "died")]
    assert trade.search()["replayed"] is False


# Quotes and bounds


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


# Resellers


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
