"""Finding out who is responsible for the data that a request is about.

In this order: whom an operator or a controller named, the lead reference, the sealed one, and the
calling company, its number and the date against the delivery log. The first that leads somewhere
counts. Everybody is asked only on the person's own instruction. Our own register comes on top.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from functions.dsar_router.desk import Desk
from functions.dsar_router.inquiry import channels_of
from functions.dsar_router.payload import Payload
from functions.dsar_router.request import SubjectRequest
from leadcloud.controllers import ControllerEntry
from leadcloud.own_register import OWN
from leadcloud.purpose import USE_PERIOD


@dataclass(frozen=True, kw_only=True, slots=True)
class Responsible:
    """Whom a request concerns, as far as anybody knows."""

    controllers: tuple[str, ...]
    """Ids; a buyer's is its account's, also where nobody has entered it as a controller."""
    everybody: bool = False
    """Nobody is known; these are asked on the person's own instruction."""


def responsible(desk: Desk, request: SubjectRequest, payload: Payload) -> Responsible:
    """Return whom a request concerns; nobody, where nothing leads anywhere."""
    found = request.controllers or _of_reference(desk, request, payload) or _of_call(desk, payload)
    if found:
        return Responsible(controllers=tuple(dict.fromkeys(found)))
    return Responsible(controllers=_everybody(desk, request, payload), everybody=True)


def concerns_us(desk: Desk, payload: Payload) -> bool:
    """Tell whether the person is in our own register of customers and prospects."""
    reply_to, subject = payload.get("reply_to", {}), payload.get("subject", {})
    channels = (reply_to.get("email"), reply_to.get("phone"), subject.get("phone"))
    known = desk.controllers.entry(OWN) is not None
    return known and desk.own_register.holds(channel for channel in channels if channel)


def named(desk: Desk, who: str) -> ControllerEntry | None:
    """Return the controller that goes by an id or a name, if it stands in our register."""
    return desk.controllers.entry(who) or desk.controllers.caller(name=who, number=None)


def _of_reference(desk: Desk, request: SubjectRequest, payload: Payload) -> tuple[str, ...]:
    code = cast("str | None", payload.get("lead_reference"))
    if code is None:
        return ()
    find = desk.provenance.open if "." in code else desk.lead_references.delivery
    delivery = find(code)
    if delivery is None:
        if request.origin:
            desk.throttle.count("guesses", request.origin)
        return ()
    return (delivery.controller, delivery.buyer)


def _of_call(desk: Desk, payload: Payload) -> tuple[str, ...]:
    call = payload.get("call", {})
    if "company" not in call and "number" not in call:
        return ()
    entry = desk.controllers.caller(name=call.get("company"), number=call.get("number"))
    if entry is None:
        return ()
    day = date.fromisoformat(call["date"]) if "date" in call else desk.clock.now().date()
    # What the buyer may have used on that day: it may use a delivery for a while only.
    first = day + timedelta(days=1) - USE_PERIOD
    sources = desk.lead_references.sources_of(entry.id, first=first, last=day)
    return (entry.id, *sources) if sources else ()


def _everybody(desk: Desk, request: SubjectRequest, payload: Payload) -> tuple[str, ...]:
    if not request.send_to_all:
        return ()
    policies = {"whole", "hashed"} if channels_of(request, payload) else {"whole"}
    return tuple(
        entry.id
        for entry in desk.controllers.entries()
        if entry.broadcasts in policies
        and (entry.contract_until is None or entry.contract_until >= request.received_on)
    )
