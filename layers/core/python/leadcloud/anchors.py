"""Anchors of the audit trail: one root a day, kept where it cannot be rewritten; and the check.

A finding names a chain and an event's number, or a day; never what the event says.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from leadcloud.audit import (
    START,
    AuditEvent,
    days_with_events,
    end_of_chain,
    events_of,
    hashes_of_day,
    root_of_day,
    yesterday,
)
from leadcloud.clock import Clock
from leadcloud.store.interface import Store

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

RETENTION = timedelta(days=3 * 365 + 31)
"""How long a bucket must refuse to let an anchor go: three years after closing, and a month."""

PREFIX = "audit-root/"
"""Of the anchors' keys in a bucket."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Anchor:
    """The root of one day."""

    day: date
    previous: str
    root: str
    events: int

    def to_json(self) -> str:
        """Write the anchor as one line."""
        row = {
            "day": self.day.isoformat(),
            "previous": self.previous,
            "root": self.root,
            "events": self.events,
        }
        return json.dumps(row, sort_keys=True)

    @classmethod
    def from_json(cls, text: str | bytes) -> "Anchor":
        """Read an anchor from one line."""
        row = json.loads(text)
        return cls(
            day=date.fromisoformat(row["day"]),
            previous=row["previous"],
            root=row["root"],
            events=row["events"],
        )


class Anchors(Protocol):
    """Keeps anchors; there is no way to change or remove one."""

    def all(self) -> Sequence[Anchor]:
        """Return the anchors, oldest first."""

    def add(self, anchor: Anchor) -> None:
        """Keep the anchor of one more day."""


class FileAnchors:
    """Anchors as lines of a file that is only ever appended to."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> Sequence[Anchor]:
        """Return the anchors, oldest first."""
        if not self._path.exists():
            return ()
        lines = self._path.read_text(encoding="utf-8").splitlines()
        return tuple(Anchor.from_json(line) for line in lines)

    def add(self, anchor: Anchor) -> None:
        """Keep the anchor of one more day; durable when this returns."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(anchor.to_json() + "\n")
            file.flush()
            os.fsync(file.fileno())


class S3Anchors:
    """Anchors as objects of a bucket that locks what is put into it, for RETENTION.

    Source: Amazon S3 user guide, Object Lock, default retention.
    """

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def all(self) -> Sequence[Anchor]:
        """Return the anchors, oldest first."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=PREFIX
        )
        keys = sorted(item["Key"] for page in pages for item in page.get("Contents", ()))
        return tuple(self._read(key) for key in keys)

    def add(self, anchor: Anchor) -> None:
        """Keep the anchor of one more day."""
        self._client.put_object(
            Bucket=self._bucket,
            Key=f"{PREFIX}{anchor.day.isoformat()}",
            Body=anchor.to_json().encode(),
            IfNoneMatch="*",
        )

    def _read(self, key: str) -> Anchor:
        body = self._client.get_object(Bucket=self._bucket, Key=key)["Body"]
        return Anchor.from_json(body.read())


Fault = Literal["tampered", "truncated", "anchor_mismatch", "not_anchored"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A place where the trail is not what it was."""

    fault: Fault
    chain: str | None = None
    number: int | None = None
    """Of the event."""
    day: date | None = None

    def __str__(self) -> str:
        """Say it in one line."""
        if self.chain is None:
            return f"{self.fault} on {self.day}"
        return f"{self.fault} at {self.chain} event {self.number}"


def anchor_days(store: Store, anchors: Anchors, clock: Clock) -> int:
    """Anchor every finished day that is not anchored yet; return how many."""
    known = anchors.all()
    previous = known[-1] if known else None
    added = 0
    for day in days_with_events(store):
        if day > yesterday(clock) or (previous and day <= previous.day):
            continue
        before = previous.root if previous else START
        root, events = root_of_day(store, day, before)
        previous = Anchor(day=day, previous=before, root=root, events=events)
        anchors.add(previous)
        added += 1
    return added


def verify(store: Store, anchors: Anchors, clock: Clock) -> tuple[Finding, ...]:
    """Return every place where the trail was edited, cut or replaced; empty if it is whole."""
    known = anchors.all()
    days = sorted(set(days_with_events(store)) | {anchor.day for anchor in known})
    hashes = {key: hash_ for day in days for key, hash_ in hashes_of_day(store, day).items()}
    findings = list(_anchor_findings(store, known))
    unanchored = set(days) - {anchor.day for anchor in known}
    findings += [
        Finding(fault="not_anchored", day=day)
        for day in sorted(unanchored)
        if day < yesterday(clock)
    ]
    for chain in sorted({chain for chain, _ in hashes}):
        findings += _chain_findings(store, chain, hashes=hashes)
    return tuple(findings)


def chain_is_whole(store: Store, chain: str) -> bool:
    """Tell whether a chain's own hashes hold; a replaced chain is for verify() to find."""
    previous, number = START, 0
    for number, event in enumerate(events_of(store, chain), start=1):  # noqa: B007 the count is used
        if event.previous != previous or event.hash != event.computed_hash():
            return False
        previous = event.hash
    return (number, previous) == end_of_chain(store, chain)


def _anchor_findings(store: Store, anchors: Sequence[Anchor]) -> Iterator[Finding]:
    previous = START
    for anchor in anchors:
        expected = (anchor.root, anchor.events)
        if anchor.previous != previous or root_of_day(store, anchor.day, previous) != expected:
            yield Finding(fault="anchor_mismatch", day=anchor.day)
        previous = anchor.root


def _chain_findings(
    store: Store, chain: str, *, hashes: dict[tuple[str, int], str]
) -> Iterator[Finding]:
    previous, number = START, 0
    for number, event in enumerate(events_of(store, chain), start=1):
        if not _fits(event, number, previous=previous, listed=hashes):
            yield Finding(fault="tampered", chain=chain, number=number)
            return
        previous = event.hash
    listed = max(item for name, item in hashes if name == chain)
    if (number, previous) != end_of_chain(store, chain) or number < listed:
        yield Finding(fault="truncated", chain=chain, number=number)


def _fits(
    event: AuditEvent, number: int, *, previous: str, listed: dict[tuple[str, int], str]
) -> bool:
    return (
        event.number == number
        and event.previous == previous
        and event.hash == event.computed_hash() == listed.get((event.chain, number))
    )
