"""What whoever filed a request may see of it, and may do about it."""

from dataclasses import replace

from functions.dsar_router.case import Case
from functions.dsar_router.desk import Desk
from functions.dsar_router.dossier import Change
from functions.dsar_router.filing import Filing
from functions.dsar_router.messages import ControllerStatus, Filed, RequestStatus
from functions.dsar_router.payload import Payload
from functions.dsar_router.report import wake_case
from functions.dsar_router.request import OPEN, SubjectRequest, public_state
from functions.dsar_router.routing import PERSON
from leadcloud.clock import rfc3339
from leadcloud.errors import NotFound


def filed(desk: Desk, request: SubjectRequest) -> Filed:
    """Return what the filer of a request is told at once."""
    return Filed(
        reference=request.reference,
        view_key=desk.references.view_key(request.reference),
        received_on=request.received_on.isoformat(),
        due_on=request.due_on.isoformat(),
        due_on_latest=request.due_on_latest.isoformat(),
        state="received",
    )


def viewed(desk: Desk, reference: str, view_key: str) -> SubjectRequest:
    """Return the request that a key is good for.

    Raises:
        NotFound: The key is not good for it, or there is none; nobody can tell which.
    """
    may = desk.references.may_view(reference, view_key)
    request = desk.dossier.request(reference)
    if request is None or not may:
        raise NotFound
    return request


def status_of(desk: Desk, request: SubjectRequest) -> RequestStatus:
    """Return where a request stands."""
    payload = desk.payloads.open(request.reference) or {}
    cases = [
        case
        for case in desk.dossier.cases(request.reference)
        if request.verified or not case.hidden
    ]
    is_prohibition = request.right == "marketing_prohibition"
    return RequestStatus(
        reference=request.reference,
        right=request.right,
        lane="marketing_prohibition" if is_prohibition else "gdpr",
        state=public_state(request),
        received_on=request.received_on.isoformat(),
        due_on=request.due_on.isoformat(),
        due_on_latest=request.due_on_latest.isoformat(),
        contact_verified=request.verified,
        # Who only knows somebody's address must not learn that this person filed before.
        duplicate_of=request.duplicate_of if request.verified else None,
        controllers=tuple(_controller(desk, case, payload) for case in cases),
    )


def withdraw(desk: Desk, request: SubjectRequest) -> SubjectRequest:
    """Withdraw a request; whoever has it is told so. What has ended stays as it is."""

    def withdrawn(current: SubjectRequest) -> Change[SubjectRequest] | None:
        if current.state not in (*OPEN, "quarantined"):
            return None
        return Change(to=replace(current, state="withdrawn", news=True), event="withdrawn")

    after = desk.dossier.change_request(request.reference, withdrawn)
    if after.state == "withdrawn":
        _wake_all(desk, after.reference)
    if after.state == "withdrawn" and request.state in OPEN:
        desk.letters.write("withdrawn", after, desk.payloads.open(after.reference))
    return after


def confirm_contact(desk: Desk, request: SubjectRequest, code: str) -> bool:
    """Note that the person has shown control of the contact channel; tell whether it is so."""
    if not desk.references.may_confirm(request.reference, code):
        return False

    def confirmed(current: SubjectRequest) -> Change[SubjectRequest] | None:
        if current.verified:
            return None
        return Change(to=replace(current, verified=True, news=True), event="contact_confirmed")

    desk.dossier.change_request(request.reference, confirmed)
    desk.wake(request.reference, PERSON, {"request_id": request.reference})
    return True


def add_source(desk: Desk, request: SubjectRequest, more: Filing) -> None:
    """Add what the person has found out about the call since."""
    for name in ("lead_reference", "call"):
        value = more.model_dump(mode="json", exclude_none=True).get(name)
        if value:
            desk.payloads.add(request.reference, name, value)

    def added(current: SubjectRequest) -> Change[SubjectRequest] | None:
        return Change(to=replace(current, news=True), event="source_added")

    desk.dossier.change_request(request.reference, added)
    desk.wake(request.reference, PERSON, {"request_id": request.reference})


def _wake_all(desk: Desk, reference: str) -> None:
    desk.wake(reference, PERSON, {"request_id": reference})
    for case in desk.dossier.cases(reference):

        def told(current: Case) -> Change[Case]:
            return Change(to=replace(current, news=True))

        wake_case(desk, desk.dossier.change_case(reference, case.controller_id, told))


def _controller(desk: Desk, case: Case, payload: Payload) -> ControllerStatus:
    entry = desk.controllers.entry(case.controller_id)
    return ControllerStatus(
        id=case.controller_id,
        name=entry.name if entry else case.controller_id,
        contact=entry.privacy_email if entry else "",
        state=case.state,
        hashed=case.veiled,
        forwarded_at=rfc3339(case.sent_at) if case.sent_at else None,
        due_on=case.due_on.isoformat(),
        reason=payload.get(f"reason {case.controller_id}"),
    )
