"""The steps of a request's workflow: hear the person, find who is responsible, hand over.

Each step may run twice, so each looks at what is on record before it does anything.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from functions.dsar_router.case import Case, callback_key, page_key
from functions.dsar_router.deadline import end_of
from functions.dsar_router.desk import Desk
from functions.dsar_router.dossier import Change
from functions.dsar_router.milestone import whole_seconds
from functions.dsar_router.payload import Payload
from functions.dsar_router.request import FAST, OPEN, State, SubjectRequest
from functions.dsar_router.resolve import concerns_us, responsible
from leadcloud.clock import rfc3339
from leadcloud.forwarding.manual import add_task
from leadcloud.own_register import OWN
from leadcloud.store.interface import Action, PutIfAbsent

Ids = Mapping[str, str]
Outcome = dict[str, Any]
"""The ids again, `go` for the workflow's next choice, and what that needs."""

PERSON = "person"
"""Name of the wait for the person or an operator."""

ASK_AGAIN_AFTER = timedelta(hours=36)
ASKS = 2
SOURCE_PATIENCE = timedelta(days=14)

_FROM_OPERATORS = frozenset({"phone", "letter", "email", "notice"})
"""Sources for which the contact channel was seen to already, or there is none."""


def contact(desk: Desk, ids: Ids) -> Outcome:
    """Decide whether the person is to confirm the contact channel before anything else."""
    request = desk.dossier.change_request(ids["request_id"], _seen)
    if request.state not in OPEN:
        return _go(ids, "stop")
    payload = desk.payloads.open(request.reference)
    if not _to_be_asked(desk, request, payload):
        if request.state == "received" and not request.duplicate_of:
            desk.letters.write("received", request, payload)
        _move(desk, request.reference, "routing")
        return _go(ids, "route")
    left = _until(desk, request.asked_at, ASK_AGAIN_AFTER)
    if left <= 0 and request.asks >= ASKS:
        _move(desk, request.reference, "routing")
        return _go(ids, "route")
    return _go(ids, "ask", wait_seconds=left if left > 0 else whole_seconds(ASK_AGAIN_AFTER))


def ask_contact(desk: Desk, ids: Ids) -> None:
    """Ask the person to confirm the contact channel, unless that was done just now."""
    request = _wait(desk, ids)
    if request.state not in OPEN or _until(desk, request.asked_at, ASK_AGAIN_AFTER) > 0:
        return
    payload = desk.payloads.open(request.reference)
    desk.letters.write("confirm_again" if request.asks else "confirm", request, payload)
    now = desk.clock.now()

    def asked(current: SubjectRequest) -> Change[SubjectRequest] | None:
        if current.state not in OPEN:
            return None
        to = replace(current, state="contact_pending", asks=current.asks + 1, asked_at=now)
        return Change(to=to, event="contact_asked", details={"time": to.asks})

    desk.dossier.change_request(request.reference, asked)


def resolve(desk: Desk, ids: Ids) -> Outcome:
    """Find who is responsible, and open a case with each of them."""
    reference = ids["request_id"]
    request = desk.dossier.change_request(reference, _seen)
    payload = desk.payloads.open(reference)
    if request.state not in OPEN or payload is None:
        return _go(ids, "stop")
    if concerns_us(desk, payload):
        _open_cases(desk, request, (OWN,), hidden=True)
        start_case(desk, {"request_id": request.reference, "controller_id": OWN})
    concerned = responsible(desk, request, payload)
    found = _entered(desk, request, concerned.controllers)
    if found and request.duplicate_of:
        found = _not_there_yet(desk, request, found)
    if found:
        _open_cases(desk, request, found, everybody=concerned.everybody)
        _move(desk, request.reference, "forwarded")
        return _hand_over(ids, found)
    if request.duplicate_of:
        desk.letters.write("duplicate", request, payload)
        _move(desk, request.reference, "closed")
        return _go(ids, "stop")
    return _ask_somebody(desk, ids, request, payload=payload)


def ask_source(desk: Desk, ids: Ids) -> None:
    """Ask the person who called, once."""
    request = _wait(desk, ids)
    if request.state not in OPEN or request.source_asked_at:
        return
    desk.letters.write("who_called", request, desk.payloads.open(request.reference))
    now = desk.clock.now()

    def asked(current: SubjectRequest) -> Change[SubjectRequest] | None:
        if current.state not in OPEN:
            return None
        to = replace(current, state="needs_info", source_asked_at=now)
        return Change(to=to, event="source_asked")

    desk.dossier.change_request(request.reference, asked)


def ask_operator(desk: Desk, ids: Ids) -> None:
    """Leave the request to an operator."""
    request = _wait(desk, ids)
    if request.state not in OPEN:
        return
    _move(desk, request.reference, "with_operator")
    add_task(
        desk.store,
        task_id=f"{request.reference}-find-controller",
        kind="find_controller",
        reference=request.reference,
        subject="",
        at=rfc3339(desk.clock.now()),
    )


def _open_cases(
    desk: Desk,
    request: SubjectRequest,
    controllers: tuple[str, ...],
    *,
    hidden: bool = False,
    everybody: bool = False,
) -> None:
    """Open a case with each of these controllers, where there is none yet."""
    for controller_id in controllers:
        entry = desk.controllers.entry(controller_id)
        if entry is None:
            continue
        case = Case(
            reference=request.reference,
            controller_id=controller_id,
            state="pending",
            channel=entry.channel,
            due_on=request.due_on,
            opened_at=desk.clock.now(),
            hidden=hidden,
            veiled=everybody and entry.broadcasts == "hashed",
        )
        desk.dossier.open_case(case, *_doors(desk, case))


def start_case(desk: Desk, ids: Ids) -> Outcome:
    """Start the workflow of a case."""
    reference, controller_id = ids["request_id"], ids["controller_id"]
    desk.executions.start(
        f"{reference}.{controller_id}",
        {"request_id": reference, "controller_id": controller_id},
    )
    return dict(ids)


def hand_to(desk: Desk, request: SubjectRequest, controllers: tuple[str, ...]) -> None:
    """Pass a request on to controllers who were found after its own workflow had ended."""
    _open_cases(desk, request, controllers)
    _move(desk, request.reference, "forwarded")
    for controller_id in controllers:
        start_case(desk, {"request_id": request.reference, "controller_id": controller_id})


def _doors(desk: Desk, case: Case) -> tuple[Action, ...]:
    """Return the actions that make a case's callback id and first one-time page known."""
    whose = {"reference": case.reference, "controller": case.controller_id}
    callback = desk.references.callback_id(case.reference, case.controller_id)
    page = desk.references.page_id(case.reference, case.controller_id, case.pages)
    return (
        PutIfAbsent(key=callback_key(callback), attributes=whose),
        PutIfAbsent(key=page_key(page), attributes={**whose, "read": False}),
    )


def _entered(desk: Desk, request: SubjectRequest, found: tuple[str, ...]) -> tuple[str, ...]:
    """Return those that stand in the register; that one is missing is an operator's task."""
    entered = tuple(each for each in found if desk.controllers.entry(each))
    for missing in set(found) - set(entered):
        add_task(
            desk.store,
            task_id=f"{request.reference}-{missing}-enter-controller",
            kind="enter_controller",
            reference=request.reference,
            subject=missing,
            at=rfc3339(desk.clock.now()),
        )
    return entered


def _hand_over(ids: Ids, controllers: Iterable[str]) -> Outcome:
    cases = [{"request_id": ids["request_id"], "controller_id": each} for each in controllers]
    return _go(ids, "forward", cases=cases)


def _to_be_asked(desk: Desk, request: SubjectRequest, payload: Payload | None) -> bool:
    """Objections and prohibitions wait for nothing; nor does who cannot be written to."""
    return not (
        request.verified
        or request.right in FAST
        or request.duplicate_of
        or request.source in _FROM_OPERATORS
        or payload is None
        or not desk.letters.reaches(payload)
    )


def _ask_somebody(desk: Desk, ids: Ids, request: SubjectRequest, *, payload: Payload) -> Outcome:
    left = _until(desk, request.source_asked_at, SOURCE_PATIENCE)
    if desk.letters.reaches(payload) and (request.source_asked_at is None or left > 0):
        return _go(ids, "ask", wait_seconds=left if left > 0 else whole_seconds(SOURCE_PATIENCE))
    left = whole_seconds(end_of(request.due_on) - desk.clock.now())
    if left > 0:
        return _go(ids, "operator", wait_seconds=left)
    desk.letters.write("not_found", request, payload)
    _move(desk, request.reference, "closed")
    return _go(ids, "stop")


def _not_there_yet(desk: Desk, request: SubjectRequest, found: tuple[str, ...]) -> tuple[str, ...]:
    cases = desk.dossier.cases(request.duplicate_of or "")
    there = {case.controller_id for case in cases}
    return tuple(each for each in found if each not in there)


def _wait(desk: Desk, ids: Ids) -> SubjectRequest:
    """Keep the token of a wait; what has happened already ends the wait at once."""
    reference = ids["request_id"]
    desk.dossier.keep_token(reference, PERSON, ids["token"])
    request = desk.dossier.request(reference)
    if request is None:
        raise LookupError
    if request.news:
        desk.executions.answer(ids["token"], {"request_id": reference})
    return request


def _seen(request: SubjectRequest) -> Change[SubjectRequest] | None:
    return Change(to=replace(request, news=False)) if request.news else None


def _move(desk: Desk, reference: str, state: State) -> None:
    def moved(current: SubjectRequest) -> Change[SubjectRequest] | None:
        if current.state == state or current.state not in OPEN:
            return None
        return Change(to=replace(current, state=state), event="moved", details={"to": state})

    desk.dossier.change_request(reference, moved)


def _until(desk: Desk, since: datetime | None, patience: timedelta) -> int:
    """Return the whole seconds until the patience is over; 0 where nothing began."""
    return whole_seconds(since + patience - desk.clock.now()) if since else 0


def _go(ids: Ids, go: str, **more: Any) -> Outcome:
    return {"request_id": ids["request_id"], "go": go, **more}
