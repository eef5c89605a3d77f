"""The audit trail: what was done, in chains of events that cannot be altered unseen.

Each chain (one per subject request) links its events by hash, and a head says where it ends. An
event goes into the store in the same transaction as the change that it tells of. Every day the
hashes of the day are folded into one root, which goes to an anchor store that cannot be
rewritten, so a chain that was replaced as a whole no longer fits.

No personal data: details are numbers, dates, and codes or ids of our own making.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import cast

from leadcloud.clock import Clock, rfc3339
from leadcloud.store.interface import (
    Action,
    Attributes,
    Key,
    PutIfAbsent,
    Record,
    RecordExists,
    Scalar,
    Store,
    TransactionCancelled,
    Update,
)
from leadcloud.store.pages import every_record

Details = Mapping[str, Scalar]

START = "0" * 64
"""What the first event of a chain, and the first anchor, follow."""

_CODE = re.compile(r"[A-Za-z0-9_.:/-]{0,80}")
_TRIES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditEvent:
    """Something that was done."""

    chain: str
    number: int
    """1 for the first of its chain."""
    at: datetime
    event: str
    details: Details
    previous: str
    hash: str
    """As it was written; whether it is right is for verify() to say."""

    def computed_hash(self) -> str:
        """Return the hash that the event must have."""
        body = [self.chain, self.number, rfc3339(self.at), self.event, dict(self.details)]
        return _digest(self.previous, json.dumps(body, sort_keys=True, separators=(",", ":")))


class AuditTrail:
    """Appends events to chains and reads them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._days: set[date] = set()

    def entry(self, chain: str, event: str, details: Details) -> tuple[Action, ...]:
        """Return the actions that append an event, to be done with the change it tells of.

        The transaction is cancelled if another event came in between; read again and repeat.

        Raises:
            ValueError: A detail is no code, and might be personal data.
        """
        _refuse_text(details)
        head = self._store.get(_head_key(chain))
        previous = str(head.attributes["hash"]) if head else START
        number = cast("int", head.attributes["number"]) + 1 if head else 1
        unsigned = AuditEvent(
            chain=chain,
            number=number,
            at=self._clock.now(),
            event=event,
            details=details,
            previous=previous,
            hash="",
        )
        return self._actions(unsigned, unsigned.computed_hash(), head)

    def append(self, chain: str, event: str, details: Details) -> None:
        """Append an event that stands for itself.

        Raises:
            TransactionCancelled: Others appended to the same chain, again and again.
        """
        self.carry_out(tuple, chain=chain, event=event, details=details)

    def carry_out(
        self,
        actions: Callable[[], Iterable[Action]],
        *,
        chain: str,
        event: str,
        details: Details,
    ) -> None:
        """Make a change and append the event that tells of it, or do neither.

        Args:
            actions: Reads, and returns the change; called again where others came in between.
            chain: Where the event goes.
            event: What was done.
            details: Codes and numbers.

        Raises:
            TransactionCancelled: Others came in between, again and again.
        """
        for tries_left in reversed(range(_TRIES)):
            try:
                self._store.transact(*actions(), *self.entry(chain, event, details))
            except TransactionCancelled:
                if not tries_left:
                    raise
            else:
                return

    def _actions(self, event: AuditEvent, digest: str, head: Record | None) -> tuple[Action, ...]:
        day = event.at.astimezone(UTC).date()
        self._open_day(day)
        end: Attributes = {"number": event.number, "hash": digest}
        key = _head_key(event.chain)
        return (
            PutIfAbsent(
                key=_event_key(event.chain, event.number),
                attributes={
                    "at": rfc3339(event.at),
                    "event": event.event,
                    "details": dict(event.details),
                    "previous": event.previous,
                    "hash": digest,
                },
            ),
            Update(key=key, version=head.version, attributes=end)
            if head
            else PutIfAbsent(key=key, attributes=end),
            PutIfAbsent(key=_day_key(day, event), attributes={"hash": digest}),
        )

    def _open_day(self, day: date) -> None:
        if day in self._days:
            return
        with suppress(RecordExists):
            self._store.put_if_absent(Key(_DAYS, day.isoformat()), {})
        self._days.add(day)


def events_of(store: Store, chain: str) -> Iterator[AuditEvent]:
    """Yield the events of a chain, oldest first."""
    for record in every_record(store, _head_key(chain).partition, _EVENT):
        row = record.attributes
        yield AuditEvent(
            chain=chain,
            number=int(record.key.sort.removeprefix(_EVENT)),
            at=datetime.fromisoformat(str(row["at"])),
            event=str(row["event"]),
            details=cast("Details", row["details"]),
            previous=str(row["previous"]),
            hash=str(row["hash"]),
        )


def end_of_chain(store: Store, chain: str) -> tuple[int, str]:
    """Return the number and the hash of a chain's last event, as its head has them."""
    head = store.get(_head_key(chain))
    if head is None:
        return 0, START
    return cast("int", head.attributes["number"]), str(head.attributes["hash"])


def days_with_events(store: Store) -> tuple[date, ...]:
    """Return the days (UTC) on which something was done, oldest first."""
    return tuple(date.fromisoformat(record.key.sort) for record in every_record(store, _DAYS))


def hashes_of_day(store: Store, day: date) -> dict[tuple[str, int], str]:
    """Return the hash of every event of a day (UTC), by chain and number."""
    found = {}
    for record in every_record(store, _day_partition(day)):
        chain, _, number = record.key.sort.rpartition("#")
        found[chain, int(number)] = str(record.attributes["hash"])
    return found


def root_of_day(store: Store, day: date, previous: str) -> tuple[str, int]:
    """Return the root of a day's hashes, following the root before it, and their number."""
    hashes = hashes_of_day(store, day)
    lines = "".join(f"{chain}#{number} {hashes[chain, number]}\n" for chain, number in hashes)
    return _digest(previous, lines), len(hashes)


def yesterday(clock: Clock) -> date:
    """Return the last day (UTC) to which nothing can be added any more."""
    return clock.now().astimezone(UTC).date() - timedelta(days=1)


_DAYS = "AUDIT-DAYS"
_EVENT = "EVENT#"


def _head_key(chain: str) -> Key:
    return Key(f"AUDIT#{chain}", "HEAD")


def _event_key(chain: str, number: int) -> Key:
    return Key(f"AUDIT#{chain}", f"{_EVENT}{number:06}")


def _day_partition(day: date) -> str:
    return f"AUDIT-DAY#{day.isoformat()}"


def _day_key(day: date, event: AuditEvent) -> Key:
    return Key(_day_partition(day), f"{event.chain}#{event.number:06}")


def _digest(previous: str, text: str) -> str:
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def _refuse_text(details: Details) -> None:
    for name, value in details.items():
        if isinstance(value, str) and not _CODE.fullmatch(value):
            raise ValueError(f"the detail {name} is no code")
