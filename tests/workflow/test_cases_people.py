"""Acceptance cases 29, 31, 34, 36-39: what people write, who writes, and what is forgotten."""

import hashlib
import html
from typing import Any

import pytest

from functions.dsar_router.letters import MOST_A_DAY
from leadcloud.anchors import verify
from leadcloud.own_register import OWN
from tests.effort import times
from tests.house import BUYER, SOURCE, House

BATCH = times(12)
"""A blocker's batch; case 36 names 500, which an effort of 42 makes it."""

IDENTITY_CODE = "131052-308T"
CARD = "4111 1111 1111 1111"


@pytest.mark.parametrize("number", [IDENTITY_CODE, IDENTITY_CODE.lower(), CARD])
@pytest.mark.parametrize("place", ["message", "name", "postal_address", "company"])
def test_case_29_numbers_nobody_needs_are_refused(house: House, number: str, place: str) -> None:
    """Case 29: an identity code or card number is refused with the reason, and kept nowhere."""
    text = f"Testi {number} Synteettinen"
    members: dict[str, Any] = {
        "message": {"message": text},
        "name": {"subject": {"name": text}},
        "postal_address": {"subject": {"postal_address": text}},
        "company": {"call": {"company": text}},
    }
    status, problem = house.try_to_file(**members[place])
    assert status == 422
    (fault,) = problem["errors"]
    assert fault["code"] in ("personal_identity_code", "card_number")
    assert "nobody here needs it" in fault["detail"]
    assert house.holds(number) == []
    assert list(house.desk.dossier.listed("open")) == []


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("Testi\r\nBcc: x@example.com", "Testi Bcc: x@example.com"),
        ("abc\u202egpj.exe", "abcgpj.exe"),
        ("Testi \U0001f600 Åberg", "Testi \U0001f600 Åberg"),
        ("A\u030aberg", "Åberg"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
    ],
)
def test_case_31_strange_names_are_cleaned_not_refused(
    house: House, written: str, kept: str
) -> None:
    """Case 31: line ends and direction characters go, letters are composed, all else stays."""
    reference = house.forwarded(subject={"name": written})
    (message,) = house.interfaces.to(SOURCE)
    assert message["data"]["subject"]["name"] == kept
    assert house.request(reference).state == "forwarded"


def test_case_31_markup_is_escaped_on_the_controllers_page(house: House) -> None:
    """Case 31: what a person wrote is text on a page, never markup; and no mail holds it."""
    house.by_mail(SOURCE)
    house.forwarded(message="<script>alert(1)</script>", subject={"name": "<b>Testi</b>"})
    page = house.page_of(SOURCE)
    _, shown = house.form(page, {"step": "read"})
    assert "&lt;script&gt;" in shown
    assert "<script>alert" not in shown
    assert "<b>Testi" not in shown
    assert all("Testi" not in mail.text + mail.subject for mail in house.mailbox.mails)


def test_case_31_a_controllers_reason_is_text_on_the_persons_page(house: House) -> None:
    """Case 31: markup in a reason is shown, not run; line ends and direction characters go."""
    filed = house.file(right="objection", lead_reference=house.deliver())
    house.settle()
    reason = "<script>alert(1)</script>\u202eABC\x07 <b>no</b> A\u030a"
    house.report(filed["reference"], SOURCE, {"status": "refused", "reason": reason})
    house.settle()
    path = f"/subject-request/{filed['reference']}"
    _, page = house.call("GET", path, query={"key": filed["view_key"]})
    assert "&lt;script&gt;alert(1)&lt;/script&gt;ABC &lt;b&gt;no&lt;/b&gt; Å" in " ".join(
        page.split()
    )
    assert "<script" not in page
    assert all("alert" not in mail.subject + mail.text for mail in house.mailbox.mails)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '" onfocus="alert(1)', "{{ 7*7 }}"])
def test_case_31_what_is_typed_stays_text_on_every_page_of_the_form(
    house: House, text: str
) -> None:
    """Case 31: markup, the end of an attribute and a template's own signs are shown as typed."""
    typed = {"right": "access", "email": "a@synthetic.example", "subject_name": text}
    for step in ("check", "sv"):
        for faulty in ({}, {"email": text}):
            _, page = house.form("/subject-request", {**typed, **faulty, "step": step})
            assert "<script" not in page
            assert 'onfocus="' not in page
            assert html.escape(text) in page.replace("&#34;", "&quot;")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"message": "' + "x" * 1_000_000 + '"}', 413),
        ('{"message": "a\\u0000b"}', 400),
        ('{"message": "\\ud800"}', 400),
    ],
)
def test_case_31_what_is_no_text_is_refused(house: House, body: str, status: int) -> None:
    """Case 31: a megabyte, a NUL and half a character are refused at the door."""
    headers = {"Idempotency-Key": "k"}
    assert house.call("POST", "/v1/subject-requests", body, headers=headers)[0] == status


def test_case_34_a_request_is_forgotten_and_the_proof_stays(house: House) -> None:
    """Case 34: the payload and its key are destroyed; the chain still verifies."""
    reference = house.forwarded(subject={"name": "Testi Synteettinen"})
    assert house.decide(reference, action="forget")[0] == 200
    assert house.desk.payloads.open(reference) is None
    assert house.audit(reference)[-1].event == "payload_destroyed"
    assert verify(house.services.store, house.services.anchors, house.clock) == ()
    _, read = house.decide(reference, action="read")
    assert read["letter"] is None


def test_a_payload_goes_when_everybody_has_it(house: House) -> None:
    """Fourteen days after the last acknowledgement, or after 120 days, the payload is gone."""
    reference = house.forwarded()
    silent = house.forwarded(reply_to={"email": "second@synthetic.example"})
    for controller in (SOURCE, BUYER):
        house.report(reference, controller, {"status": "acknowledged"})
    house.settle()
    house.travel(days=13)
    assert house.desk.payloads.open(reference) is not None
    house.travel(days=2)
    assert house.desk.payloads.open(reference) is None
    assert house.desk.payloads.open(silent) is not None
    house.travel(days=106)
    assert house.desk.payloads.open(silent) is None


@pytest.mark.parametrize("mandate", [True, False])
def test_case_36_an_agents_request_is_passed_on_with_its_mandate(
    house: House, *, mandate: bool
) -> None:
    """Case 36: with or without a mandate it goes out, marked; the controller decides."""
    house.forwarded(on_behalf_of={"relation": "agent", "mandate": mandate})
    (message,) = house.interfaces.to(SOURCE)
    assert message["data"]["on_behalf_of"] == {"relation": "agent", "mandate": mandate}


def test_case_36_a_batch_is_taken_item_by_item(house: House) -> None:
    """Case 36: an agent's prohibitions, from one address under one mandate, all go out.

    The agent is not buried in letters, nor the operators in tasks.
    """
    mandate = hashlib.sha256(b"synthetic mandate").hexdigest()
    behalf = {"relation": "agent", "mandate": True, "mandate_sha256": mandate}
    code = house.deliver()
    for number in range(BATCH):
        house.file(
            right="objection",
            reply_to={"email": "agent@synthetic.example"},
            subject={"phone": f"+3584570{number:06}"},
            on_behalf_of=behalf,
            lead_reference=code,
        )
    house.settle()
    for controller in (SOURCE, BUYER):
        got = [message["data"] for message in house.interfaces.to(controller)]
        assert len({each["subject"]["phone"] for each in got}) == BATCH
        assert all(each["on_behalf_of"] == behalf for each in got)
    assert len(house.mailbox.to("agent@synthetic.example")) == MOST_A_DAY
    assert house.tasks() == []


@pytest.mark.parametrize("relation", ["guardian", "deceased"])
def test_case_37_for_a_child_or_a_deceased_person(house: House, relation: str) -> None:
    """Case 37: taken, flagged and passed on; nothing is decided here."""
    reference = house.forwarded(on_behalf_of={"relation": relation})
    (message,) = house.interfaces.to(SOURCE)
    assert message["data"]["on_behalf_of"]["relation"] == relation
    assert house.operators_list("open")[0]["agent"] == relation
    assert house.request(reference).state == "forwarded"


def test_case_37_the_form_says_that_the_gdpr_does_not_cover_the_deceased(house: House) -> None:
    """Case 37: whoever files for a deceased person reads so beside the choice."""
    _, page = house.call("GET", "/subject-request", query={"lang": "en"})
    assert "the GDPR does not cover this; we pass it on as information" in page


def test_case_38_a_company_forbids_marketing(house: House) -> None:
    """Case 38: its own lane, forwarded at once, and not called a request under the GDPR."""
    filed = house.file(right="marketing_prohibition", lead_reference=house.deliver())
    house.settle()
    (message,) = house.interfaces.to(BUYER)
    assert (message["data"]["lane"], message["data"]["right"]) == (
        "marketing_prohibition",
        "marketing_prohibition",
    )
    assert house.status(filed)["lane"] == "marketing_prohibition"


def test_case_39_our_own_register_is_a_lane_of_its_own(house: House) -> None:
    """Case 39: an internal case besides the forwards; who is not verified learns of no match."""
    house.desk.own_register.add("person@synthetic.example")
    filed = house.file(right="objection", lead_reference=house.deliver())
    house.settle()
    assert house.states(filed["reference"]) == {
        OWN: "forwarded",
        SOURCE: "forwarded",
        BUYER: "forwarded",
    }
    assert "forwarded" in house.tasks()
    assert {each["id"] for each in house.status(filed)["controllers"]} == {SOURCE, BUYER}
    code = house.desk.references.contact_code(filed["reference"])
    house.form(
        f"/subject-request/{filed['reference']}",
        {"step": "confirm", "code": code},
        key=filed["view_key"],
    )
    assert OWN in {each["id"] for each in house.status(filed)["controllers"]}
    house.travel(days=32)
    assert house.states(filed["reference"])[OWN] == "overdue"


def test_case_39_a_match_shows_in_nothing_before_verification(house: House) -> None:
    """Case 39: for somebody in our register and somebody who is not, all answers are alike."""
    house.desk.own_register.add("known@synthetic.example")
    answers = []
    for who in ("known", "other"):
        filed = house.file(right="objection", reply_to={"email": f"{who}@synthetic.example"})
        house.settle()
        status = house.status(filed)
        letters = [mail.text for mail in house.mailbox.to(f"{who}@synthetic.example")]
        for secret in (filed["reference"], filed["view_key"]):
            letters = [text.replace(secret, "") for text in letters]
        answers.append((status | {"reference": ""}, letters))
    assert answers[0] == answers[1]
