"""Acceptance case 30: what people write is nowhere but in the sealed payload and on its way."""

import base64
import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from functions.dsar_router.form import FIELDS
from functions.dsar_router.steps import carry_out
from leadcloud.own_register import OWN
from leadcloud.step import StepFailed
from leadcloud.store.interface import Key
from tests.house import BUYER, SOURCE, House, entry_of
from tests.leaks import forms_of
from tests.plugins.running_service import RunningService

CANARIES = {
    "name": "Kanarja Synteettinen-Testi",
    "email": "kanarja.synteettinen@canary.example",
    "phone": "+358457001987654",
    "subject_phone": "+358457001987655",
    "address": "Kanarjankuja 987",
    "company": "Kanarja Caller 987 Oy",
    "number": "+358457001987656",
    "message": "Kanarja message 987654",
    "reason": "Kanarja reason 987654",
}


def filing() -> dict[str, Any]:
    """Return a filing with a canary in every field that takes one."""
    return {
        "right": "objection",
        "reply_to": {"email": CANARIES["email"], "phone": CANARIES["phone"]},
        "subject": {
            "name": CANARIES["name"],
            "phone": CANARIES["subject_phone"],
            "postal_address": CANARIES["address"],
        },
        "call": {"company": CANARIES["company"], "number": CANARIES["number"]},
        "message": CANARIES["message"],
        "language": "fi",
    }


def found_in(places: dict[str, bytes]) -> list[tuple[str, str]]:
    """Return which canary stands in which place, in whatever form."""
    return [
        (place, name)
        for place, content in places.items()
        for name, text in CANARIES.items()
        for form in forms_of(text)
        if form in content
    ]


def places(house: House, capsys: pytest.CaptureFixture[str]) -> dict[str, bytes]:
    """Return everything that is kept or written: store files, anchors, log, operators' lists."""
    store = Path(house.services.settings.store.removeprefix("sqlite:"))
    kept = {path.name: path.read_bytes() for path in store.parent.rglob("*") if path.is_file()}
    output = capsys.readouterr()
    kept["log"] = (output.out + output.err).encode()
    kept["operators"] = json.dumps(house.operators_list("open")).encode()
    kept["mails"] = "".join(
        mail.subject + mail.text + mail.id for mail in house.mailbox.mails
    ).encode()
    kept["texts"] = "".join(each.text + each.id for each in house.telephones.messages).encode()
    headers = [dict(headers) for _, headers, _ in house.interfaces.posted]
    kept["webhook headers"] = json.dumps(headers).encode()
    return kept


def test_case_30_nothing_personal_is_kept_in_clear(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """Case 30: no canary is in a store file, log, audit, execution, anchor, task or mail text.

    Not after forwarding, failing, reminding, reporting, mailing and refusing either.
    """
    house.services.controllers.put(entry_of(SOURCE, channel="email", url=None))
    house.desk.own_register.add(CANARIES["email"])
    assert house.desk.controllers.entry(OWN)
    house.interfaces.failing["buyer.example"] = 2
    for right in ("objection", "access"):
        house.file(**{**filing(), "right": right, "lead_reference": house.deliver()})
    house.try_to_file("same", **filing())
    house.try_to_file("same", **{**filing(), "message": "other"})
    house.settle()
    for request in house.desk.dossier.listed("open"):
        house.report(
            request.reference, "buyer", {"status": "extended", "reason": CANARIES["reason"]}
        )
    house.travel(days=40)

    assert found_in(places(house, capsys)) == []


@pytest.mark.parametrize(
    "spoil",
    [
        {"right": "nothing"},
        {"reply_to": {"email": CANARIES["name"]}},
        {"reply_to": {"phone": CANARIES["message"]}},
        {"lead_reference": CANARIES["message"]},
        {"call": {"date": CANARIES["message"]}},
        {"call": {"number": CANARIES["address"]}},
        {"language": CANARIES["name"]},
        {"on_behalf_of": {"relation": CANARIES["name"]}},
        {CANARIES["name"]: CANARIES["email"]},
        {"message": [CANARIES["message"]]},
        {"subject": CANARIES["name"]},
        {"message": CANARIES["message"] * 200},
    ],
)
def test_case_30_a_refused_filing_leaves_nothing(
    house: House, capsys: pytest.CaptureFixture[str], spoil: dict[str, Any]
) -> None:
    """Case 30: a filing that fails validation is neither kept, nor logged, nor quoted."""
    status, problem = house.try_to_file(**{**filing(), **spoil})
    assert status == 422
    kept = places(house, capsys) | {"answer": json.dumps(problem).encode()}
    assert found_in(kept) == []


ON_THE_FORM = {
    "email": CANARIES["email"],
    "phone": CANARIES["phone"],
    "subject_name": CANARIES["name"],
    "subject_phone": CANARIES["subject_phone"],
    "subject_postal_address": CANARIES["address"],
    "call_company": CANARIES["company"],
    "call_number": CANARIES["number"],
    "message": CANARIES["message"],
}


def test_case_30_no_field_of_the_form_leaks(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """Case 30: each field of the form, filled rightly and wrongly, checked, sent, and translated.

    A canary stands in every field in turn, also where it makes validation fail, in hidden ones too.
    """
    statuses = []
    for step in ("check", "send", "sv"):
        for field in ("", *FIELDS, "token", "website", "language", "step", "unknown"):
            _, page = house.call("GET", "/subject-request")
            form = {"right": "access", "language": "fi", "step": step, **ON_THE_FORM}
            form["token"] = page.partition('name="token" value="')[2].partition('"')[0]
            if field:
                form[field] = CANARIES["message"] if field != "message" else "x" * 2001
            house.clock.move(10)
            statuses.append(house.form("/subject-request", form)[0])
    house.travel(days=40)
    assert {200, 303, 400, 422} == set(statuses)
    assert found_in(places(house, capsys)) == []


def test_case_30_no_other_door_leaks(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """Case 30: keys, paths, parameters, reports, notices and operators' words leave nothing."""
    canary, file = CANARIES["name"], "/v1/subject-requests"
    filed = house.file(right="objection", lead_reference=house.deliver())
    reference = filed["reference"]
    house.settle()
    house.file(CANARIES["company"].replace(" ", "-"), **filing())
    answers = [
        house.call("GET", f"{file}/{canary}", headers={"X-View-Key": canary}),
        house.call("GET", f"{file}/{reference}", headers={"X-View-Key": canary}),
        house.call("GET", "/subject-request", query={"lang": canary}),
        house.call("POST", f"/v1/controller-callbacks/{canary}", {"status": canary}),
        house.call("POST", f"/controller-page/{canary}", "step=read"),
        house.call("POST", file, f'{{"message": "{canary}"', headers={"Idempotency-Key": "k"}),
        house.report(reference, SOURCE, {"status": canary}),
        house.report(reference, SOURCE, {"status": "fulfilled", "data": CANARIES["email"]}),
        house.report(reference, SOURCE, {"status": "extended", "reason": CANARIES["reason"]}),
        house.report(reference, BUYER, {"status": "not_controller", "responsible": canary}),
        house.notice(SOURCE, {"right": "erasure", "subject_name": canary}),
        house.notice(SOURCE, {"right": "erasure", "subject_phone": CANARIES["message"]}),
        house.notice(canary, {"right": "erasure"}, key_of=SOURCE),
        house.decide(reference, action="route", controllers=[canary]),
        house.decide(reference, action="done", task=canary),
        house.decide(reference, action="report", controllers=[SOURCE], report={"status": canary}),
        house.decide(canary, action="forget"),
    ]
    house.travel(days=40)
    kept = places(house, capsys) | {"answers": json.dumps(answers).encode()}
    assert found_in(kept) == []


@pytest.mark.loopback
def test_case_30_a_running_service_leaks_nothing(running_service: RunningService) -> None:
    """Case 30: filed over HTTP, rightly and wrongly, no canary is in the log, store or anchors."""
    for spoil in ({}, {"right": CANARIES["name"]}, {CANARIES["name"]: 1}):
        sent = {**filing(), **spoil}
        running_service.call(
            "POST", "/v1/subject-requests", sent, key=None, Idempotency_Key=os.urandom(8).hex()
        )
    opened = f"/subject-request?lead_reference={quote(CANARIES['message'])}"
    running_service.call("GET", opened, key=None)
    form = urlencode({**ON_THE_FORM, "right": CANARIES["name"], "step": "send"}).encode()
    kind = "application/x-www-form-urlencoded"
    running_service.call("POST", "/subject-request", form, key=None, Content_Type=kind)
    kept = {"log": running_service.log.read_bytes()}
    for path in running_service.folder.iterdir():
        if path.is_file():
            kept[path.name] = path.read_bytes()
    assert len(kept) > 3
    assert found_in(kept) == []


def test_case_30_a_failing_step_tells_its_type_only(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """Case 30: an exception with personal data in it leaves a step as the name of its type."""

    def spill(*_: object) -> int:
        raise RuntimeError(CANARIES["name"])

    for name in ("webhook", "email"):
        house.services.forwarders[name].send = spill  # type: ignore[method-assign,assignment]
    filed = house.file(**{**filing(), "lead_reference": house.deliver()})
    house.travel(hours=5)
    assert b"StepFailed" in places_with_failures(house)
    event = {"step": "forward", "request_id": filed["reference"], "controller_id": SOURCE}
    with pytest.raises(StepFailed) as failed:
        carry_out(house.desk, event)
    assert (str(failed.value), failed.value.__context__) == ("RuntimeError", None)
    assert found_in(places(house, capsys)) == []


def places_with_failures(house: House) -> bytes:
    """Return the store's files."""
    store = Path(house.services.settings.store.removeprefix("sqlite:"))
    return b"".join(path.read_bytes() for path in store.parent.glob(f"{store.name}*"))


def test_the_scan_finds_what_it_looks_for(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    """A build that leaks a canary in the open, or in Base64 inside a text, fails the scan."""
    leaks = {
        "open": CANARIES["name"],
        "hidden": base64.b64encode(b"x" + CANARIES["email"].encode()),
    }
    house.services.store.put_if_absent(
        Key("LEAK", "LEAK"), {name: str(value) for name, value in leaks.items()}
    )
    assert {name for _, name in found_in(places(house, capsys))} == {"name", "email"}
