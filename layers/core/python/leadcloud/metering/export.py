"""The export: each hour that is over is told to a sink, in its order, and noted once it was.

What was told and not noted, as somebody died in between, is told again under the same ids. An hour is
noted when each of its records is taken or refused; what is refused for good is kept for an operator.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from leadcloud.accounts.entry import LONGEST_DELAY
from leadcloud.clock import Clock, rfc3339
from leadcloud.metering.hours import usage_records
from leadcloud.metering.interface import Sink, UsageRecord
from leadcloud.store.interface import Key, Record, RecordExists, Store, VersionConflict
from leadcloud.store.pages import every_record

HOUR = timedelta(hours=1)

TOO_LATE = "too_late"
"""Why a record is refused that is older than the sink takes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """What was done."""

    told: int
    """Records that the sink has, or that were none of its business."""
    refused: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A record that a sink will never take."""

    id: str
    reason: str
    units: int


def export(store: Store, sink: Sink, clock: Clock) -> Exported:
    """Tell a sink what it has not been told yet of the hours that are over.

    Raises:
        SinkUnavailable: It did not take everything; the hours before are noted.
    """
    now = clock.now()
    end = (now - LONGEST_DELAY).replace(minute=0, second=0, microsecond=0)
    watermark = _watermark(store, sink, now)
    records = usage_records(store, start=_start(watermark), end=end)
    told = refused = 0
    with suppress(VersionConflict):  # somebody else is telling it, under the same ids
        for hour, of_hour in groupby(records, key=lambda record: record.hour):
            taken, not_taken = _tell(store, sink, tuple(of_hour), now=now)
            told, refused = told + taken, refused + not_taken
            watermark = store.update(watermark, {"hour": rfc3339(hour + HOUR)})
        if rfc3339(end) > str(watermark.attributes["hour"]):
            store.update(watermark, {"hour": rfc3339(end)})
    return Exported(told=told, refused=refused)


def refused_by(store: Store, sink: Sink) -> Iterator[Refused]:
    """Yield what a sink has refused, oldest first."""
    for record in every_record(store, _partition(sink), _REFUSED):
        yield Refused(
            id=record.key.sort.removeprefix(_REFUSED),
            reason=str(record.attributes["reason"]),
            units=int(str(record.attributes["units"])),
        )


_REFUSED = "REFUSED#"


def _tell(
    store: Store, sink: Sink, records: Sequence[UsageRecord], *, now: datetime
) -> tuple[int, int]:
    """Tell the records of an hour; return how many were taken, and how many refused."""
    oldest = sink.oldest(now)
    if oldest is not None and records[0].hour < oldest:
        refusals = dict.fromkeys((record.id for record in records), TOO_LATE)
    else:
        refusals = {}
        for first in range(0, len(records), sink.batch):
            refusals.update(sink.send(records[first : first + sink.batch]))
    for record in records:
        if record.id in refusals:
            key = Key(_partition(sink), f"{_REFUSED}{record.id}")
            with suppress(RecordExists):
                store.put_if_absent(key, {"reason": refusals[record.id], "units": record.units})
    return len(records) - len(refusals), len(refusals)


def _watermark(store: Store, sink: Sink, now: datetime) -> Record:
    """Return the note of how far a sink was told; a new one begins with the oldest that it takes."""
    key = Key(_partition(sink), "WATERMARK")
    oldest = sink.oldest(now)
    with suppress(RecordExists):
        return store.put_if_absent(key, {"hour": rfc3339(oldest) if oldest else ""})
    record = store.get(key)
    assert record  # noqa: S101 it is never removed
    return record


def _start(watermark: Record) -> datetime | None:
    hour = str(watermark.attributes["hour"])
    return datetime.fromisoformat(hour) if hour else None


def _partition(sink: Sink) -> str:
    return f"METERING#{sink.name}"
