"""All sources at once, one deadline: what is there by then is the answer.

Each source is read in a thread of its own, page by page, until its share is full. Threads, because
a pool of them with one shared client was measured cheaper than asyncio on the same work, and
because database drivers block (docs/adr/0002). A thread that misses the deadline is left to end by
its own timeouts; what it collected until then is delivered.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import Executor, wait
from dataclasses import dataclass, field, replace

from functions.search.messages import State
from functions.search.plan import SourcePlan
from leadcloud.clock import Deadline
from leadcloud.errors import Unavailable
from leadcloud.events import Event, log, log_unexpected
from leadcloud.prohibitions import Allow
from leadcloud.registers.contact import Contact
from leadcloud.registers.interface import (
    LookupUnavailable,
    PageRequest,
    RegisterError,
    RegisterFailed,
    RegisterTimeout,
)

MAX_PAGES = 20
"""Pages read of one source for one answer, where few of its contacts pass our own checks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where reading a source goes on."""

    position: str | None = None
    skip: int = 0
    """Contacts of that page that were looked at before."""
    failures: int = 0
    """Pages in a row that this source failed."""

    def after_failures(self, failures: int) -> "Place":
        """Return the same place with this count of failures."""
        return replace(self, failures=failures)


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class SourceResult:
    """What one source gave by the deadline."""

    plan: SourcePlan
    contacts: tuple[Contact, ...]
    read: int
    """Records that it gave, each of which it may charge for, whether it passed our checks or not."""
    state: State
    code: str | None
    retryable: bool
    retry_after: int | None
    elapsed_ms: int
    next_place: Place | None
    """None when the source is read to its end."""
    may_have_charged: bool
    """Its controller may count a call that gave us nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One source to read: how, from where, and how much."""

    plan: SourcePlan
    place: Place
    share: int
    """Most contacts wanted of this source."""
    allow: Allow
    """Lets through whom we may call, whatever the register says."""


@dataclass(slots=True, repr=False)
class _Reading:
    """A source being read; shared between its thread and the one that waits."""

    task: Task
    deadline: Deadline
    request_id: str
    started_at: float
    contacts: list[Contact] = field(default_factory=list)
    read: int = 0
    place: Place | None = None
    finished_at: float | None = None
    error: RegisterError | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


def federate(
    tasks: Sequence[Task], executor: Executor, *, deadline: Deadline, request_id: str
) -> list[SourceResult]:
    """Read all sources at once and return what each gave, in the order of the tasks."""
    now = deadline.clock.monotonic()
    readings = [
        _Reading(
            task=task, deadline=deadline, request_id=request_id, started_at=now, place=task.place
        )
        for task in tasks
    ]
    futures = [executor.submit(_read, reading) for reading in readings]
    wait(futures, timeout=deadline.remaining())
    for future in futures:
        future.cancel()
    return [_result(reading) for reading in readings]


def _read(reading: _Reading) -> None:
    """Read a source until its share is full, it ends, or it fails."""
    error: RegisterError | None = None
    try:
        for _ in range(MAX_PAGES):
            if _read_page(reading):
                break
    except RegisterError as known:
        error = known
    except Unavailable:
        error = LookupUnavailable()
    except Exception as unknown:  # noqa: BLE001 one source's fault must not lose the others
        error = RegisterFailed()
        log_unexpected(reading.request_id, unknown)
    with reading.lock:
        reading.error = error
        reading.finished_at = reading.deadline.clock.monotonic()


def _read_page(reading: _Reading) -> bool:
    """Read one page and tell whether that was enough."""
    place, task = reading.place or Place(), reading.task
    page = task.plan.register.fetch(
        PageRequest(
            criteria=task.plan.pushed,
            size=task.share,
            position=place.position,
            deadline=reading.deadline,
            request_id=reading.request_id,
        )
    )
    admitted, looked_at = _admitted(reading, page.entries, place.skip)
    with reading.lock:
        reading.contacts += admitted
        reading.read += len(page.entries)
        if looked_at < len(page.entries):
            reading.place = Place(position=place.position, skip=looked_at)
        elif page.next_position is None:
            reading.place = None
        else:
            reading.place = Place(position=page.next_position)
        return reading.place is None or len(reading.contacts) >= task.share


def _admitted(
    reading: _Reading, entries: Sequence[Contact | None], skip: int
) -> tuple[list[Contact], int]:
    """Return the contacts that belong to the answer, and up to where the page was looked at."""
    task, unusable = reading.task, 0
    admitted: list[Contact] = []
    wanted = task.share - len(reading.contacts)
    number = skip
    while number < len(entries) and len(admitted) < wanted:
        some = entries[number : number + wanted - len(admitted)]
        number += len(some)
        # Gone through once: a page may read a record anew each time that it is looked at.
        usable = [each for each in some if each is not None]
        unusable += len(some) - len(usable)
        fitting = [each for each in usable if task.plan.admits(each)]
        task.allow.read_ahead(fitting)
        for contact in fitting:
            allowed = task.allow(contact)
            # Whom we may not call is not there to meet a condition, such as a company's role.
            if allowed is contact or (allowed is not None and task.plan.admits(allowed)):
                admitted.append(task.plan.narrowed(allowed))
    if unusable:
        log(
            Event.CONTACTS_DROPPED,
            request_id=reading.request_id,
            register=task.plan.id,
            dropped=unusable,
        )
    return admitted, number


def _result(reading: _Reading) -> SourceResult:
    """Return what a source has given by now."""
    with reading.lock:
        error = _error(reading)
        ended = reading.finished_at or reading.deadline.clock.monotonic()
        return SourceResult(
            plan=reading.task.plan,
            contacts=tuple(reading.contacts),
            read=reading.read,
            state=_state(reading, error),
            code=error.code if error else None,
            retryable=error is not None and error.retryable,
            retry_after=error.retry_after if error else None,
            elapsed_ms=round((ended - reading.started_at) * 1000),
            next_place=reading.place,
            may_have_charged=error is not None and error.may_have_charged,
        )


def _error(reading: _Reading) -> RegisterError | None:
    """Return what went wrong; not to have ended by the deadline is wrong, too."""
    if reading.finished_at is None:
        return RegisterTimeout()
    return reading.error


def _state(reading: _Reading, error: RegisterError | None) -> State:
    if error is None:
        return "ok"
    return "partial" if reading.contacts else error.state
