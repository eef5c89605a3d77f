"""What a controller is told about a request. What it holds is said in docs/controller-webhooks.md."""

from typing import Any

from functions.dsar_router.case import Case
from functions.dsar_router.deadline import latest
from functions.dsar_router.desk import Desk
from functions.dsar_router.inquiry import channels_of, hashes_of
from functions.dsar_router.payload import Payload
from functions.dsar_router.request import SubjectRequest
from leadcloud.clock import rfc3339
from leadcloud.forwarding.interface import Kind, Message

_PERSONAL = ("reply_to", "subject", "call", "message", "lead_reference")


def message_about(
    desk: Desk, request: SubjectRequest, case: Case, *, kind: Kind, payload: Payload | None
) -> Message:
    """Return the message of a kind; only the first one carries what the person wrote."""
    body = _facts(desk, request, case)
    if kind == "inquiry":
        body["hashes"] = _hashes(desk, request, case, payload=payload or {})
    if kind == "forwarded" and payload is not None:
        body |= {name: payload[name] for name in _PERSONAL if name in payload}
        body.setdefault("reply_to", {})
        body.setdefault("subject", {})
        if "mandate_sha256" in payload.get("on_behalf_of", {}):
            body["on_behalf_of"]["mandate_sha256"] = payload["on_behalf_of"]["mandate_sha256"]
    number = f".{case.reminders}" if kind == "reminder" else ""
    page = desk.references.page_id(request.reference, case.controller_id, case.pages)
    return Message(
        id=f"{request.reference}.{case.controller_id}.{kind}{number}",
        kind=_kind(request, kind),
        reference=request.reference,
        page_url=f"{desk.base_url}/controller-page/{page}",
        due_on=case.due_on.isoformat(),
        body=body,
    )


def _hashes(desk: Desk, request: SubjectRequest, case: Case, *, payload: Payload) -> list[str]:
    entry = desk.controllers.entry(case.controller_id)
    if entry is None:
        return []
    newest = desk.controller_keys.key(entry.id, entry.keys[0].number)
    return hashes_of(channels_of(request, payload), newest)


def _kind(request: SubjectRequest, kind: Kind) -> Kind:
    return "notice" if kind == "forwarded" and request.source == "notice" else kind


def _facts(desk: Desk, request: SubjectRequest, case: Case) -> dict[str, Any]:
    callback = desk.references.callback_id(request.reference, case.controller_id)
    behalf = {"relation": request.agent, "mandate": request.mandate} if request.agent else None
    entry = desk.controllers.entry(case.controller_id)
    lane = "marketing_prohibition" if request.right == "marketing_prohibition" else "gdpr"
    return {
        "reference": request.reference,
        "lane": lane,
        "right": request.right,
        "language": request.language,
        "received_at": rfc3339(request.received_at),
        "received_on": request.received_on.isoformat(),
        "due_on": case.due_on.isoformat(),
        "due_on_latest": latest(case.due_on, entry.holidays if entry else "FI").isoformat(),
        "contact_verified": request.verified,
        "on_behalf_of": behalf,
        "callback_url": f"{desk.base_url}/v1/controller-callbacks/{callback}",
    }
