"""What a search costs, in every way in which it can go wrong."""

from collections.abc import Callable
from typing import Any

import pytest

from leadcloud.accounts.entry import entries_of
from leadcloud.accounts.money import Money
from leadcloud.accounts.operation import open_operations
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
from tests.contacts import person, register
from tests.dying_store import Death, DyingStore
from tests.trade import Trade


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
