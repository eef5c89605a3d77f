"""What a controller reports about a request, whichever way it reaches us.

A report says what became of the request; the answer itself goes to the person directly, so a
report that carries more than its own members is refused unread.
"""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, StringConstraints, ValidationError

from functions.dsar_router.case import Case, CaseState, IllegalTransition, Status, reported
from functions.dsar_router.deadline import due, end_of
from functions.dsar_router.desk import Desk
from functions.dsar_router.dossier import Change
from functions.dsar_router.filing import Day, Line, clean_text
from functions.dsar_router.handling import case_wait
from leadcloud.errors import Fault, ReportOutOfTurn, RequestInvalid
from leadcloud.http.wire import Wire, faults_of

_EXTENDED_MONTHS = 3
_WITH_REASON: frozenset[Status] = frozenset({"extended", "refused"})
"""The person must be told why: GDPR, articles 12(3) and 12(4)."""

Via = Literal["callback", "opendsr", "page", "operator"]


class Report(Wire):
    """What became of a request at a controller."""

    status: Status
    reason: Annotated[str, StringConstraints(max_length=500), AfterValidator(clean_text)] | None = (
        None
    )
    expected_on: Day | None = None
    responsible: Line | None = None
    """Id or name of who is, where the controller says that it is not."""


def read_report(desk: Desk, case: Case, value: Any) -> Report:
    """Return the report in a parsed body.

    Raises:
        RequestInvalid: It is none, or carries what we do not carry.
    """
    try:
        report = Report.model_validate(value)
    except ValidationError as error:
        faults = faults_of(error, Report)
        if any(fault.code == "extra_forbidden" for fault in faults):
            details = {"controller": case.controller_id}
            desk.dossier.note(case.reference, "answer_not_carried", details)
            raise RequestInvalid(
                "Answer the person directly; only a status is taken here."
            ) from None
        raise RequestInvalid(faults=faults) from None
    return report


def take_report(desk: Desk, case: Case, report: Report, *, via: Via) -> CaseState:
    """Enter a report into the case, and return where the case stands now.

    Raises:
        RequestInvalid: It lacks the reason that the person is told of.
        ReportOutOfTurn: It cannot follow from where the case stands, or came too late.
    """
    if report.status in _WITH_REASON and not report.reason:
        needed = "An extension and a refusal need their reason."
        raise RequestInvalid(faults=[Fault(field="reason", code="missing", detail=needed)])
    details = {"controller": case.controller_id, "status": report.status, "via": via}
    if report.status == "extended" and desk.clock.now() >= end_of(case.due_on):
        desk.dossier.note(case.reference, "extension_too_late", details)
        raise ReportOutOfTurn
    for name, text in (("reason", report.reason), ("responsible", report.responsible)):
        if text:
            desk.payloads.add(case.reference, f"{name} {case.controller_id}", text)
    received = desk.dossier.request(case.reference)
    extended_to = due(received.received_on, months=_EXTENDED_MONTHS).nominal if received else None

    def told(current: Case) -> Change[Case]:
        state = reported(current.state, report.status)
        if state == current.state:
            return Change(to=replace(current, news=True), event="reported_again", details=details)
        to = replace(current, state=state, news=True, expected_on=report.expected_on)
        return Change(to=_extended(to, extended_to), event="reported", details=details)

    try:
        after = desk.dossier.change_case(case.reference, case.controller_id, told)
    except IllegalTransition:
        desk.dossier.note(case.reference, "report_out_of_turn", details)
        raise ReportOutOfTurn from None
    wake_case(desk, after)
    return after.state


def wake_case(desk: Desk, case: Case) -> None:
    """Make the workflow of a case look at what is new."""
    ids = {"request_id": case.reference, "controller_id": case.controller_id}
    desk.wake(case.reference, case_wait(case.controller_id), ids)


def _extended(case: Case, until: date | None) -> Case:
    if case.state != "extended" or until is None:
        return case
    return replace(case, due_on=until, reminders=0)
