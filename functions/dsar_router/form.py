"""The web form: ask, check the answers, file; it needs no JavaScript and sets no cookie.

What was typed travels in the form itself, so it survives an error, a change of language and a
visit to the page before.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from pydantic import ValidationError

from functions.dsar_router.desk import desk_of
from functions.dsar_router.filing import LANGUAGES, Filing, Language
from functions.dsar_router.form_token import TOO_FAST, FormToken, FormTokens
from functions.dsar_router.html import html_answer, trouble_page
from functions.dsar_router.intake import Arrival, take_in
from functions.dsar_router.status import add_source, confirm_contact, status_of, viewed, withdraw
from functions.dsar_router.throttle import origin_of
from leadcloud.errors import BodyUnreadable, IdempotencyKeyReused, NotFound, TooManyRequests
from leadcloud.http.api import Answer, Api, Contract
from leadcloud.http.call import Call
from leadcloud.http.json_body import unusable
from leadcloud.http.wire import Parameters, faults_of
from leadcloud.wiring import Services

Typed = dict[str, str]

FIELDS = (
    "right",
    "email",
    "phone",
    "subject_name",
    "subject_phone",
    "subject_postal_address",
    "lead_reference",
    "call_company",
    "call_number",
    "call_date",
    "message",
    "relation",
    "mandate",
    "send_to_all",
)
HONEYPOT = "website"
"""No person sees it; who fills it in is a program."""

_CONTROLS = frozenset({"step", "token", "language", HONEYPOT})

_CHANGES = ("step", "code", "lead_reference", "call_company", "call_number", "call_date")

_PLACES = {
    "right": "right",
    "reply_to": "email",
    "reply_to.email": "email",
    "reply_to.phone": "phone",
    "subject.name": "subject_name",
    "subject.phone": "subject_phone",
    "subject.postal_address": "subject_postal_address",
    "lead_reference": "lead_reference",
    "call.company": "call_company",
    "call.number": "call_number",
    "call.date": "call_date",
    "message": "message",
    "on_behalf_of.relation": "relation",
}
"""Where a fault of the filing shows on the form."""


class FormQuery(Parameters):
    """How the form is opened."""

    lang: Language = "fi"
    lead_reference: str = ""
    """Filled in already, where a seller links to the form."""


class RequestQuery(Parameters):
    """How a request's page is opened."""

    key: str = ""
    code: str = ""
    lang: Language | None = None


def bind(api: Api[Services]) -> None:
    """Bind the form's handlers to their routes."""
    html = "text/html; charset=utf-8"
    show = Contract(parameters=FormQuery, media_type=html, page=trouble_page)
    api.operation("showSubjectRequestForm", show)(_show)
    send = Contract(
        form=(*FIELDS, *sorted(_CONTROLS)),
        problems=(TooManyRequests,),
        media_type=html,
        also=(303, 422),
        page=trouble_page,
    )
    api.operation("sendSubjectRequestForm", send)(_send)
    page = Contract(
        parameters=RequestQuery, problems=(NotFound,), media_type=html, page=trouble_page
    )
    api.operation("showSubjectRequest", page)(_request_page)
    change = Contract(
        parameters=RequestQuery,
        form=_CHANGES,
        problems=(NotFound,),
        status=303,
        media_type=html,
        also=(422,),
        page=trouble_page,
    )
    api.operation("changeSubjectRequest", change)(_change_request)


def _show(call: Call, services: Services) -> Answer:
    typed = {"lead_reference": call.query.lead_reference}
    return _form(services, call.query.lang, typed)


def _send(call: Call, services: Services) -> Answer:
    typed = read_form(call.body, (*FIELDS, *_CONTROLS))
    language = _language(typed.pop("language", ""))
    step = typed.pop("step", "check")
    if step in LANGUAGES:
        return _form(services, step, typed)
    token = _tokens(services).read(typed.get("token", ""), services.clock.now())
    filing, faults = _parse_form(typed, language)
    if filing is None:
        return _form(services, language, typed, faults=faults)
    if token is None:
        return _form(services, language, {**typed, "token": ""}, faults={"": "form_expired"})
    if step != "send":
        return _page("check", services, language, typed=typed)
    return _file_or_ask_again(call, services, filing, typed=typed, token=token)


def _file_or_ask_again(
    call: Call, services: Services, filing: Filing, *, typed: Typed, token: FormToken
) -> Answer:
    suspicious, language = _is_suspicious(typed, token, services), filing.language
    try:
        return _file(call, services, filing, key=token.id, suspicious=suspicious)
    except IdempotencyKeyReused:
        # Sent, gone back, changed: a token of its own makes the changed answers another request.
        return _form(services, language, {**typed, "token": ""}, faults={"": "sent_already"})
    except TooManyRequests as error:
        again = _form(services, language, typed, faults={"": error.code})
        waiting = {"Retry-After": str(error.retry_after)}
        return replace(again, status=error.status, headers={**again.headers, **waiting})


def _file(call: Call, services: Services, filing: Filing, *, key: str, suspicious: bool) -> Answer:
    desk = desk_of(services)
    origin = origin_of(call.source_ip, desk.clock.now(), desk.references)
    arrival = Arrival(source="form", key=key, origin=origin, suspicious=suspicious)
    request = take_in(desk, filing, arrival)
    view = desk.references.view_key(request.reference)
    # A redirect, so that loading the page again does not send the form again.
    where = f"{call.base_path}/subject-request/{request.reference}?key={view}"
    return Answer(status=303, headers={"Location": where}, media_type="text/html; charset=utf-8")


def _change_request(call: Call, services: Services) -> Answer:
    typed = read_form(call.body, _CHANGES)
    desk = desk_of(services)
    request = viewed(desk, call.path_parameters["reference"], call.query.key)
    match typed.pop("step", ""):
        case "withdraw":
            withdraw(desk, request)
        case "confirm":
            if not confirm_contact(desk, request, typed.get("code", "")):
                return _request_page(call, services, {"": "code_wrong"})
        case "add":
            known = {"right": request.right, "email": "nobody@leadcloud.example"}
            more, faults = _parse_form({**typed, **known}, request.language)
            if more is None:
                return _request_page(call, services, faults)
            add_source(desk, request, more)
    where = f"{call.base_path}/subject-request/{request.reference}?key={call.query.key}"
    return Answer(status=303, headers={"Location": where}, media_type="text/html; charset=utf-8")


def _request_page(
    call: Call, services: Services, faults: Mapping[str, str] | None = None
) -> Answer:
    desk = desk_of(services)
    request = viewed(desk, call.path_parameters["reference"], call.query.key)
    return html_answer(
        "request",
        call.query.lang or request.language,
        status=422 if faults else 200,
        request=status_of(desk, request),
        key=call.query.key,
        address=f"{desk.base_url}/subject-request/{request.reference}?key={call.query.key}",
        contact=services.settings.privacy_contact,
        code=call.query.code,
        faults=faults or {},
    )


def read_form(body: bytes, names: tuple[str, ...]) -> Typed:
    """Return what was typed, by field; what was left empty is left out.

    Raises:
        BodyUnreadable: It is no form of ours.
    """
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=50
        )
    except (UnicodeDecodeError, ValueError):
        raise BodyUnreadable("The body is no form of this service.") from None
    typed = dict(pairs)
    if len(typed) != len(pairs) or not typed.keys() <= set(names):
        raise BodyUnreadable("The body is no form of this service.")
    if any(unusable(text) for text in typed.values()):
        raise BodyUnreadable("A text of the form holds NUL.")
    return {name: text for name, text in typed.items() if text.strip()}


def _parse_form(typed: Typed, language: Language) -> tuple[Filing | None, dict[str, str]]:
    """Return the filing that was typed, or the code of what is wrong with each field."""
    try:
        return Filing.model_validate(_nested(typed, language)), {}
    except ValidationError as error:
        faults: dict[str, str] = {}
        for fault in faults_of(error, Filing):
            faults.setdefault(_PLACES.get(fault.field, ""), fault.code)
        return None, faults


def _nested(typed: Typed, language: Language) -> dict[str, Any]:
    behalf = {"relation": typed.get("relation"), "mandate": "mandate" in typed}
    parts = {
        "reply_to": {"email": typed.get("email"), "phone": typed.get("phone")},
        "subject": _part(typed, "subject_"),
        "call": _part(typed, "call_"),
        "on_behalf_of": behalf if "relation" in typed else None,
        "right": typed.get("right"),
        "lead_reference": typed.get("lead_reference"),
        "message": typed.get("message"),
    }
    flags = {"language": language, "send_to_all": "send_to_all" in typed}
    return {name: value for name, value in parts.items() if value} | flags


def _part(typed: Typed, prefix: str) -> dict[str, str]:
    return {n.removeprefix(prefix): text for n, text in typed.items() if n.startswith(prefix)}


def _form(
    services: Services,
    language: Language,
    typed: Typed,
    *,
    faults: Mapping[str, str] | None = None,
) -> Answer:
    return _page("form", services, language, typed=typed, faults=faults or {})


def _page(name: str, services: Services, language: Language, **values: Any) -> Answer:
    typed = values.pop("typed")
    token = typed.get("token") or _tokens(services).draw(services.clock.now())
    return html_answer(
        name,
        language,
        status=422 if values.get("faults") else 200,
        typed={field: typed[field] for field in FIELDS if field in typed},
        trap=typed.get(HONEYPOT, ""),
        token=token,
        contact=services.settings.privacy_contact,
        **values,
    )


def _is_suspicious(typed: Typed, token: FormToken, services: Services) -> bool:
    return HONEYPOT in typed or services.clock.now() - token.drawn_at < TOO_FAST


def _tokens(services: Services) -> FormTokens:
    return FormTokens(services.secrets["subject_requests"], services.random_bytes)


def _language(text: str) -> Language:
    return text if text in LANGUAGES else "fi"
