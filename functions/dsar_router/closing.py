"""When a request is over: everybody has answered, nobody will, or nobody knows the person."""

from dataclasses import replace
from datetime import timedelta

from functions.dsar_router.case import CONCLUDED, TAKEN, Case
from functions.dsar_router.deadline import end_of
from functions.dsar_router.desk import Desk
from functions.dsar_router.dossier import Change
from functions.dsar_router.milestone import LATE_WORD_FOR
from functions.dsar_router.request import SubjectRequest

KEPT_AFTER = timedelta(days=14)
"""How long a payload is kept once every controller has it."""


def tidy(desk: Desk, request: SubjectRequest) -> None:
    """Let the payload go once everybody has it, and close the request once it is over."""
    cases = desk.dossier.cases(request.reference)
    if request.state != "forwarded":
        return
    if all(case.state in TAKEN for case in cases):
        desk.payloads.keep_until(request.reference, desk.clock.now() + KEPT_AFTER)
    over = all(case.state in CONCLUDED or is_given_up(desk, case) for case in cases)
    unknown = all(case.veiled and case.state == "not_controller" for case in cases)
    # Where all have said that they are not responsible, an operator is looking for who is.
    answered = any(case.state in ("fulfilled", "refused", "overdue") for case in cases)
    if over and (answered or unknown):
        _close(desk, request, in_vain=unknown)


def _close(desk: Desk, request: SubjectRequest, *, in_vain: bool) -> None:
    if in_vain:
        desk.letters.write("not_found", request, desk.payloads.open(request.reference))

    def closed(current: SubjectRequest) -> Change[SubjectRequest] | None:
        if current.state != "forwarded":
            return None
        return Change(to=replace(current, state="closed"), event="closed")

    desk.dossier.change_request(request.reference, closed)


def is_given_up(desk: Desk, case: Case) -> bool:
    """Tell whether no word of an overdue case is waited for any more; the person knows her rights."""
    return case.state == "overdue" and desk.clock.now() >= end_of(case.due_on) + LATE_WORD_FOR
