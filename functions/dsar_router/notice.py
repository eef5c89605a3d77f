"""Notices back: what a source's controller must tell those who received its data, through us.

Source: GDPR art. 19. A notice is recorded and passed on as a request is, with its own controller
as the sender and the buyers as the receivers; nobody is written to besides.
"""

from functions.dsar_router.callback import verify_sender
from functions.dsar_router.desk import Desk
from functions.dsar_router.filing import Filing, ReplyTo, Subject
from functions.dsar_router.intake import Arrival, take_in
from functions.dsar_router.messages import NoticeBody
from functions.dsar_router.request import SubjectRequest
from leadcloud.errors import Fault, RequestInvalid, Unauthenticated
from leadcloud.http.call import Call
from leadcloud.http.json_body import read_json
from leadcloud.http.wire import parse
from leadcloud.purpose import USE_PERIOD


def take_notice(desk: Desk, call: Call) -> SubjectRequest:
    """Record a notice for all who may still use data of its sender.

    Raises:
        Unauthenticated: It is not signed by the controller that the path names.
        RequestInvalid: It is no notice, or nobody received data.
    """
    entry = desk.controllers.entry(call.path_parameters["controller_id"])
    signed = verify_sender(desk, call, entry)
    if entry is None or signed is None:
        raise Unauthenticated("The signature is not one that is accepted here.")
    notice = parse(NoticeBody, read_json(call.body))
    buyers = _buyers(desk, entry.id, notice)
    if not buyers:
        nobody = Fault(field="", code="no_recipient", detail="Nobody received data lately.")
        raise RequestInvalid(faults=[nobody])
    subject = {"name": notice.subject_name, "phone": notice.subject_phone}
    filing = Filing(
        right=notice.right,
        reply_to=ReplyTo(email=entry.privacy_email),
        subject=parse(Subject, {name: value for name, value in subject.items() if value}),
        lead_reference=notice.lead_reference,
        language="en",
    )
    key = f"{entry.id} {signed.id}"
    return take_in(desk, filing, Arrival(source="notice", key=key, controllers=buyers))


def _buyers(desk: Desk, source: str, notice: NoticeBody) -> tuple[str, ...]:
    if notice.lead_reference:
        delivery = desk.lead_references.delivery(notice.lead_reference)
        return (delivery.buyer,) if delivery and delivery.controller == source else ()
    now = desk.clock.now()
    first = (now - USE_PERIOD).date()
    return desk.lead_references.buyers_of(source, first=first, last=now.date())
