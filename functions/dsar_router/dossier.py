"""All that is kept about subject requests: every change together with its entry in the audit."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Generic, Protocol, TypeVar

from functions.dsar_router import row
from functions.dsar_router.case import Case, case_key
from functions.dsar_router.deadline import due, received_on
from functions.dsar_router.request import OPEN, SubjectRequest, request_key
from leadcloud.audit import AuditTrail, Details
from leadcloud.clock import Clock
from leadcloud.store.interface import (
    Action,
    Delete,
    Key,
    PutIfAbsent,
    Store,
    TransactionCancelled,
    Update,
)
from leadcloud.store.pages import every_record

KEPT_MONTHS = 36
"""A closed request's record is kept so long, as proof of what was done with it."""

_TRIES = 50

Shelf = str
"""Where a request is listed: open, closed or quarantined."""


class HasState(Protocol):
    """A request or a case."""

    @property
    def reference(self) -> str:
        """Return the reference of the request."""


T = TypeVar("T", bound=HasState)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change(Generic[T]):
    """What is to become of a request or a case, and what the audit says of it."""

    to: T
    event: str | None = None
    """None for what is no event, such as that a piece of news was looked at."""
    details: Details = field(default_factory=dict)


Decide = Callable[[T], Change[T] | None]
"""Looks at what there is and says what is to become of it; None for nothing."""


class Missing(Exception):
    """There is no such request or case."""


class Dossier:
    """Keeps requests and their cases."""

    def __init__(self, store: Store, audit: AuditTrail, clock: Clock) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock

    def open(self, request: SubjectRequest, *more: Action) -> None:
        """Keep a new request, with whatever else belongs to it.

        Raises:
            TransactionCancelled: There is one with this reference.
        """
        start = PutIfAbsent(key=_to_start_key(request.reference), attributes={})
        to_start = (start,) if request.state == "received" else ()
        details: Details = {
            "right": request.right,
            "source": request.source,
            "state": request.state,
            "send_to_all": request.send_to_all,
        }
        self._store.transact(
            PutIfAbsent(key=request_key(request.reference), attributes=row.write(request)),
            PutIfAbsent(key=_listing_key(request), attributes={}),
            *to_start,
            *self._audit.entry(request.reference, "received", details),
            *more,
        )

    def request(self, reference: str) -> SubjectRequest | None:
        """Return a request."""
        record = self._store.get(request_key(reference))
        return row.read(SubjectRequest, record.attributes) if record else None

    def case(self, reference: str, controller_id: str) -> Case | None:
        """Return the case of a request at a controller."""
        record = self._store.get(case_key(reference, controller_id))
        return row.read(Case, record.attributes) if record else None

    def cases(self, reference: str) -> tuple[Case, ...]:
        """Return the cases of a request, by controller."""
        records = every_record(self._store, request_key(reference).partition, "CASE#")
        return tuple(row.read(Case, record.attributes) for record in records)

    def open_case(self, case: Case, *more: Action) -> bool:
        """Keep a new case, with whatever else belongs to it; return whether it is new.

        Raises:
            TransactionCancelled: Others came in between, again and again.
        """
        key = case_key(case.reference, case.controller_id)
        for _ in range(_TRIES):
            if self._store.get(key):
                return False
            details = {"controller": case.controller_id, "channel": case.channel}
            with suppress(TransactionCancelled):
                self._store.transact(
                    PutIfAbsent(key=key, attributes=row.write(case)),
                    *self._audit.entry(case.reference, "case_opened", details),
                    *more,
                )
                return True
        raise TransactionCancelled(())

    def change_request(self, reference: str, decide: Decide[SubjectRequest]) -> SubjectRequest:
        """Change a request as decided, and return it; its closing is dated.

        Raises:
            Missing: There is none.
        """

        def dated(current: SubjectRequest) -> Change[SubjectRequest] | None:
            change = decide(current)
            if change is None or _shelf_of(change.to) != "closed" or change.to.closed_on:
                return change
            today = received_on(self._clock.now())
            return replace(change, to=replace(change.to, closed_on=today))

        return self._change(request_key(reference), dated, kind=SubjectRequest, along=self._moved)

    def change_case(self, reference: str, controller_id: str, decide: Decide[Case]) -> Case:
        """Change a case as decided, and return it.

        Raises:
            Missing: There is none.
        """
        return self._change(case_key(reference, controller_id), decide, kind=Case, along=_stays)

    def note(self, reference: str, event: str, details: Details | None = None) -> None:
        """Enter into the audit what changes nothing."""
        self._audit.append(reference, event, details or {})

    def started(self, reference: str) -> None:
        """Note that the workflow of a request runs."""
        record = self._store.get(_to_start_key(reference))
        if record:
            with suppress(TransactionCancelled):
                self._store.transact(Delete(key=record.key, version=record.version))

    def to_start(self) -> Iterator[str]:
        """Yield the requests whose workflow may not have been started."""
        for record in every_record(self._store, _TO_START):
            yield record.key.sort

    def listed(self, shelf: Shelf) -> Iterator[SubjectRequest]:
        """Yield the requests of a shelf, the one that is due first, first."""
        for record in every_record(self._store, _shelf_partition(shelf)):
            request = self.request(record.key.sort.partition("#")[2])
            if request:
                yield request

    def to_end(self) -> Iterator[str]:
        """Yield the requests that were closed so long ago that their record is to end."""
        today = received_on(self._clock.now()).isoformat()
        for record in every_record(self._store, _TO_END):
            ends_on, _, reference = record.key.sort.partition("#")
            if ends_on > today:
                return
            yield reference

    def end(self, request: SubjectRequest) -> None:
        """Remove a request that was closed, with what lists it; its audit chain says so and stays.

        Raises:
            TransactionCancelled: Others came in between, again and again.
        """
        keys = (
            request_key(request.reference),
            _listing_key(request),
            _to_end_key(request, request.closed_on),
        )

        def deletions() -> Iterator[Action]:
            for record in filter(None, map(self._store.get, keys)):
                yield Delete(key=record.key, version=record.version)

        self._audit.carry_out(deletions, chain=request.reference, event="record_ended", details={})

    def keep_token(self, reference: str, wait: str, token: str) -> None:
        """Keep the token with which a wait of the workflow is answered.

        Raises:
            TransactionCancelled: Others came in between, again and again.
        """
        key = _token_key(reference, wait)
        for _ in range(_TRIES):
            record = self._store.get(key)
            attributes = {"token": token}
            action: Action = (
                Update(key=key, version=record.version, attributes=attributes)
                if record
                else PutIfAbsent(key=key, attributes=attributes)
            )
            with suppress(TransactionCancelled):
                self._store.transact(action)
                return
        raise TransactionCancelled(())

    def token(self, reference: str, wait: str) -> str | None:
        """Return the token of the newest wait of this name."""
        record = self._store.get(_token_key(reference, wait))
        return str(record.attributes["token"]) if record else None

    def _moved(self, before: SubjectRequest, after: SubjectRequest) -> Sequence[Action]:
        """Move a request to another shelf where its state says so."""
        if _shelf_of(before) == _shelf_of(after):
            return ()
        moved = (
            Delete(key=_listing_key(before), version=1),
            PutIfAbsent(key=_listing_key(after), attributes={}),
        )
        if after.closed_on is None:
            return moved
        return (*moved, PutIfAbsent(key=_to_end_key(after, after.closed_on), attributes={}))

    def _change(
        self,
        key: Key,
        decide: Decide[T],
        *,
        kind: type[T],
        along: Callable[[T, T], Sequence[Action]],
    ) -> T:
        for _ in range(_TRIES):
            record = self._store.get(key)
            if record is None:
                raise Missing
            before = row.read(kind, record.attributes)
            change = decide(before)
            if change is None:
                return before
            entry = (
                self._audit.entry(before.reference, change.event, change.details)
                if change.event
                else ()
            )
            with suppress(TransactionCancelled):
                self._store.transact(
                    Update(key=key, version=record.version, attributes=row.write(change.to)),
                    *entry,
                    *along(before, change.to),
                )
                return change.to
        raise TransactionCancelled(())


def _shelf_of(request: SubjectRequest) -> Shelf:
    """Return where a request is listed."""
    if request.state in OPEN:
        return "open"
    return "quarantined" if request.state == "quarantined" else "closed"


_TO_START = "REQUESTS-TO-START"
_TO_END = "REQUESTS-TO-END"


def _to_start_key(reference: str) -> Key:
    return Key(_TO_START, reference)


def _to_end_key(request: SubjectRequest, closed_on: date | None) -> Key:
    """Return where it is noted when a request's record ends."""
    ends_on = due(closed_on, months=KEPT_MONTHS).nominal if closed_on else None
    return Key(_TO_END, f"{ends_on}#{request.reference}")


def _token_key(reference: str, wait: str) -> Key:
    return Key(request_key(reference).partition, f"TOKEN#{wait}")


def _shelf_partition(shelf: Shelf) -> str:
    return f"REQUESTS#{shelf}"


def _listing_key(request: SubjectRequest) -> Key:
    return Key(_shelf_partition(_shelf_of(request)), f"{request.due_on}#{request.reference}")


def _stays(_before: Case, _after: Case) -> Sequence[Action]:
    return ()
