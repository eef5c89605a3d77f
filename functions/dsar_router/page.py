"""Pages for controllers without an interface, and for operators.

A controller's page is opened by a link in a mail. It shows the request once, after a button is
pressed, so that no program that follows links in mails uses it up; reports are taken from it until
the case has ended.
"""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from functions.dsar_router.case import Case, page_key
from functions.dsar_router.desk import Desk, desk_of
from functions.dsar_router.dossier import Change
from functions.dsar_router.form import Typed, read_form
from functions.dsar_router.html import html_answer, trouble_page
from functions.dsar_router.message import message_about
from functions.dsar_router.report import read_report, take_report
from leadcloud.errors import NotFound, ReportOutOfTurn, RequestInvalid
from leadcloud.forwarding.interface import ForwardingError
from leadcloud.http.api import Answer, Api, Contract
from leadcloud.http.call import Call
from leadcloud.store.interface import Attributes, PutIfAbsent, Record, VersionConflict
from leadcloud.wiring import Services

_FIELDS = ("step", "status", "reason", "responsible")


def bind(api: Api[Services]) -> None:
    """Bind the pages' handlers to their routes."""
    html = "text/html; charset=utf-8"
    show = Contract(problems=(NotFound,), media_type=html, page=trouble_page)
    api.operation("showControllerPage", show)(_show)
    use = Contract(
        form=_FIELDS,
        problems=(NotFound, ReportOutOfTurn),
        media_type=html,
        also=(422,),
        page=trouble_page,
    )
    api.operation("useControllerPage", use)(_use)
    api.operation("showOperatorPage", Contract(media_type=html))(_operators)


def _show(call: Call, services: Services) -> Answer:
    desk = desk_of(services)
    record, case = _opened(desk, call)
    return _page(services, case, read=bool(record.attributes["read"]))


def _use(call: Call, services: Services) -> Answer:
    desk = desk_of(services)
    record, case = _opened(desk, call)
    typed = read_form(call.body, _FIELDS)
    match typed.pop("step", ""):
        case "read":
            return _read_once(services, record, case)
        case "resend":
            return _resend(services, case)
    return _report(services, case, typed, read=bool(record.attributes["read"]))


def _report(services: Services, case: Case, typed: Typed, *, read: bool) -> Answer:
    desk = desk_of(services)
    try:
        take_report(desk, case, read_report(desk, case, typed), via="page")
    except RequestInvalid as error:
        missing = any(fault.code == "missing" for fault in error.faults)
        wrong = "reason_missing" if missing else "cannot_be_used"
    except ReportOutOfTurn:
        wrong = "out_of_turn"
    else:
        after = desk.dossier.case(case.reference, case.controller_id) or case
        return _page(services, after, read=read, noted=True)
    return replace(_page(services, case, read=read, typed=typed, wrong=wrong), status=422)


def _read_once(services: Services, record: Record, case: Case) -> Answer:
    desk = desk_of(services)
    request = desk.dossier.request(case.reference)
    payload = desk.payloads.open(case.reference)
    if record.attributes["read"] or request is None or payload is None:
        return _page(services, case, read=True)
    try:
        desk.store.update(record, {**record.attributes, "read": True})
    except VersionConflict:
        return _page(services, case, read=True)
    desk.dossier.note(case.reference, "page_read", {"controller": case.controller_id})
    message = message_about(desk, request, case, kind="forwarded", payload=payload)
    return _page(services, case, read=True, letter=message.body)


def _resend(services: Services, case: Case) -> Answer:
    """Mail another link to the address on record, where this one was used up by somebody."""
    desk = desk_of(services)

    def another(current: Case) -> Change[Case]:
        to = replace(current, pages=current.pages + 1)
        return Change(to=to, event="page_renewed", details={"controller": to.controller_id})

    after = desk.dossier.change_case(case.reference, case.controller_id, another)
    page_id = desk.references.page_id(after.reference, after.controller_id, after.pages)
    whose: Attributes = {
        "reference": after.reference,
        "controller": after.controller_id,
        "read": False,
    }
    desk.store.transact(PutIfAbsent(key=page_key(page_id), attributes=whose))
    request = desk.dossier.request(after.reference)
    entry = desk.controllers.entry(after.controller_id)
    if request is None or entry is None:
        raise NotFound
    message = message_about(desk, request, after, kind="forwarded", payload=None)
    try:
        desk.forwarders["email"].send(replace(message, id=f"{message.id}.{after.pages}"), entry)
    except ForwardingError:
        raise NotFound from None
    return _page(services, after, read=True, noted=True)


def _page(services: Services, case: Case, *, read: bool, **shown: Any) -> Answer:
    entry = desk_of(services).controllers.entry(case.controller_id)
    nothing: dict[str, Any] = {"noted": False, "letter": None, "typed": {}, "wrong": ""}
    return html_answer(
        "controller",
        entry.language if entry else "en",
        case=case,
        read=read,
        contact=services.settings.privacy_contact,
        **(nothing | shown),
    )


def _opened(desk: Desk, call: Call) -> tuple[Record, Case]:
    record = desk.store.get(page_key(call.path_parameters["page_id"]))
    if record is None:
        raise NotFound
    row = record.attributes
    case = desk.dossier.case(str(row["reference"]), str(row["controller"]))
    if case is None:
        raise NotFound
    return record, case


def _operators(_call: Call, services: Services) -> Answer:
    contact = services.settings.privacy_contact
    return html_answer("operator", "en", script=_script(), contact=contact)


@cache
def _script() -> str:
    return (Path(__file__).parent / "templates" / "operator.js").read_text(encoding="utf-8")
