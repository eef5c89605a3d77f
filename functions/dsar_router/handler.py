"""The routes of subject requests: intake, status, controllers' callbacks, operators."""

from collections.abc import Mapping
from typing import Any

from functions.dsar_router import form, page
from functions.dsar_router.callback import take_callback
from functions.dsar_router.desk import desk_of
from functions.dsar_router.filing import Filing
from functions.dsar_router.intake import Arrival, take_in
from functions.dsar_router.messages import (
    Decided,
    Decision,
    EnteredFiling,
    Filed,
    Noted,
    NoticeBody,
    NoticeTaken,
    RequestList,
    RequestStatus,
    Shelf,
    Timeline,
)
from functions.dsar_router.notice import take_notice
from functions.dsar_router.operator_desk import decide, listed, timeline
from functions.dsar_router.report import Report
from functions.dsar_router.status import filed, status_of, viewed, withdraw
from functions.dsar_router.throttle import origin_of
from leadcloud.errors import (
    BodyUnreadable,
    IdempotencyKeyReused,
    NotFound,
    ReportOutOfTurn,
    RequestInvalid,
    TooManyRequests,
    Unauthenticated,
)
from leadcloud.http.api import Answer, Api, Contract
from leadcloud.http.call import Call
from leadcloud.wiring import Services, services

api: Api[Services] = Api("dsar_router")

_VIEW_KEY = "x-view-key"
_VIEWED = {"X-View-Key": "What the filing answered with; without it there is no such request."}
_SIGNED = {
    "webhook-id": "Of the message; the same again has no second effect.",
    "webhook-timestamp": "Seconds since 1970; at most five minutes off.",
    "webhook-signature": "By the Standard Webhooks specification, with the key agreed on.",
}


def lambda_handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer one API Gateway proxy event."""
    return api.answer(event, services())


@api.operation(
    "fileSubjectRequest",
    Contract(
        request=Filing,
        response=Filed,
        status=202,
        problems=(RequestInvalid, IdempotencyKeyReused, TooManyRequests),
    ),
)
def file_subject_request(call: Call, services: Services) -> Answer:
    """Record a request and say what it goes by."""
    desk = desk_of(services)
    origin = origin_of(call.source_ip, desk.clock.now(), desk.references)
    arrival = Arrival(source="api", key=call.idempotency_key or "", origin=origin)
    return Answer(body=filed(desk, take_in(desk, call.body, arrival)), status=202)


@api.operation("getSubjectRequest", Contract(response=RequestStatus, headers=_VIEWED))
def get_subject_request(call: Call, services: Services) -> Answer:
    """Show a request to whoever holds its key."""
    desk = desk_of(services)
    request = viewed(desk, call.path_parameters["reference"], call.headers.get(_VIEW_KEY, ""))
    return Answer(body=status_of(desk, request))


@api.operation("withdrawSubjectRequest", Contract(response=RequestStatus, headers=_VIEWED))
def withdraw_subject_request(call: Call, services: Services) -> Answer:
    """Withdraw a request for whoever holds its key."""
    desk = desk_of(services)
    request = viewed(desk, call.path_parameters["reference"], call.headers.get(_VIEW_KEY, ""))
    return Answer(body=status_of(desk, withdraw(desk, request)))


@api.operation(
    "reportOnSubjectRequest",
    Contract(
        request=Report,
        response=Noted,
        headers=_SIGNED,
        problems=(Unauthenticated, BodyUnreadable, RequestInvalid, ReportOutOfTurn),
    ),
)
def report_on_subject_request(call: Call, services: Services) -> Answer:
    """Take a controller's signed report."""
    return Answer(body=Noted(state=take_callback(desk_of(services), call)))


@api.operation(
    "sendControllerNotice",
    Contract(
        request=NoticeBody,
        response=NoticeTaken,
        headers=_SIGNED,
        status=202,
        problems=(Unauthenticated, BodyUnreadable, RequestInvalid, IdempotencyKeyReused),
    ),
)
def send_controller_notice(call: Call, services: Services) -> Answer:
    """Take a source's signed notice for those who received its data."""
    desk = desk_of(services)
    reference = take_notice(desk, call).reference
    view_key = desk.references.view_key(reference)
    return Answer(body=NoticeTaken(reference=reference, view_key=view_key), status=202)


@api.operation("listSubjectRequests", Contract(response=RequestList, parameters=Shelf))
def list_subject_requests(call: Call, services: Services) -> Answer:
    """List requests for operators."""
    return Answer(body=listed(desk_of(services), call.query.state))


@api.operation(
    "enterSubjectRequest",
    Contract(
        request=EnteredFiling,
        response=Filed,
        status=202,
        problems=(RequestInvalid, IdempotencyKeyReused),
    ),
)
def enter_subject_request(call: Call, services: Services) -> Answer:
    """Record what came by telephone, letter or mail."""
    desk = desk_of(services)
    entered: EnteredFiling = call.body
    arrival = Arrival(source=entered.source, key=call.idempotency_key or "")
    return Answer(body=filed(desk, take_in(desk, entered.filing, arrival)), status=202)


@api.operation(
    "decideSubjectRequest",
    Contract(
        request=Decision, response=Decided, problems=(NotFound, RequestInvalid, ReportOutOfTurn)
    ),
)
def decide_subject_request(call: Call, services: Services) -> Answer:
    """Carry out an operator's decision."""
    return Answer(body=decide(desk_of(services), call.path_parameters["reference"], call.body))


@api.operation("getAudit", Contract(response=Timeline, problems=(NotFound,)))
def get_audit(call: Call, services: Services) -> Answer:
    """Show operators what was done about a request."""
    return Answer(body=timeline(desk_of(services), call.path_parameters["reference"]))


form.bind(api)
page.bind(api)
