"""Taking a subject request in: recorded for good before anybody is told so."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta

from functions.dsar_router.deadline import due, received_on
from functions.dsar_router.desk import Desk
from functions.dsar_router.filing import Filing, letter_of
from functions.dsar_router.request import OPEN, Source, SubjectRequest, contact_key
from leadcloud.errors import IdempotencyKeyReused, TooManyRequests, Unavailable
from leadcloud.events import Event, log
from leadcloud.store.interface import Action, PutIfAbsent, TransactionCancelled, Update

GUESSES_AN_HOUR = 20
"""Lead references of one network that lead nowhere, before no more are looked up."""

LONGEST_KEPT = timedelta(days=120)
"""A payload is destroyed then, wherever its request stands."""

_TRIES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """How a filing reached us."""

    source: Source
    key: str
    """The same for every attempt at the same filing."""
    origin: str = ""
    """Of the network; empty where an operator or a controller files."""
    suspicious: bool = False
    """Probably sent by a machine; a person looks at it before it is passed on."""
    controllers: tuple[str, ...] = ()
    """Known from the start."""


def take_in(desk: Desk, filing: Filing, arrival: Arrival) -> SubjectRequest:
    """Record a filing and start its workflow; the same filing again has no second effect.

    Raises:
        IdempotencyKeyReused: Another filing came under the same key.
        TooManyRequests: Too many came from the same network.
    """
    reference = desk.references.reference(f"{arrival.source} {arrival.key}")
    digest = _digest(desk, filing)
    request = desk.dossier.request(reference)
    if request is None:
        _admit(desk, filing, arrival)
        request = _record(desk, filing, _request(desk, filing, arrival, reference=reference))
    if request.digest != digest:
        raise IdempotencyKeyReused
    if request.state == "received":
        start(desk, reference)
    return request


def start(desk: Desk, reference: str) -> None:
    """Start the workflow of a request, if it does not run yet."""
    desk.executions.start(reference, {"request_id": reference})
    desk.dossier.started(reference)


def start_all(desk: Desk) -> None:
    """Start the workflows of requests whose intake died before it could."""
    for reference in desk.dossier.to_start():
        start(desk, reference)


def _admit(desk: Desk, filing: Filing, arrival: Arrival) -> None:
    if not arrival.origin:
        return
    filed = desk.throttle.count("filings", arrival.origin)
    guesses = desk.throttle.counted("guesses", arrival.origin)
    if guesses >= GUESSES_AN_HOUR and filing.lead_reference:
        log(Event.GUESSING_STOPPED, origin=arrival.origin)
        raise TooManyRequests(retry_after=desk.throttle.seconds_left())
    if filed > desk.filings_an_hour:
        raise TooManyRequests(retry_after=desk.throttle.seconds_left())


def _request(desk: Desk, filing: Filing, arrival: Arrival, *, reference: str) -> SubjectRequest:
    now = desk.clock.now()
    received = received_on(now)
    dates = due(received)
    behalf = filing.on_behalf_of
    return SubjectRequest(
        reference=reference,
        right=filing.right,
        state="quarantined" if arrival.suspicious else "received",
        source=arrival.source,
        language=filing.language,
        received_at=now,
        received_on=received,
        due_on=dates.nominal,
        due_on_latest=dates.latest,
        digest=_digest(desk, filing),
        contact=desk.references.hidden("contact", _who(filing)),
        origin=arrival.origin,
        agent=behalf.relation if behalf else None,
        mandate=bool(behalf and behalf.mandate),
        send_to_all=filing.send_to_all,
        controllers=arrival.controllers,
    )


def _who(filing: Filing) -> str:
    """Return what tells the same filing again: the channel, and whom it is about.

    An agent files for many from one address, so the address alone would make them one person.
    """
    channel = filing.reply_to.email or filing.reply_to.phone or ""
    return f"{channel}\n{filing.subject.model_dump_json()}".casefold()


def _record(desk: Desk, filing: Filing, request: SubjectRequest) -> SubjectRequest:
    until = request.received_at + LONGEST_KEPT
    for _ in range(_TRIES):
        earlier, remember = _earlier(desk, request)
        linked = replace(request, duplicate_of=earlier)
        sealed = desk.payloads.sealed(request.reference, letter_of(filing), until)
        try:
            desk.dossier.open(linked, sealed, *remember)
        except TransactionCancelled:
            existing = desk.dossier.request(request.reference)
            if existing:
                return existing
            continue
        log(
            Event.SUBJECT_REQUEST_FILED,
            reference=request.reference,
            source=request.source,
            state=request.state,
        )
        return linked
    raise Unavailable(retry_after=1)


def _earlier(desk: Desk, request: SubjectRequest) -> tuple[str | None, tuple[Action, ...]]:
    """Return an open request for the same right of the same person, or how to note this one."""
    if request.source == "notice":
        return None, ()  # a source may have more to tell of the same person
    key = contact_key(request)
    note = {"reference": request.reference}
    record = desk.store.get(key)
    if record is None:
        return None, (PutIfAbsent(key=key, attributes=note),)
    earlier = desk.dossier.request(str(record.attributes["reference"]))
    if earlier is None or earlier.state not in OPEN:
        return None, (Update(key=key, version=record.version, attributes=note),)
    return earlier.reference, ()


def _digest(desk: Desk, filing: Filing) -> str:
    canonical = json.dumps(letter_of(filing), sort_keys=True, ensure_ascii=False)
    return desk.references.hidden("filing", canonical)
