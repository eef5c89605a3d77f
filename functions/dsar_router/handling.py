"""The steps of a case's workflow: pass on, wait, remind, and say so when time is up.

Each step may run twice, so each looks at what is on record before it does anything. An interface
that is down is a state to wait in, never a failure.
"""

from dataclasses import replace
from datetime import timedelta

from functions.dsar_router.case import CONCLUDED, Case
from functions.dsar_router.closing import is_given_up, tidy
from functions.dsar_router.deadline import end_of
from functions.dsar_router.desk import Desk
from functions.dsar_router.dossier import Change
from functions.dsar_router.message import message_about
from functions.dsar_router.milestone import (
    next_milestone,
    next_try,
    reminders_passed,
    switches_passed,
)
from functions.dsar_router.request import SubjectRequest
from functions.dsar_router.resolve import named
from functions.dsar_router.routing import Ids, Outcome, hand_to
from leadcloud.clock import rfc3339
from leadcloud.controllers import Channel, ControllerEntry
from leadcloud.events import Event, log
from leadcloud.forwarding.interface import ControllerRefused, ForwardingError, Kind, Receipt
from leadcloud.forwarding.manual import add_task

_ALARM_AFTER = timedelta(hours=24)
_OFFICER_AFTER = timedelta(hours=48)
_CHANNELS: dict[Channel, tuple[Channel, Channel, Channel]] = {
    "webhook": ("webhook", "email", "manual"),
    "opendsr": ("opendsr", "email", "manual"),
    "email": ("email", "manual", "manual"),
    "manual": ("manual", "manual", "manual"),
}

_SOON = 3600
"""Seconds until a withdrawal is passed on again that did not arrive."""


def case_wait(controller_id: str) -> str:
    """Return the name of the wait for a controller."""
    return f"case {controller_id}"


def forward(desk: Desk, ids: Ids) -> Outcome:
    """Pass the request on to the controller, unless it has it already."""
    request, case = _both(desk, ids)
    if request.state == "withdrawn" and case.sent_at is None:
        _become(desk, case, replace(case, state="withdrawn"), event="case_withdrawn")
        return _go(ids, "stop")
    if case.state in CONCLUDED:
        return _go(ids, "stop")
    if case.sent_at is None:
        case = _attempt(desk, request, case)
    if case.sent_at is None and case.veiled and desk.clock.now() >= end_of(case.due_on):
        return _go(ids, "await", wait_seconds=1)  # hashes take no other way: it is overdue
    if case.sent_at is None:
        return _go(ids, "again", wait_seconds=next_try(case, desk.clock.now()))
    _tell_where_it_went(desk, request)
    return _go(ids, "await", wait_seconds=next_milestone(case, desk.clock.now()))


def await_controller(desk: Desk, ids: Ids) -> None:
    """Keep the token of the wait; what has happened already ends it at once."""
    reference, controller_id = ids["request_id"], ids["controller_id"]
    desk.dossier.keep_token(reference, case_wait(controller_id), ids["token"])
    case = desk.dossier.case(reference, controller_id)
    if case and case.news:
        found = {"request_id": reference, "controller_id": controller_id}
        desk.executions.answer(ids["token"], found)


def settle(desk: Desk, ids: Ids) -> Outcome:
    """Look at where the case stands, and do what follows from that and from the hour."""
    request, case = _both(desk, ids)
    case = desk.dossier.change_case(case.reference, case.controller_id, _seen)
    if request.state == "withdrawn" and not case.cancelled:
        return _cancel(desk, request, case)
    if case.veiled and case.state == "acknowledged":
        asked = replace(case, veiled=False, state="pending", sent_at=None, attempts=0)
        _become(desk, case, asked, event="recognised")
        return _go(ids, "forward")
    case = _tell_person(desk, request, _keep_time(desk, request, case))
    if case.state == "not_controller" and not case.veiled:
        _ask_whom_it_named(desk, request, case)
    tidy(desk, request)
    if case.state in CONCLUDED or is_given_up(desk, case):
        return _go(ids, "stop")
    return _go(ids, "await", wait_seconds=next_milestone(case, desk.clock.now()))


def _attempt(desk: Desk, request: SubjectRequest, case: Case) -> Case:
    entry = _entry(desk, case)
    channel = entry.channel if case.veiled else _channel(desk, request, case, entry=entry)
    if channel != case.channel:
        case = _become(desk, case, replace(case, channel=channel), event="channel_switched")
    payload = desk.payloads.open(case.reference)
    kind: Kind = "inquiry" if case.veiled else "forwarded"
    message = message_about(desk, request, case, kind=kind, payload=payload)
    try:
        receipt = desk.forwarders[channel].send(message, entry)
    except ForwardingError as error:
        return _failed(desk, case, entry, refused=isinstance(error, ControllerRefused))
    return _sent(desk, case, receipt)


def _channel(desk: Desk, request: SubjectRequest, case: Case, *, entry: ControllerEntry) -> Channel:
    agreed = entry.channel
    if agreed == "opendsr" and request.right not in ("access", "portability", "erasure"):
        agreed = "email"  # OpenDSR has no word for the others
    late = switches_passed(case, desk.clock.now())
    return _CHANNELS[agreed][late if case.attempts else 0]


def _sent(desk: Desk, case: Case, receipt: Receipt) -> Case:
    now = desk.clock.now()

    def sent(current: Case) -> Change[Case] | None:
        if current.sent_at:
            return None
        state = current.state
        if state == "pending":
            state = "acknowledged" if receipt.acknowledged else "forwarded"
        details = {"controller": current.controller_id, "channel": current.channel}
        to = replace(current, sent_at=now, state=state, reminders=reminders_passed(current, now))
        return Change(to=to, event="forwarded", details=details)

    return desk.dossier.change_case(case.reference, case.controller_id, sent)


def _failed(desk: Desk, case: Case, entry: ControllerEntry, *, refused: bool) -> Case:
    since = desk.clock.now() - case.opened_at
    attempts = case.attempts + 1
    log(
        Event.CONTROLLER_UNREACHABLE,
        reference=case.reference,
        controller=case.controller_id,
        attempts=attempts,
    )
    alarm = not case.alarmed and (refused or since >= _ALARM_AFTER)
    officer = not case.officer_told and since >= _OFFICER_AFTER
    if alarm:
        _task(desk, case, "controller_unreachable")
    if officer:
        desk.letters.tell_officer(entry, case.reference)
    to = replace(
        case,
        attempts=attempts,
        alarmed=case.alarmed or alarm,
        officer_told=case.officer_told or officer,
    )
    return _become(desk, case, to, event="not_reached")


def _cancel(desk: Desk, request: SubjectRequest, case: Case) -> Outcome:
    """Tell the controller that the person has withdrawn, if it had the request at all."""
    ids = {"request_id": case.reference, "controller_id": case.controller_id}
    entry = _entry(desk, case)
    if case.sent_at:
        message = message_about(desk, request, case, kind="withdrawn", payload=None)
        try:
            desk.forwarders[_way(case)].send(message, entry)
        except ForwardingError:
            if desk.clock.now() < end_of(case.due_on):
                return _go(ids, "await", wait_seconds=_SOON)
            _task(desk, case, "cancel")
    state = case.state if case.state in CONCLUDED else "withdrawn"
    _become(desk, case, replace(case, state=state, cancelled=True), event="case_withdrawn")
    return _go(ids, "stop")


def _keep_time(desk: Desk, request: SubjectRequest, case: Case) -> Case:
    """Remind, or note that the time is up."""
    now = desk.clock.now()
    if case.state in CONCLUDED or case.state == "overdue":
        return case
    if now >= end_of(case.due_on):
        _task(desk, case, "overdue")
        log(Event.CASE_OVERDUE, reference=case.reference, controller=case.controller_id)
        return _become(desk, case, replace(case, state="overdue"), event="overdue")
    passed = reminders_passed(case, now)
    if passed <= case.reminders:
        return case
    reminding = replace(case, reminders=passed)
    message = message_about(desk, request, reminding, kind="reminder", payload=None)
    try:
        desk.forwarders[_way(case)].send(message, _entry(desk, case))
    except ForwardingError:
        _task(desk, case, "remind")
    return _become(desk, case, reminding, event="reminded")


def _tell_person(desk: Desk, request: SubjectRequest, case: Case) -> Case:
    state = case.state
    if state == case.told or case.hidden or (case.veiled and state == "not_controller"):
        return case
    if state in ("extended", "fulfilled", "refused", "overdue", "not_controller"):
        payload = desk.payloads.open(case.reference)
        desk.letters.write(state, request, payload, about=case.controller_id, due_on=case.due_on)
        return _become(desk, case, replace(case, told=state), event="person_told")
    return case


def _tell_where_it_went(desk: Desk, request: SubjectRequest) -> None:
    """Tell the person that the request was passed on, once for all who have it by then."""
    cases = desk.dossier.cases(request.reference)
    shown = [each for each in cases if not each.hidden and not each.veiled]
    news: list[int] = []

    def told(current: SubjectRequest) -> Change[SubjectRequest] | None:
        news[:] = [len(shown)] if current.told_of < len(shown) else []
        return Change(to=replace(current, told_of=len(shown))) if news else None

    if all(each.sent_at for each in shown):
        desk.dossier.change_request(request.reference, told)
    if news:
        desk.letters.write("passed_on", request, desk.payloads.open(request.reference))


def _ask_whom_it_named(desk: Desk, request: SubjectRequest, case: Case) -> None:
    """Pass on to whom the controller named, if that one stands in our register."""
    payload = desk.payloads.open(case.reference) or {}
    who = payload.get(f"responsible {case.controller_id}")
    entry = named(desk, who) if who else None
    if entry is not None:
        hand_to(desk, request, (entry.id,))
    else:
        _task(desk, case, "find_controller")


def _become(desk: Desk, before: Case, after: Case, *, event: str) -> Case:
    """Carry over what differs between the two to whatever is on record by now."""
    names = [n for n in Case.__slots__ if getattr(before, n) != getattr(after, n)]
    news = {name: getattr(after, name) for name in names}

    def changed(current: Case) -> Change[Case] | None:
        if "state" in news and current.state != before.state:
            return None  # somebody was faster; the next step looks at that
        details = {"controller": current.controller_id, "state": after.state}
        return Change(to=replace(current, **news), event=event, details=details)

    return desk.dossier.change_case(before.reference, before.controller_id, changed)


def _seen(case: Case) -> Change[Case] | None:
    return Change(to=replace(case, news=False)) if case.news else None


def _way(case: Case) -> Channel:
    return "email" if case.channel == "opendsr" else case.channel


def _task(desk: Desk, case: Case, kind: str) -> None:
    add_task(
        desk.store,
        task_id=f"{case.reference}-{case.controller_id}-{kind}",
        kind=kind,
        reference=case.reference,
        subject=case.controller_id,
        at=rfc3339(desk.clock.now()),
    )


def _both(desk: Desk, ids: Ids) -> tuple[SubjectRequest, Case]:
    request = desk.dossier.request(ids["request_id"])
    case = desk.dossier.case(ids["request_id"], ids["controller_id"])
    if request is None or case is None:
        raise LookupError
    return request, case


def _entry(desk: Desk, case: Case) -> ControllerEntry:
    entry = desk.controllers.entry(case.controller_id)
    if entry is None:
        raise LookupError
    return entry


def _go(ids: Ids, go: str, **more: int) -> Outcome:
    return {
        "request_id": ids["request_id"],
        "controller_id": ids["controller_id"],
        "go": go,
        **more,
    }
