"""Acceptance case 33: an edit, a cut and a replacement of the audit trail are found."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from leadcloud.anchors import (
    RETENTION,
    Anchors,
    FileAnchors,
    S3Anchors,
    anchor_days,
    chain_is_whole,
    verify,
)
from leadcloud.audit import AuditTrail, events_of
from leadcloud.clock import SetClock
from leadcloud.store.interface import Delete, Key, Store, Update
from leadcloud.store.pages import every_record
from leadcloud.wiring import Services

DAY = 86_400


@pytest.fixture(params=["file", "s3"])
def anchors(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Anchors]:
    """Each place where anchors may lie."""
    if request.param == "file":
        yield FileAnchors(tmp_path / "anchors.jsonl")
        return
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="anchors", ObjectLockEnabledForBucket=True)
        yield S3Anchors(client, "anchors")


@pytest.fixture
def store(services: Services, clock: SetClock, anchors: Anchors) -> Store:
    """A trail of two chains over three days, anchored, and an event of today."""
    trail = AuditTrail(services.store, clock)
    for day in range(3):
        trail.append("first", "moved", {"day": day})
        trail.append("second", "moved", {"day": day})
        clock.move(DAY)
        assert anchor_days(services.store, anchors, clock) == 1
    trail.append("first", "moved", {"day": 3})
    return services.store


def found(store: Store, anchors: Anchors, clock: SetClock) -> list[str]:
    """Return what verify says, as lines."""
    return [str(finding) for finding in verify(store, anchors, clock)]


def rewrite(store: Store, key: Key, **attributes: Any) -> None:
    """Change a record behind the trail's back."""
    record = store.get(key)
    assert record
    changed = {**record.attributes, **attributes}
    store.transact(Update(key=key, version=record.version, attributes=changed))


def remove(store: Store, key: Key) -> None:
    """Remove a record behind the trail's back."""
    record = store.get(key)
    assert record
    store.transact(Delete(key=key, version=record.version))


def test_a_whole_trail_has_no_findings(store: Store, anchors: Anchors, clock: SetClock) -> None:
    """What nobody touched verifies, today's events included."""
    assert found(store, anchors, clock) == []
    assert chain_is_whole(store, "first")


def test_case_33_an_edit_is_found_where_it_was_made(
    store: Store, anchors: Anchors, clock: SetClock
) -> None:
    """Case 33: an edited event is tampered with, and named."""
    rewrite(store, Key("AUDIT#first", "EVENT#000002"), details={"day": 9})
    assert found(store, anchors, clock) == ["tampered at first event 2"]
    assert not chain_is_whole(store, "first")


def test_case_33_a_removed_last_event_is_found(
    store: Store, anchors: Anchors, clock: SetClock
) -> None:
    """Case 33: a chain without its last event is truncated."""
    remove(store, Key("AUDIT#second", "EVENT#000003"))
    assert "truncated at second event 2" in found(store, anchors, clock)


def test_case_33_a_removed_last_event_is_found_with_its_head_moved_back(
    store: Store, anchors: Anchors, clock: SetClock
) -> None:
    """Case 33: moving the head back to hide it does not help."""
    (_, second, third) = list(events_of(store, "second"))
    remove(store, Key("AUDIT#second", "EVENT#000003"))
    rewrite(store, Key("AUDIT#second", "HEAD"), number=2, hash=second.hash)
    assert found(store, anchors, clock) == ["truncated at second event 2"]
    remove(store, Key(f"AUDIT-DAY#{third.at.date()}", "second#000003"))
    assert found(store, anchors, clock) == [f"anchor_mismatch on {third.at.date()}"]


def test_case_33_a_chain_written_anew_is_found(
    store: Store, anchors: Anchors, clock: SetClock, services: Services
) -> None:
    """Case 33: a chain whose hashes all fit, but which is another, does not fit its anchors."""
    events = list(events_of(store, "second"))
    for record in list(every_record(store, "AUDIT#second")):
        remove(store, record.key)
    for event in events:
        remove(store, Key(f"AUDIT-DAY#{event.at.date()}", f"second#{event.number:06}"))
    past = SetClock(events[0].at)
    forged = AuditTrail(store, past)
    for day in range(3):
        forged.append("second", "moved", {"day": day + 100})
        past.move(DAY)
    assert chain_is_whole(store, "second")
    days = [event.at.date() for event in events]
    assert found(store, anchors, clock) == [f"anchor_mismatch on {day}" for day in days]


def test_a_chain_that_is_gone_is_found(store: Store, anchors: Anchors, clock: SetClock) -> None:
    """Removing all of a chain, its listing included, leaves days that do not fit."""
    for event in list(events_of(store, "second")):
        remove(store, Key(f"AUDIT-DAY#{event.at.date()}", f"second#{event.number:06}"))
    for record in list(every_record(store, "AUDIT#second")):
        remove(store, record.key)
    assert len(found(store, anchors, clock)) == 3


def test_a_day_without_its_anchor_is_found(store: Store, anchors: Anchors, clock: SetClock) -> None:
    """A finished day that nobody anchored is reported."""
    clock.move(2 * DAY)
    assert [line.partition(" ")[0] for line in found(store, anchors, clock)] == ["not_anchored"]


@pytest.mark.parametrize("text", ["Testi Synteettinen", "+358401234567", "a@b.example", "ä"])
def test_what_might_be_personal_cannot_be_entered(services: Services, text: str) -> None:
    """A detail that is no code is refused."""
    with pytest.raises(ValueError, match="is no code"):
        services.audit.append("chain", "event", {"detail": text})


def test_s3_keeps_an_anchor_under_lock_and_never_twice() -> None:
    """An anchor is locked as its bucket says, and a second one for its day is refused."""
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="anchors", ObjectLockEnabledForBucket=True)
        client.put_object_lock_configuration(
            Bucket="anchors",
            ObjectLockConfiguration={
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": RETENTION.days}},
            },
        )
        anchors = S3Anchors(client, "anchors")
        from datetime import date

        from leadcloud.anchors import Anchor

        anchor = Anchor(day=date(2026, 3, 5), previous="0", root="1", events=1)
        anchors.add(anchor)
        head = client.head_object(Bucket="anchors", Key="audit-root/2026-03-05")
        assert head["ObjectLockMode"] == "COMPLIANCE"
        with pytest.raises(client.exceptions.ClientError):
            anchors.add(anchor)
