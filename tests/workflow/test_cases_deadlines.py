"""Acceptance cases 11-20: dates, extensions, interfaces that are down, controllers that are silent."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from tests.house import BUYER, SOURCE, House, entry_of


def test_case_11_reminders_go_by_the_nominal_date(house: House) -> None:
    """Case 11: received on 5 March, due on 5 April, latest 7 April; reminded before 5 April."""
    reference = house.forwarded()
    house.travel(days=32)
    request = house.request(reference)
    assert (request.due_on, request.due_on_latest) == (date(2026, 4, 5), date(2026, 4, 7))
    reminded = [each.at.date() for each in house.audit(reference) if each.event == "reminded"]
    days = [date(2026, 3, 22), date(2026, 3, 29), date(2026, 4, 2), date(2026, 4, 4)]
    assert sorted(set(reminded)) == days


def test_case_11_the_latest_date_is_that_of_where_the_controller_acts(house: House) -> None:
    """A message names the latest date by its controller's holidays, also after an extension."""
    house.travel_to(datetime(2026, 3, 2, 9, tzinfo=UTC))
    house.services.controllers.put(entry_of(SOURCE, holidays="NO"))
    reference = house.forwarded()
    for controller, day in ((SOURCE, "2026-04-07"), (BUYER, "2026-04-02")):
        assert house.interfaces.to(controller)[0]["data"]["due_on_latest"] == day
    house.report(reference, BUYER, {"status": "extended", "reason": "Complex"})
    house.travel(days=80)
    reminder = house.interfaces.to(BUYER, "reminder")[-1]["data"]
    assert (reminder["due_on"], reminder["due_on_latest"]) == ("2026-06-02", "2026-06-02")


def test_case_13_receipt_is_dated_in_finland(house: House) -> None:
    """Case 13: filed at 22:30 UTC, received on the next day."""
    house.travel_to(datetime(2026, 3, 5, 22, 30, tzinfo=UTC))
    assert house.file(right="access")["received_on"] == "2026-03-06"


def test_case_15_an_extension_with_a_reason_moves_the_date(house: House) -> None:
    """Case 15: three months from receipt; the person is told, and reads the reason."""
    filed = house.file(right="objection", lead_reference=house.deliver())
    house.settle()
    house.travel(days=10)
    report = {"status": "extended", "reason": "Many requests at once"}
    assert house.report(filed["reference"], SOURCE, report) == (200, {"state": "extended"})
    house.settle()

    assert house.case(filed["reference"], SOURCE).due_on == date(2026, 6, 5)
    letter = house.mailbox.mails[-1].text
    assert "needs more time" in letter
    assert "To be answered by: 5.6.2026" in letter
    by_id = {each["id"]: each for each in house.status(filed)["controllers"]}
    assert by_id[SOURCE]["reason"] == "Many requests at once"
    assert not house.holds("Many requests at once")
    house.travel(days=30)
    assert house.states(filed["reference"]) == {SOURCE: "extended", BUYER: "overdue"}
    house.travel(days=60)
    assert house.states(filed["reference"])[SOURCE] == "overdue"


def test_case_15_an_extension_is_clamped_to_the_month(house: House) -> None:
    """Case 15: three months from 30 November end on the last of February."""
    house.travel_to(datetime(2026, 11, 30, 9, tzinfo=UTC))
    reference = house.forwarded()
    house.report(reference, SOURCE, {"status": "extended", "reason": "Complex"})
    assert house.case(reference, SOURCE).due_on == date(2027, 2, 28)


def test_case_16_an_extension_needs_a_reason(house: House) -> None:
    """Case 16: without a reason it is 422 and changes nothing."""
    reference = house.forwarded()
    status, problem = house.report(reference, SOURCE, {"status": "extended"})
    assert (status, problem["errors"][0]["field"]) == (422, "reason")
    assert house.case(reference, SOURCE).state == "forwarded"


def test_a_refusal_needs_a_reason(house: House) -> None:
    """The person is told that the reason is given; without one it is 422 and changes nothing."""
    reference = house.forwarded()
    status, problem = house.report(reference, SOURCE, {"status": "refused"})
    assert (status, problem["errors"][0]["field"]) == (422, "reason")
    assert house.case(reference, SOURCE).state == "forwarded"


def test_case_16_an_extension_after_the_deadline_is_no_extension(house: House) -> None:
    """Case 16: past the date the case is overdue, stays so, and an operator has a task."""
    reference = house.forwarded()
    house.travel(days=32)
    report = {"status": "extended", "reason": "Late"}
    assert house.report(reference, SOURCE, report)[0] == 409
    assert house.case(reference, SOURCE).state == "overdue"
    assert house.audit(reference)[-1].event == "extension_too_late"
    assert "overdue" in house.tasks()


def test_case_17_an_interface_down_for_days_is_waited_for(house: House) -> None:
    """Case 17: growing waits, no failure, the privacy desk told after 48 h, one delivery."""
    house.interfaces.failing["source.example"] = 7
    reference = house.forwarded()
    house.travel(days=5)
    case = house.case(reference, SOURCE)
    assert (case.state, len(house.interfaces.to(SOURCE))) == ("forwarded", 1)
    tries = [each.at for each in house.audit(reference) if each.event == "not_reached"]
    waits = [(b - a).total_seconds() for a, b in pairwise(tries)]
    assert waits[:3] == [900, 3600, 14400]
    assert waits == sorted(waits)
    (told,) = house.mailbox.to("privacy@source.example")
    assert "has not answered" in told.text
    assert house.tasks() == ["controller_unreachable"]
    assert str(case.due_on) == "2026-04-05"
    assert house.failed_executions() == []


def test_case_17_an_interface_that_refuses_is_an_operators_at_once(house: House) -> None:
    """Case 17: one that is down may come back by itself, one that refuses does not."""
    house.interfaces.failing["buyer.example"] = 1
    house.interfaces.refusing.add("source.example")
    reference = house.forwarded()
    assert house.tasks() == ["controller_unreachable"]
    assert house.case(reference, SOURCE).alarmed
    assert not house.case(reference, BUYER).alarmed


def test_case_17_ten_days_before_the_date_another_channel_is_taken(house: House) -> None:
    """Case 17: an interface that stays down is left for mail at T-10."""
    house.interfaces.failing["source.example"] = 10_000
    reference = house.forwarded()
    house.travel(days=20)
    assert house.case(reference, SOURCE).sent_at is None
    house.travel(days=2)
    case = house.case(reference, SOURCE)
    assert (case.channel, case.state) == ("email", "forwarded")
    assert house.mailbox.to("privacy@source.example")[-1].subject.startswith("Data protection")


def test_case_18_a_lost_answer_means_the_same_message_again(house: House) -> None:
    """Case 18: the retry carries the same id, and two acknowledgements count once."""
    house.interfaces.lost_answers["source.example"] = 1
    reference = house.forwarded()
    house.travel(hours=1)
    ids = [h["webhook-id"] for host, h, _ in house.interfaces.posted if host == "source.example"]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    for message in ("first", "second"):
        answer = house.report(reference, SOURCE, {"status": "acknowledged"}, message_id=message)
        assert answer == (200, {"state": "acknowledged"})
        house.settle()
    events = [each.event for each in house.audit(reference)]
    assert (events.count("reported"), events.count("reported_again")) == (1, 1)


def test_case_19_a_silent_controller_is_reminded_then_escalated(house: House) -> None:
    """Case 19: four reminders, then overdue: an operator has a task, the person knows her rights."""
    filed = house.file(right="objection", lead_reference=house.deliver())
    house.travel(days=32)
    assert len(house.interfaces.to(SOURCE, "reminder")) == 4
    assert house.states(filed["reference"]) == {SOURCE: "overdue", BUYER: "overdue"}
    assert house.tasks().count("overdue") == 2
    last = house.mailbox.to("person@synthetic.example")[-1].text
    assert "Ombudsman" in last
    assert "court" in last
    (overdue,) = house.operators_list("overdue")
    assert (overdue["reference"], overdue["overdue"]) == (filed["reference"], True)


def test_case_20_a_late_acknowledgement_is_not_lost(house: House) -> None:
    """Case 20: after reminders, and even after the deadline, a report counts and gets its 200."""
    reference = house.forwarded()
    house.travel(days=20)
    assert house.report(reference, SOURCE, {"status": "acknowledged"})[0] == 200
    house.travel(days=15)
    assert house.case(reference, SOURCE).state == "overdue"
    assert house.report(reference, SOURCE, {"status": "fulfilled"})[0] == 200
    house.settle()
    assert house.case(reference, SOURCE).state == "fulfilled"


def test_a_report_before_the_workflow_waits_is_not_lost(house: House) -> None:
    """A controller that reports while it is still being written to is heard."""
    reports: list[bool] = []

    def at_once(host: str) -> None:
        if host == "source.example" and not reports:
            reports.append(True)
            reference = house.interfaces.to(SOURCE)[0]["data"]["reference"]
            assert house.report(reference, SOURCE, {"status": "fulfilled"})[0] == 200

    house.interfaces.on_post = at_once
    reference = house.forwarded()
    house.report(reference, BUYER, {"status": "refused", "reason": "No match"})
    house.settle()
    assert house.states(reference) == {SOURCE: "fulfilled", BUYER: "refused"}
    assert house.request(reference).state == "closed"
    assert house.runner.next_due() is None


@pytest.mark.parametrize("channel", ["email", "manual", "opendsr"])
def test_each_channel_carries_a_request(house: House, channel: str) -> None:
    """A request arrives by mail, by hand, and by OpenDSR where that knows the right."""
    url = "https://source.example" if channel == "opendsr" else None
    house.services.controllers.put(entry_of(SOURCE, channel=channel, url=url))
    filed = house.file(right="erasure", lead_reference=house.deliver())
    house.travel(days=4)
    case = house.case(filed["reference"], SOURCE)
    assert case.channel == channel
    assert case.state == ("acknowledged" if channel == "opendsr" else "forwarded")
