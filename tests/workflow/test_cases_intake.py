"""Acceptance cases 1-10 and 25-28: what is filed, and to whom it goes."""

import hmac
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from functions.dsar_router.intake import GUESSES_AN_HOUR
from functions.dsar_router.steps import keep_up
from leadcloud.executions import Executions
from leadcloud.lead_reference import write
from tests.house import BUYER, OTHER, SOURCE, House, entry_of


def confirm(house: House, filed: dict[str, str]) -> None:
    """Confirm the contact channel by the link in the newest mail."""
    lines = house.mailbox.mails[-1].text.splitlines()
    (link,) = (line for line in lines if line.startswith("https"))
    house.confirm(filed, link)


def test_case_01_erasure_with_a_lead_reference_goes_to_both_controllers(house: House) -> None:
    """Case 1: source and buyer get a signed request within a day; the answer names both dates."""
    filed = house.file(right="erasure", lead_reference=house.deliver())
    assert (filed["received_on"], filed["due_on"]) == ("2026-03-05", "2026-04-05")
    house.settle()
    confirm(house, filed)
    house.travel(hours=1)

    assert house.states(filed["reference"]) == {SOURCE: "forwarded", BUYER: "forwarded"}
    for controller in (SOURCE, BUYER):
        (message,) = house.interfaces.to(controller)
        assert message["data"]["reference"] == filed["reference"]
        assert message["data"]["contact_verified"] is True
        assert house.signature_holds(controller)


def test_case_02_an_objection_waits_for_nothing(house: House) -> None:
    """Case 2: with company and number given, an objection goes out at once, marked unverified."""
    house.services.controllers.put(entry_of(BUYER, calling_numbers=("+358401234567",)))
    house.deliver()
    house.file(
        right="objection",
        subject={"phone": "040 765 4321"},
        call={"company": "buyer", "number": "040 123 4567", "date": "2026-03-04"},
    )
    house.settle()

    for controller in (SOURCE, BUYER):
        (message,) = house.interfaces.to(controller)
        assert message["data"]["contact_verified"] is False
        assert message["data"]["subject"] == {"phone": "+358407654321"}


def test_case_03_an_unconfirmed_request_goes_out_all_the_same(house: House) -> None:
    """Case 3: one reminder, and after 72 hours the request goes out flagged as unverified."""
    filed = house.file(right="access", lead_reference=house.deliver())
    house.travel(hours=71)
    assert house.interfaces.posted == []
    assert len(house.mailbox.to("person@synthetic.example")) == 2
    house.travel(hours=2)

    (message,) = house.interfaces.to(SOURCE)
    assert message["data"]["contact_verified"] is False
    assert house.states(filed["reference"]) == {SOURCE: "forwarded", BUYER: "forwarded"}


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "fulfilled", "results_url": "https://source.example/result"},
        {"status": "fulfilled", "attachment": "bmFtZTtudW1iZXI="},
    ],
)
def test_case_04_an_answer_is_not_carried(house: House, answer: dict[str, str]) -> None:
    """Case 4: a result or an attachment is refused, audited, and kept nowhere."""
    reference = house.forwarded()
    status, problem = house.report(reference, SOURCE, answer)

    assert status == 422
    assert "directly" in problem["detail"]
    assert house.audit(reference)[-1].event == "answer_not_carried"
    assert house.case(reference, SOURCE).state == "forwarded"
    assert not house.holds("results_url", "source.example/result", "bmFtZTtudW1iZXI=")


def test_case_05_the_same_filing_again_is_one_request(house: House) -> None:
    """Case 5: fifty at once under one key make one request, one execution, one reference."""
    code = house.deliver()
    with ThreadPoolExecutor(50) as threads:
        answers = list(
            threads.map(
                lambda _: house.try_to_file("key-1", right="objection", lead_reference=code),
                range(50),
            )
        )
    assert {status for status, _ in answers} == {202}
    assert len({str(answer) for _, answer in answers}) == 1
    house.settle()
    assert len(house.interfaces.to(SOURCE)) == 1
    assert [event.event for event in house.audit(answers[0][1]["reference"])].count("received") == 1


def test_case_06_another_filing_under_the_same_key_is_refused(house: House) -> None:
    """Case 6: same key, other body is 422, and only the first filing is on record."""
    filed = house.file("key-1", right="access")
    before = len(house.audit(filed["reference"]))
    status, problem = house.try_to_file("key-1", right="erasure")

    assert (status, problem["code"]) == (422, "idempotency_key_reused")
    assert house.request(filed["reference"]).right == "access"
    assert len(house.audit(filed["reference"])) == before


def test_case_07_without_a_key_nothing_is_filed(house: House) -> None:
    """Case 7: a filing without Idempotency-Key is 400."""
    body = {"right": "access", "reply_to": {"email": "p@synthetic.example"}, "language": "fi"}
    status, problem = house.call("POST", "/v1/subject-requests", body)
    assert (status, problem["code"]) == (400, "idempotency_key_missing")
    assert list(house.desk.dossier.listed("open")) == []


def test_case_09_the_same_request_again_is_linked_not_sent(house: House) -> None:
    """Case 9: nothing new means no second forwarding; the person is shown the first reference."""
    code = house.deliver()
    first = house.file(right="objection", lead_reference=code)
    house.travel(days=2)
    second = house.file(right="objection", lead_reference=code)
    house.settle()

    assert house.request(second["reference"]).duplicate_of == first["reference"]
    assert house.request(second["reference"]).state == "closed"
    assert len(house.interfaces.to(SOURCE)) == 1
    assert first["reference"] in house.mailbox.mails[-1].text
    assert str(house.case(first["reference"], SOURCE).due_on) == first["due_on"]


def test_case_09_who_only_knows_an_address_learns_nothing(house: House) -> None:
    """Case 9: without showing control of the address, nobody is told of an earlier request."""
    code = house.deliver()
    house.file(right="objection", lead_reference=code)
    second = house.file(right="objection", lead_reference=code)
    house.settle()
    assert house.status(second)["duplicate_of"] is None


def test_a_buyer_nobody_has_entered_is_not_forgotten(house: House) -> None:
    """Where a delivery's buyer is in no register of controllers, an operator enters and adds it."""
    filed = house.file(right="objection", lead_reference=house.deliver(buyer="newcomer"))
    house.settle()
    assert house.states(filed["reference"]) == {SOURCE: "forwarded"}
    assert house.tasks() == ["enter_controller"]
    house.services.controllers.put(entry_of("newcomer"))
    house.decide(filed["reference"], action="route", controllers=["newcomer"])
    house.settle()
    assert house.states(filed["reference"])["newcomer"] == "forwarded"


def test_case_10_a_new_reference_adds_only_the_new_controller(house: House) -> None:
    """Case 10: the same request with a newly found reference goes to whom it adds, and only there."""
    house.file(right="objection", lead_reference=house.deliver())
    house.travel(days=2)
    house.file(right="objection", lead_reference=house.deliver(source=OTHER))
    house.settle()

    assert [len(house.interfaces.to(each)) for each in (SOURCE, BUYER, OTHER)] == [1, 1, 1]


def test_case_25_nobody_known_asks_the_person_then_an_operator(house: House) -> None:
    """Case 25: the person is asked, after 14 days an operator, and at the end told honestly."""
    filed = house.file(right="objection")
    house.settle()
    assert house.request(filed["reference"]).state == "needs_info"
    house.travel(days=15)
    assert house.request(filed["reference"]).state == "with_operator"
    assert house.tasks() == ["find_controller"]
    house.travel(days=30)

    assert house.request(filed["reference"]).state == "closed"
    last = house.mailbox.to("person@synthetic.example")[-1].text
    for hint in ("directories", "operator", "Robinson", "Ombudsman"):
        assert hint in last
    assert house.interfaces.posted == []


def test_case_25_what_the_person_adds_is_looked_up(house: House) -> None:
    """Case 25: who called, added later on the page, leads the request on its way."""
    filed = house.file(right="objection")
    house.settle()
    code = house.deliver()
    status, _ = house.form(
        f"/subject-request/{filed['reference']}",
        {"step": "add", "lead_reference": code},
        key=filed["view_key"],
    )
    house.settle()
    assert status == 303
    assert house.states(filed["reference"]) == {SOURCE: "forwarded", BUYER: "forwarded"}


def test_case_26_to_everybody_on_the_persons_own_instruction(house: House) -> None:
    """Case 26: only those whose policy takes broadcasts get it, and the person sees the list."""
    for controller in (SOURCE, OTHER):
        house.services.controllers.put(entry_of(controller, broadcasts="whole"))
    filed = house.file(right="objection", send_to_all=True)
    house.settle()

    assert house.states(filed["reference"]) == {SOURCE: "forwarded", OTHER: "forwarded"}
    assert {each["id"] for each in house.status(filed)["controllers"]} == {SOURCE, OTHER}
    assert house.request(filed["reference"]).send_to_all is True


ASKED = {"phone": "040 765 4321"}


def ask_by_hash(house: House, *controllers: str) -> Any:
    """File to everybody, where these controllers are asked by hashes first."""
    for controller in controllers:
        house.services.controllers.put(entry_of(controller, broadcasts="hashed"))
    filed = house.file(right="objection", send_to_all=True, subject=ASKED, message="Testiviesti")
    house.settle()
    return filed


def test_case_26_who_wants_hashes_first_learns_of_nobody_else(house: House) -> None:
    """Case 26: hashes under the controller's own key come first, the request on recognition."""
    house.services.controllers.put(entry_of(SOURCE, broadcasts="whole"))
    filed = ask_by_hash(house, OTHER)
    reference = filed["reference"]
    (inquiry,) = house.interfaces.to(OTHER, "inquiry")
    key = house.services.controller_keys.key(OTHER, 1)
    known = (b"phone:+358407654321", b"email:person@synthetic.example")
    assert inquiry["data"]["hashes"] == [
        hmac.new(key, each, "sha256").hexdigest() for each in known
    ]
    for secret in ("7654321", "person@synthetic.example", "Testiviesti"):
        assert secret not in json.dumps(inquiry)
    assert house.interfaces.to(OTHER) == []
    assert [len(house.interfaces.to(SOURCE)), house.audit(reference)[0].details["send_to_all"]] == [
        1,
        True,
    ]
    hashed = {each["id"]: each["hashed"] for each in house.status(filed)["controllers"]}
    assert hashed == {SOURCE: False, OTHER: True}

    house.report(reference, OTHER, {"status": "acknowledged"})
    house.settle()
    (message,) = house.interfaces.to(OTHER)
    assert message["data"]["subject"] == {"phone": "+358407654321"}
    house.report(reference, OTHER, {"status": "fulfilled"})
    house.settle()
    assert house.case(reference, OTHER).state == "fulfilled"


def test_case_26_where_nobody_knows_the_person_she_is_told_so(house: House) -> None:
    """Case 26: controllers that recognise no hash get nothing more; the person gets the hints."""
    filed = ask_by_hash(house, SOURCE, OTHER)
    for controller in (SOURCE, OTHER):
        house.report(filed["reference"], controller, {"status": "not_controller"})
        house.settle()
    assert house.request(filed["reference"]).state == "closed"
    assert [body["type"].rpartition(".")[2] for _, _, body in house.interfaces.posted] == [
        "inquiry",
        "inquiry",
    ]
    letters = [mail.text for mail in house.mailbox.to("person@synthetic.example")]
    assert ["Robinson" in each for each in letters] == [False, True]
    assert house.tasks() == []


def test_case_26_hashes_take_no_other_way(house: House) -> None:
    """Case 26: an interface that stays down is not asked by mail, and the case ends all the same."""
    house.interfaces.failing["other.example"] = 10_000
    filed = ask_by_hash(house, OTHER)
    house.travel(days=33)
    assert house.case(filed["reference"], OTHER).state == "overdue"
    assert house.mailbox.to("privacy@other.example")[-1].subject.startswith("Your interface")
    house.travel(days=95)
    assert house.request(filed["reference"]).state == "closed"
    assert house.failed_executions() == []


def test_case_27_a_mistyped_reference_is_said_to_be_mistyped(house: House) -> None:
    """Case 27: a wrong check symbol is a typing error of that field."""
    code = house.deliver()
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    status, problem = house.try_to_file(lead_reference=wrong)
    assert status == 422
    (fault,) = problem["errors"]
    assert (fault["field"], fault["code"]) == ("lead_reference", "lead_reference_form")


def test_case_27_a_reference_is_read_as_people_write_it(house: House) -> None:
    """Case 27: lower case, and O, I, L for 0, 1, 1 lead to the same delivery."""
    code = house.deliver()
    spoken = code.lower().replace("0", "o").replace("1", "l").replace("-", " ")
    filed = house.file(right="objection", lead_reference=spoken)
    house.settle()
    assert house.states(filed["reference"]) == {SOURCE: "forwarded", BUYER: "forwarded"}


def test_case_27_an_unknown_reference_is_as_none(house: House) -> None:
    """Case 27: a reference of valid form that was never drawn is answered like no reference."""
    known = house.file(right="objection", lead_reference=house.deliver())
    unknown = house.file(
        right="objection", lead_reference=write(12345), reply_to={"email": "b@synthetic.example"}
    )
    assert known.keys() == unknown.keys()
    house.settle()
    assert house.request(unknown["reference"]).state == "needs_info"


def test_case_28_guessing_references_is_stopped(house: House) -> None:
    """Case 28: after some misses a network files no more references; no company was named."""
    statuses = []
    for number in range(GUESSES_AN_HOUR + 5):
        status, answer = house.try_to_file(
            right="objection",
            lead_reference=write(number),
            reply_to={"email": f"guess{number}@synthetic.example"},
        )
        statuses.append(status)
        assert "Oy" not in str(answer)
        house.settle()
    assert statuses == [202] * GUESSES_AN_HOUR + [429] * 5
    assert house.interfaces.posted == []
    assert house.try_to_file(ip="198.51.100.9", lead_reference=write(1))[0] == 202
    house.travel(hours=1)
    assert house.try_to_file(lead_reference=write(1))[0] == 202


def test_a_network_files_so_many_an_hour(house: House) -> None:
    """More filings than the setting from one network are 429 with the time to wait."""
    house.services.settings = replace(house.services.settings, filings_an_hour=2)
    answers = [house.try_to_file(right="access")[0] for _ in range(3)]
    assert answers == [202, 202, 429]


def test_a_request_outlives_a_death_before_its_start(house: House) -> None:
    """What was recorded but not started is started by the upkeep."""
    mortal = Mortal(house.services.executions)
    house.services.executions = mortal
    status, _ = house.try_to_file("key", right="objection", lead_reference=house.deliver())
    assert status == 500
    mortal.alive = True
    keep_up(house.desk, house.services.anchors)
    house.settle()
    assert len(house.interfaces.to(SOURCE)) == 1


class Mortal:
    """Executions that cannot be reached at first."""

    def __init__(self, inner: Executions) -> None:
        self.inner = inner
        self.alive = False

    def start(self, name: str, ids: Mapping[str, str]) -> None:
        if not self.alive:
            raise OSError
        self.inner.start(name, ids)

    def answer(self, token: str, ids: Mapping[str, str]) -> None:
        self.inner.answer(token, ids)
