"""What every store promises of records that end at a moment."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from leadcloud.clock import SetClock
from leadcloud.store.interface import (
    Check,
    Delete,
    PutIfAbsent,
    Record,
    Store,
    TransactionCancelled,
    Update,
    VersionConflict,
)
from tests.contract.stored import FOURTH, KEY, OTHER, THIRD, put, walk


def test_a_record_is_there_until_its_moment_and_not_from_it_on(
    store: Store, clock: SetClock
) -> None:
    """Every way to read returns a record up to the second before it expires."""
    record = store.put_if_absent(KEY, {}, expires_at=clock.now() + timedelta(seconds=10))
    other = store.put_if_absent(THIRD, {})
    clock.move(9.999)
    assert store.get(KEY) == record
    assert store.get_many([KEY, THIRD]) == {KEY: record, THIRD: other}
    assert store.query(KEY.partition).records == (record,)
    clock.move(0.001)
    assert store.get(KEY) is None
    assert store.get_many([KEY, THIRD]) == {THIRD: other}
    assert store.query(KEY.partition).records == ()


def test_the_moment_is_kept_in_whole_seconds_of_utc(store: Store, clock: SetClock) -> None:
    """A fraction is dropped and another zone converted, in what is returned and what is read."""
    moment = clock.now() + timedelta(hours=1)
    given = (moment + timedelta(microseconds=999_999)).astimezone(timezone(timedelta(hours=2)))
    written = store.put_if_absent(KEY, {}, expires_at=given)
    read = store.get(KEY)
    assert read == written
    assert str(read.expires_at) == str(moment)


def test_a_moment_without_a_zone_is_refused(store: Store, clock: SetClock) -> None:
    """A naive moment means another time on another machine."""
    naive = clock.now().replace(tzinfo=None)
    record = store.put_if_absent(OTHER, {})
    with pytest.raises(ValueError, match="time zone"):
        store.put_if_absent(KEY, {}, expires_at=naive)
    with pytest.raises(ValueError, match="time zone"):
        store.update(record, {}, expires_at=naive)
    with pytest.raises(ValueError, match="time zone"):
        store.transact(PutIfAbsent(key=KEY, attributes={}, expires_at=naive))


def test_an_update_sets_moves_and_takes_away_the_moment(store: Store, clock: SetClock) -> None:
    """The moment is replaced with the attributes."""
    soon, later = (clock.now() + timedelta(seconds=seconds) for seconds in (5, 50))
    record = store.update(store.put_if_absent(KEY, {}), {}, expires_at=soon)
    record = store.update(record, {}, expires_at=later)
    clock.move(5)
    assert store.get(KEY) == record
    record = store.update(record, {})
    clock.move(1e9)
    assert store.get(KEY) == record == replace(record, expires_at=None)


def test_an_expired_record_cannot_be_changed(store: Store, clock: SetClock) -> None:
    """Update and delete answer for an expired record as for one that is gone."""
    record = store.put_if_absent(KEY, {}, expires_at=clock.now() + timedelta(seconds=1))
    clock.move(1)
    with pytest.raises(VersionConflict):
        store.update(record, {})
    with pytest.raises(VersionConflict):
        store.delete(record)


def test_an_expired_record_makes_room_for_a_new_one(store: Store, clock: SetClock) -> None:
    """put_if_absent counts an expired record as none; the new one begins at version 1."""
    old = store.put_if_absent(KEY, {"old": 1}, expires_at=clock.now() + timedelta(seconds=1))
    store.update(old, {"old": 2}, expires_at=clock.now() + timedelta(seconds=1))
    clock.move(1)
    new = store.put_if_absent(KEY, {"new": 1})
    assert new == Record(key=KEY, version=1, attributes={"new": 1})
    assert store.get(KEY) == new


def test_a_record_may_be_written_expired(store: Store, clock: SetClock) -> None:
    """A moment in the past is no fault: the record is never seen."""
    store.put_if_absent(KEY, {}, expires_at=clock.now())
    assert store.get(KEY) is None


def test_an_expired_record_is_missing_to_a_transaction(store: Store, clock: SetClock) -> None:
    """Update, Delete and Check report it missing; PutIfAbsent replaces it."""
    for key in (KEY, OTHER, THIRD, FOURTH):
        store.put_if_absent(key, {"old": 1}, expires_at=clock.now() + timedelta(seconds=1))
    clock.move(1)
    with pytest.raises(TransactionCancelled) as cancelled:
        store.transact(
            Update(key=KEY, version=1, attributes={}),
            Delete(key=OTHER, version=1),
            Check(key=THIRD, version=1),
            PutIfAbsent(key=FOURTH, attributes={}),
        )
    assert cancelled.value.reasons == ("missing", "missing", "missing", None)
    store.transact(PutIfAbsent(key=KEY, attributes={"new": 1}))
    assert store.get(KEY) == Record(key=KEY, version=1, attributes={"new": 1})


@pytest.mark.parametrize("descending", [False, True])
def test_a_page_is_full_although_expired_records_lie_between(
    store: Store, clock: SetClock, *, descending: bool
) -> None:
    """Expired records neither shorten a page nor end the walk."""
    names = [f"{number:02}" for number in range(60)]
    live = names[::12]
    put(store, "p", live)
    gone = [name for name in names if name not in live]
    put(store, "p", gone, expires_at=clock.now() + timedelta(seconds=1))
    clock.move(1)
    expected = live[::-1] if descending else live
    pages = walk(store, "p", limit=2, descending=descending)
    assert pages == [expected[:2], expected[2:4], expected[4:]]
