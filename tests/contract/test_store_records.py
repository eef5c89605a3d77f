"""What every store promises of records: written, read and removed, one by one and many at once."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from leadcloud.store.interface import (
    MAX_ACTIONS,
    MAX_KEYS,
    Key,
    PutIfAbsent,
    Record,
    RecordExists,
    Store,
    StoreError,
    Update,
    VersionConflict,
)
from tests.contract.stored import CANARY, FOURTH, KEY, OTHER, THIRD

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_record_that_was_never_written_is_none(store: Store) -> None:
    """Where there is no record, get returns None."""
    assert store.get(KEY) is None


def test_a_written_record_is_read_back_as_it_was_returned(store: Store) -> None:
    """put_if_absent returns the record at version 1, and get returns the same."""
    written = store.put_if_absent(KEY, {"available": 5})
    assert written == Record(key=KEY, version=1, attributes={"available": 5})
    assert store.get(KEY) == written


def test_a_record_that_is_there_is_not_written_over(store: Store) -> None:
    """put_if_absent refuses where there is a record, and leaves it alone."""
    first = store.put_if_absent(KEY, {"by": "first"})
    with pytest.raises(RecordExists):
        store.put_if_absent(KEY, {"by": "second"})
    assert store.get(KEY) == first


def test_an_update_replaces_all_attributes_and_counts_the_version_up(store: Store) -> None:
    """What an update does not name is gone, and the version grows by one."""
    first = store.put_if_absent(KEY, {"kept": 1, "dropped": 2})
    second = store.update(first, {"kept": 3})
    assert second == Record(key=KEY, version=2, attributes={"kept": 3})
    assert store.get(KEY) == second
    assert store.update(second, {}).version == 3


def test_an_update_of_what_was_changed_since_is_refused(store: Store) -> None:
    """A record at another version than was read is not updated."""
    first = store.put_if_absent(KEY, {"n": 1})
    second = store.update(first, {"n": 2})
    with pytest.raises(VersionConflict):
        store.update(first, {"n": 3})
    assert store.get(KEY) == second


def test_an_update_of_what_is_gone_is_refused(store: Store) -> None:
    """An update makes no record."""
    gone = store.put_if_absent(KEY, {"n": 1})
    store.delete(gone)
    with pytest.raises(VersionConflict):
        store.update(gone, {"n": 2})
    assert store.get(KEY) is None


def test_a_deleted_record_is_gone_and_may_be_written_anew(store: Store) -> None:
    """After a delete there is no record, and the next begins at version 1."""
    store.delete(store.update(store.put_if_absent(KEY, {}), {}))
    assert store.get(KEY) is None
    assert store.query(KEY.partition).records == ()
    assert store.put_if_absent(KEY, {}).version == 1


def test_a_delete_of_what_was_changed_since_is_refused(store: Store) -> None:
    """A record at another version than was read is not deleted."""
    first = store.put_if_absent(KEY, {"n": 1})
    second = store.update(first, {"n": 2})
    with pytest.raises(VersionConflict):
        store.delete(first)
    assert store.get(KEY) == second


def test_a_delete_of_what_is_gone_is_refused(store: Store) -> None:
    """A record can be deleted once."""
    record = store.put_if_absent(KEY, {})
    store.delete(record)
    with pytest.raises(VersionConflict):
        store.delete(record)


def test_both_parts_of_the_key_tell_records_apart(store: Store) -> None:
    """The same sort key in another partition is another record, and the other way round."""
    for number, key in enumerate([KEY, OTHER, THIRD]):
        store.put_if_absent(key, {"n": number})
    assert [store.get(key).attributes["n"] for key in (KEY, OTHER, THIRD)] == [0, 1, 2]  # type: ignore[union-attr]


def test_many_records_are_read_at_once(store: Store) -> None:
    """Each is what get returns, wherever it lies; where there is none, there is no entry."""
    written = [store.put_if_absent(key, {"x": [None, key.sort]}) for key in (KEY, OTHER, FOURTH)]
    assert store.get_many([KEY, THIRD, FOURTH, OTHER]) == {each.key: each for each in written}
    assert store.get_many([THIRD]) == {}


def test_what_is_asked_for_twice_is_read_once(store: Store) -> None:
    """A repeated key is no fault; the keys may come from anything."""
    record = store.put_if_absent(KEY, {})
    assert store.get_many(iter([KEY, OTHER, KEY, KEY])) == {KEY: record}


def test_of_nothing_nothing_is_read(store: Store) -> None:
    """Asked for no keys, the store returns no records."""
    store.put_if_absent(KEY, {})
    assert store.get_many([]) == {}


def test_1000_records_are_asked_for_at_once_and_no_more(store: Store) -> None:
    """At the limit all are found, the same key not counted twice; past it, a ValueError."""
    keys = [Key(f"p{number % 3}", f"{number}") for number in range(MAX_KEYS + 1)]
    there = keys[::7]
    for start in range(0, len(there), MAX_ACTIONS):
        store.transact(
            *(PutIfAbsent(key=key, attributes={}) for key in there[start : start + MAX_ACTIONS])
        )
    assert set(store.get_many([*keys[:-1], *keys[:-1]])) == set(there[:MAX_KEYS]) - {keys[-1]}
    with pytest.raises(ValueError, match="At most 1000"):
        store.get_many(keys)


def test_a_store_error_holds_no_attributes(store: Store) -> None:
    """Neither the error nor what it was raised from shows what the records hold."""
    record = store.put_if_absent(KEY, {"name": CANARY})
    stale = replace(record, version=7)
    attempts: list[Callable[[], object]] = [
        lambda: store.put_if_absent(KEY, {"name": CANARY}),
        lambda: store.update(stale, {"name": CANARY}),
        lambda: store.delete(stale),
        lambda: store.transact(
            PutIfAbsent(key=KEY, attributes={"name": CANARY}),
            Update(key=OTHER, version=1, attributes={"name": CANARY}),
        ),
    ]
    for attempt in attempts:
        with pytest.raises(StoreError) as caught:
            attempt()
        chain: list[BaseException | None] = [
            caught.value,
            caught.value.__cause__,
            caught.value.__context__,
        ]
        assert CANARY not in repr(chain)
