"""Controllers' callbacks: signed, each message once, and nothing told to whom they do not concern.

An unknown id, another controller's key, a changed body and a replay all get the same answer.
"""

from contextlib import suppress
from typing import Any

from functions.dsar_router.case import Case, CaseState, callback_key, hashed
from functions.dsar_router.desk import Desk
from functions.dsar_router.opendsr_status import read_status, speaks_opendsr, verify_status
from functions.dsar_router.report import read_report, take_report, wake_case
from leadcloud.controllers import ControllerEntry
from leadcloud.errors import Unauthenticated
from leadcloud.forwarding.signature import SignatureInvalid, Signed, verify
from leadcloud.http.call import Call
from leadcloud.http.json_body import read_json
from leadcloud.store.interface import Key, RecordExists

NOBODY = bytes(32)
"""A key to check against where there is no controller, so that it takes the same time."""

_NOBODYS = "-"
"""What an unknown callback id belongs to: looked up and found missing, as a known one is found."""


def take_callback(desk: Desk, call: Call) -> CaseState:
    """Take a controller's report and return where its case stands now.

    Raises:
        Unauthenticated: It is not signed by the controller that the id belongs to.
        RequestInvalid: It is no report.
        ReportOutOfTurn: It cannot follow from where the case stands.
    """
    callback_id = call.path_parameters["callback_id"]
    case = _case(desk, callback_id)
    entry = desk.controllers.entry(case.controller_id if case else _NOBODYS)
    signed = verify_sender(desk, call, entry)
    if case is None or signed is None:
        _note_refusal(desk, case, callback_id)
        raise Unauthenticated("The signature is not one that is accepted here.")
    seen = Key(f"REQUEST#{case.reference}", f"SEEN#{case.controller_id}#{hashed(signed.id)}")
    if desk.store.get(seen):
        wake_case(desk, case)
        return case.state
    state = _entered(desk, case, entry, value=read_json(call.body))
    with suppress(RecordExists):
        desk.store.put_if_absent(seen, {})
    return state


def verify_sender(desk: Desk, call: Call, entry: ControllerEntry | None) -> Signed | None:
    """Return whose message it is, None where it is not that controller's."""
    now = desk.clock.now()
    if entry and speaks_opendsr(entry):
        with suppress(SignatureInvalid):
            return verify_status(call.body, call.headers, entry, now=now)
        return None
    keys = desk.controller_keys.good(entry, now) if entry else [NOBODY]
    try:
        signed = verify(call.body, call.headers, keys=keys, now=now)
    except SignatureInvalid:
        return None
    return signed if entry else None


def _entered(desk: Desk, case: Case, entry: ControllerEntry | None, *, value: Any) -> CaseState:
    if entry is None or not speaks_opendsr(entry):
        return take_report(desk, case, read_report(desk, case, value), via="callback")
    report = read_status(desk, case, value)
    return take_report(desk, case, report, via="opendsr") if report else case.state


def _case(desk: Desk, callback_id: str) -> Case | None:
    record = desk.store.get(callback_key(callback_id))
    # Looked up in any case, so that an unknown id takes as long as a known one.
    row = record.attributes if record else {"reference": _NOBODYS, "controller": _NOBODYS}
    return desk.dossier.case(str(row["reference"]), str(row["controller"]))


def _note_refusal(desk: Desk, case: Case | None, callback_id: str) -> None:
    """Enter a refusal into the request's audit; where there is no request, write as much.

    A write is most of what a refusal takes: without one, an unknown id would be told by the time.
    What is written then is a count that is gone within the hour, so nobody can fill the store.
    """
    if case:
        desk.dossier.note(case.reference, "signature_refused")
    else:
        desk.throttle.count("unknown_callbacks", hashed(callback_id)[:2])
