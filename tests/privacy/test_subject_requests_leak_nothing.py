"""Acceptance case 30: what people write is nowhere but in the sealed payload and on its way."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from functions.dsar_router.own_register import OWN
from functions.dsar_router.steps import StepFailed, carry_out
from leadcloud.store.interface import Key
from tests.house import SOURCE, House, entry_of
from tests.leaks import forms_of

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
