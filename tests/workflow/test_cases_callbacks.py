"""Acceptance cases 21-24 and 35: what controllers may report, and what they may not."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import wraps
from time import perf_counter
from typing import Any

import pytest

from leadcloud.store.interface import StoreUnavailable
from leadcloud.store.sqlite import SqliteStore
from tests.house import BUYER, OTHER, SOURCE, House, entry_of

ACK = {"status": "acknowledged"}


@pytest.mark.parametrize("forgery", ["key", "replay", "body", "other", "unsigned", "callback"])
def test_cases_21_22_what_is_not_the_controllers_own_is_refused(house: House, forgery: str) -> None:
    """Cases 21, 22: each forgery and an unknown id get one and the same answer."""
    reference = house.forwarded()
    before = house.case(reference, SOURCE)
    old = house.clock.now() - timedelta(minutes=10)
    attempts = {
        "key": {"key_number": 7},
        "replay": {"at": old},
        "body": {"sent": {"status": "fulfilled"}},
        "other": {"key_of": BUYER},
        "callback": {"callback": "0" * 32},
    }
    if forgery == "unsigned":
        path = house.desk.references.callback_id(reference, SOURCE)
        status, problem = house.call("POST", f"/v1/controller-callbacks/{path}", ACK)
    else:
        status, problem = house.report(reference, SOURCE, ACK, **attempts[forgery])  # type: ignore[arg-type]

    problem.pop("request_id")
    assert (status, problem) == (
        401,
        {
            "type": "https://leadcloud.example/problems/unauthenticated",
            "title": "A valid X-API-Key is needed",
            "status": 401,
            "detail": "The signature is not one that is accepted here.",
            "code": "unauthenticated",
            "retryable": False,
            "errors": [],
        },
    )
    assert house.case(reference, SOURCE) == before
    refused = forgery != "callback"
    assert (house.audit(reference)[-1].event == "signature_refused") is refused


def test_case_21_an_unsigned_body_is_not_parsed(house: House) -> None:
    """Case 21: what is not signed is refused as such, be it JSON or not."""
    reference = house.forwarded()
    path = house.desk.references.callback_id(reference, SOURCE)
    assert house.call("POST", f"/v1/controller-callbacks/{path}", "{no json")[0] == 401


def test_case_22_an_unknown_id_is_the_same_work(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 22: a bad signature on a known id and any on an unknown id do the same to the store."""
    reference = house.forwarded()
    done: list[str] = []
    for name in ("get", "query", "put_if_absent", "update", "delete", "transact"):
        monkeypatch.setattr(SqliteStore, name, noted(getattr(SqliteStore, name), done))
    forged = {"known": {"key_number": 7}, "unknown": {"callback": "0" * 32}}
    work = {}
    for which, forgery in forged.items():
        house.report(reference, SOURCE, ACK, **forgery)  # type: ignore[arg-type]
        done.clear()
        house.report(reference, SOURCE, ACK, **forgery)  # type: ignore[arg-type]
        work[which] = tuple(done)
    assert work["known"] == work["unknown"]
    assert work["known"].count("transact") == 1


def noted(method: Callable[..., Any], done: list[str]) -> Callable[..., Any]:
    """Return a method of the store that leaves a note when it is called from outside."""

    @wraps(method)
    def noting(*arguments: Any, **named: Any) -> Any:
        done.append(method.__name__)
        return method(*arguments, **named)

    return noting


def test_case_22_an_unknown_id_takes_as_long_as_a_known_one(house: House) -> None:
    """Case 22: the quickest refusals of either kind take alike; work that others do is no matter."""
    reference = house.forwarded()

    def once(**forged: object) -> float:
        started = perf_counter()
        house.report(reference, SOURCE, ACK, **forged)  # type: ignore[arg-type]
        return perf_counter() - started

    taken = [(once(key_number=7), once(callback="0" * 32)) for _ in range(40)]
    known, unknown = (min(each) for each in zip(*taken, strict=True))
    assert 1 / 3 < unknown / known < 3


@pytest.mark.parametrize("late", ["acknowledged", "not_controller", "refused"])
def test_case_23_what_cannot_follow_is_refused(house: House, late: str) -> None:
    """Case 23: after the end, another report is 409, audited, and changes nothing."""
    reference = house.forwarded()
    house.report(reference, SOURCE, {"status": "fulfilled"})
    assert house.report(reference, SOURCE, {"status": late, "reason": "No match"})[0] == 409
    assert house.case(reference, SOURCE).state == "fulfilled"
    assert house.audit(reference)[-1].event == "report_out_of_turn"


def test_case_23_a_withdrawn_request_is_not_acknowledged(house: House) -> None:
    """Case 23: an acknowledgement of a withdrawn request is 409."""
    filed = house.file(right="objection", lead_reference=house.deliver())
    house.settle()
    house.withdraw(filed)
    house.settle()
    assert house.report(filed["reference"], SOURCE, ACK)[0] == 409


def test_case_24_whom_the_controller_names_gets_it_if_we_know_them(house: House) -> None:
    """Case 24: not the controller, but one of our register is; the date does not move."""
    reference = house.forwarded()
    report = {"status": "not_controller", "responsible": "Other Oy"}
    assert house.report(reference, SOURCE, report)[0] == 200
    house.settle()
    assert house.states(reference) == {
        SOURCE: "not_controller",
        BUYER: "forwarded",
        OTHER: "forwarded",
    }
    assert str(house.case(reference, OTHER).due_on) == "2026-04-05"


def test_case_24_whom_nobody_knows_is_left_to_an_operator(house: House) -> None:
    """Case 24: a name that is not in our register gets nothing; an operator looks."""
    reference = house.forwarded()
    posted = len(house.interfaces.posted)
    house.report(reference, SOURCE, {"status": "not_controller", "responsible": "Stranger Oy"})
    house.settle()
    assert len(house.interfaces.posted) == posted
    assert house.tasks() == ["find_controller"]


def test_case_35_withdrawn_before_forwarding_nothing_is_sent(house: House) -> None:
    """Case 35: nobody hears of a request that was withdrawn in time."""
    filed = house.file(right="access", lead_reference=house.deliver())
    house.settle()
    status, answer = house.withdraw(filed)
    house.travel(days=10)
    assert (status, answer["state"]) == (200, "withdrawn")
    assert house.interfaces.posted == []
    assert house.runner.next_due() is None


def test_case_35_withdrawn_while_the_interface_is_down(house: House) -> None:
    """Case 35: what is still waiting to be sent is not sent any more."""
    house.interfaces.failing["source.example"] = 3
    filed = house.file(right="objection", lead_reference=house.deliver())
    house.settle()
    house.withdraw(filed)
    house.travel(days=10)
    assert house.interfaces.to(SOURCE) == []
    assert house.states(filed["reference"])[SOURCE] == "withdrawn"


def test_case_35_withdrawn_after_forwarding_is_told_to_each(house: House) -> None:
    """Case 35: each controller is told once; what it still reports is noted."""
    filed = house.file(right="objection", lead_reference=house.deliver())
    house.settle()
    house.interfaces.failing["buyer.example"] = 1
    house.withdraw(filed)
    house.travel(hours=2)
    for controller in (SOURCE, BUYER):
        assert len(house.interfaces.to(controller, "withdrawn")) == 1
    assert house.report(filed["reference"], SOURCE, {"status": "fulfilled"})[0] == 200
    assert house.states(filed["reference"]) == {SOURCE: "withdrawn", BUYER: "withdrawn"}
    house.withdraw(filed)
    letters = [mail.text for mail in house.mailbox.to("person@synthetic.example")]
    assert [each.count("was withdrawn") for each in letters] == [0, 0, 1]
    assert "To be answered" not in letters[-1]
    assert "You can withdraw" not in letters[-1]


def test_a_message_counts_once(house: House) -> None:
    """The same webhook-id again is answered as the first time, whatever it says."""
    reference = house.forwarded()
    for body in (ACK, {"status": "fulfilled"}):
        assert house.report(reference, SOURCE, body, message_id="same") == (
            200,
            {"state": "acknowledged"},
        )


def test_case_40_an_old_key_is_good_for_a_while(house: House) -> None:
    """Case 40: after a rotation both keys sign and both are accepted; later only the new one."""
    house.services.controllers.rotate_key(SOURCE, house.clock.now())
    reference = house.forwarded()
    signatures = [
        headers["webhook-signature"]
        for host, headers, _ in house.interfaces.posted
        if host == "source.example"
    ]
    assert [len(each.split()) for each in signatures] == [2]
    assert house.report(reference, SOURCE, ACK, key_number=1)[0] == 200
    assert house.report(reference, SOURCE, ACK, key_number=2)[0] == 200
    house.travel(days=15)
    assert house.report(reference, SOURCE, ACK, key_number=1)[0] == 401
    assert house.report(reference, SOURCE, ACK, key_number=2)[0] == 200


def test_case_40_an_ended_contract_still_gets_requests_about_its_time(house: House) -> None:
    """Case 40: the entry of a controller whose contract has ended still leads to it."""
    ended = house.clock.now().date() - timedelta(days=1)
    house.services.controllers.put(entry_of(SOURCE, contract_until=ended))
    assert house.states(house.forwarded()) == {SOURCE: "forwarded", BUYER: "forwarded"}


def test_case_40_a_case_started_anew_sends_nothing_twice(house: House) -> None:
    """Case 40: on day 15 an operator starts a new execution; the controller gets no second one."""
    reference = house.forwarded()
    house.travel(days=15)
    house.lose_execution(f"{reference}.{SOURCE}")
    status, _ = house.decide(reference, action="restart", controllers=[SOURCE])
    house.settle()
    assert status == 200
    assert len(house.interfaces.to(SOURCE)) == 1
    house.travel(days=18)
    assert house.case(reference, SOURCE).state == "overdue"


def test_case_40_a_case_that_failed_before_it_was_sent_is_sent_once(house: House) -> None:
    """Case 40: on day 15 a lost case is started anew; started twice, all the same it arrives once."""
    house.interfaces.failing["source.example"] = 1
    reference = house.forwarded()
    house.lose_execution(f"{reference}.{SOURCE}")
    house.travel(days=15)
    assert house.interfaces.to(SOURCE) == []
    for _ in range(2):
        house.decide(reference, action="restart", controllers=[SOURCE])
    house.travel(days=18)
    assert len(house.interfaces.to(SOURCE)) == 1
    ids = [h["webhook-id"] for host, h, _ in house.interfaces.posted if host == "source.example"]
    assert len(ids) == len(set(ids))
    assert house.case(reference, SOURCE).state == "overdue"
    assert [each.event for each in house.audit(reference)].count("overdue") == 2  # the buyer's too


def test_case_40_an_outage_is_outlived(house: House) -> None:
    """Case 40: while the region is away every step fails; afterwards all goes on, once, in time."""
    back = house.clock.now() + timedelta(hours=30)
    carry_out = house.runner._invoke

    def away(event: Mapping[str, Any]) -> Any:
        if house.clock.now() < back:
            raise StoreUnavailable
        return carry_out(event)

    house.runner._invoke = away
    reference = house.forwarded()
    house.travel(hours=29)
    assert house.interfaces.posted == []
    house.travel(hours=2)
    assert house.states(reference) == {SOURCE: "forwarded", BUYER: "forwarded"}
    assert [len(house.interfaces.to(each)) for each in (SOURCE, BUYER)] == [1, 1]
    assert str(house.case(reference, SOURCE).due_on) == "2026-04-05"
    assert house.failed_executions() == []


def test_a_notice_of_a_source_reaches_its_buyers(house: House) -> None:
    """A source's signed notices go to those who got data from it, and it sees who they are.

    The source is written to as a person is not; and nobody else may send a notice.
    """
    house.deliver()
    status, answer = house.notice(SOURCE, {"right": "erasure", "subject_phone": "0401234567"})
    assert status == 202
    house.settle()
    (message,) = house.interfaces.to(BUYER, "notice")
    assert message["data"]["subject"] == {"phone": "+358401234567"}
    assert house.states(answer["reference"]) == {BUYER: "forwarded"}
    assert [each["name"] for each in house.status(answer)["controllers"]] == ["Buyer Oy"]
    house.notice(SOURCE, {"right": "erasure", "subject_phone": "0401234568"})
    house.settle()
    assert len(house.interfaces.to(BUYER, "notice")) == 2
    assert house.mailbox.to(f"privacy@{SOURCE}.example") == []
    assert house.notice(SOURCE, {"right": "erasure"}, key_of=OTHER)[0] == 401
    assert house.notice(OTHER, {"right": "erasure"})[0] == 422
