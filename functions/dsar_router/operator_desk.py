"""What operators see and decide."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NoReturn, cast

from functions.dsar_router.case import CONCLUDED, Case
from functions.dsar_router.deadline import received_on
from functions.dsar_router.desk import Desk
from functions.dsar_router.dossier import Change
from functions.dsar_router.intake import start
from functions.dsar_router.messages import (
    Decided,
    Decision,
    ListedCase,
    ListedRequest,
    RequestList,
    Task,
    Timeline,
    TimelineEvent,
)
from functions.dsar_router.report import take_report
from functions.dsar_router.request import OPEN, SubjectRequest
from functions.dsar_router.routing import PERSON, hand_to
from leadcloud.anchors import chain_is_whole
from leadcloud.audit import Details, end_of_chain, events_of
from leadcloud.clock import rfc3339
from leadcloud.errors import Fault, NotFound, RequestInvalid
from leadcloud.forwarding.manual import TASKS
from leadcloud.store.interface import Key
from leadcloud.store.pages import every_record


def listed(desk: Desk, state: str) -> RequestList:
    """Return the requests of a state, overdue first, then by days left; and all tasks."""
    shelf = "open" if state == "overdue" else state
    found = (_listed(desk, request) for request in desk.dossier.listed(shelf))
    wanted = [each for each in found if state != "overdue" or each.overdue]
    tasks = (record for record in every_record(desk.store, TASKS))
    return RequestList(
        requests=tuple(sorted(wanted, key=lambda each: (not each.overdue, each.days_left))),
        tasks=tuple(
            Task(
                id=record.key.sort,
                kind=str(record.attributes["kind"]),
                reference=str(record.attributes["reference"]),
                subject=str(record.attributes["subject"]),
            )
            for record in tasks
        ),
    )


def timeline(desk: Desk, reference: str) -> Timeline:
    """Return all that was done about a request.

    Raises:
        NotFound: Nothing was.
    """
    if end_of_chain(desk.store, reference)[0] == 0:
        raise NotFound
    return Timeline(
        reference=reference,
        events=tuple(
            TimelineEvent(
                number=each.number,
                at=rfc3339(each.at),
                event=each.event,
                details=dict(each.details),
                hash=each.hash,
            )
            for each in events_of(desk.store, reference)
        ),
        intact=chain_is_whole(desk.store, reference),
    )


def decide(desk: Desk, reference: str, decision: Decision) -> Decided:
    """Carry out what an operator decided.

    Raises:
        NotFound: There is no such request.
        RequestInvalid: The decision does not fit the request.
    """
    request = desk.dossier.request(reference)
    if request is None:
        raise NotFound
    answer = _ACTIONS[decision.action](desk, request, decision)
    after = desk.dossier.request(reference) or request
    return answer or Decided(state=after.state)


def _release(desk: Desk, request: SubjectRequest, _decision: Decision) -> None:
    """Let a quarantined request go its way."""

    def released(current: SubjectRequest) -> Change[SubjectRequest] | None:
        if current.state != "quarantined":
            return None
        return Change(to=replace(current, state="received"), event="released")

    if desk.dossier.change_request(request.reference, released).state == "received":
        start(desk, request.reference)


def _route(desk: Desk, request: SubjectRequest, decision: Decision) -> None:
    """Say who is responsible."""
    known = tuple(each for each in decision.controllers if desk.controllers.entry(each))
    if not known or len(known) < len(decision.controllers):
        _refuse("controllers", "Name controllers that stand in the register.")

    def routed(current: SubjectRequest) -> Change[SubjectRequest]:
        names = tuple(dict.fromkeys((*current.controllers, *known)))
        to = replace(current, controllers=names, news=True)
        return Change(to=to, event="routed_by_operator", details={"controllers": len(known)})

    after = desk.dossier.change_request(request.reference, routed)
    if after.state == "forwarded":
        hand_to(desk, after, known)
    desk.wake(request.reference, PERSON, {"request_id": request.reference})


def _restart(desk: Desk, request: SubjectRequest, decision: Decision) -> None:
    """Start a new execution for cases whose own one has failed; what was sent is not sent again.

    AWS redrives an execution within 14 days of its end only.
    """
    for case in _cases(desk, request, decision):

        def restarted(current: Case) -> Change[Case]:
            to = replace(current, restarts=current.restarts + 1)
            return Change(to=to, event="restarted", details=_restart_details(to))

        after = desk.dossier.change_case(case.reference, case.controller_id, restarted)
        ids = {"request_id": after.reference, "controller_id": after.controller_id}
        desk.executions.start(f"{after.reference}.{after.controller_id}.{after.restarts}", ids)


def _restart_details(case: Case) -> Details:
    return {"controller": case.controller_id, "time": case.restarts}


def _report(desk: Desk, request: SubjectRequest, decision: Decision) -> None:
    """Enter what a controller said by letter or telephone."""
    if decision.report is None:
        _refuse("report", "Say what the controller reported.")
    for case in _cases(desk, request, decision):
        take_report(desk, case, decision.report, via="operator")


def _read(desk: Desk, request: SubjectRequest, _decision: Decision) -> Decided:
    """Read what the person wrote, to pass it on by hand; the trail says that it was read."""
    desk.dossier.note(request.reference, "read_by_operator")
    return Decided(state=request.state, letter=desk.payloads.open(request.reference))


def _close(desk: Desk, request: SubjectRequest, _decision: Decision) -> None:
    """End a request for which nobody responsible was found; what a program filed ends in silence."""
    cases = desk.dossier.cases(request.reference)
    if any(case.state not in CONCLUDED and case.state != "overdue" for case in cases):
        _refuse("action", "Controllers are still to answer.")

    def closed(current: SubjectRequest) -> Change[SubjectRequest] | None:
        if current.state not in (*OPEN, "quarantined"):
            return None
        to = replace(current, state="closed", news=True)
        return Change(to=to, event="closed_by_operator")

    after = desk.dossier.change_request(request.reference, closed)
    if after.state == "closed" and request.state in OPEN:
        desk.letters.write("not_found", after, desk.payloads.open(after.reference))
        desk.wake(after.reference, PERSON, {"request_id": after.reference})


def _forget(desk: Desk, request: SubjectRequest, _decision: Decision) -> None:
    """Destroy what is personal in a request, at the person's own demand."""
    if desk.payloads.destroy(request.reference):
        desk.dossier.note(request.reference, "payload_destroyed")


def _done(desk: Desk, request: SubjectRequest, decision: Decision) -> None:
    """Take a task off the list."""
    record = desk.store.get(Key(TASKS, decision.task or "?"))
    if record is None or record.attributes["reference"] != request.reference:
        _refuse("task", "Name a task of this request.")
    desk.dossier.note(request.reference, "task_done", {"kind": str(record.attributes["kind"])})
    desk.store.delete(record)


_Action = Callable[[Desk, SubjectRequest, Decision], Decided | None]

_ACTIONS: Mapping[str, _Action] = {
    "release": _release,
    "route": _route,
    "restart": _restart,
    "report": _report,
    "read": _read,
    "close": _close,
    "forget": _forget,
    "done": _done,
}


def _cases(desk: Desk, request: SubjectRequest, decision: Decision) -> list[Case]:
    found = [desk.dossier.case(request.reference, each) for each in decision.controllers]
    if not found or None in found:
        _refuse("controllers", "Name controllers that have this request.")
    return cast("list[Case]", found)


def _refuse(field: str, detail: str) -> NoReturn:
    raise RequestInvalid(faults=[Fault(field=field, code="unfit", detail=detail)])


def _listed(desk: Desk, request: SubjectRequest) -> ListedRequest:
    cases = desk.dossier.cases(request.reference)
    today = received_on(desk.clock.now())
    due_on = min((case.due_on for case in cases), default=request.due_on)
    return ListedRequest(
        reference=request.reference,
        right=request.right,
        state=request.state,
        source=request.source,
        received_on=request.received_on.isoformat(),
        due_on=due_on.isoformat(),
        days_left=(due_on - today).days,
        overdue=today > due_on,
        agent=request.agent,
        duplicate_of=request.duplicate_of,
        cases=tuple(
            ListedCase(
                controller=case.controller_id,
                state=case.state,
                channel=case.channel,
                due_on=case.due_on.isoformat(),
                attempts=case.attempts,
            )
            for case in cases
        ),
    )
