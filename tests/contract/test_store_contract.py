"""What every store promises, on every store."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest

from leadcloud.clock import SetClock
from leadcloud.store.interface import (
    MAX_ACTIONS,
    MAX_KEYS,
    Add,
    Attributes,
    Check,
    Delete,
    Key,
    PutIfAbsent,
    Record,
    RecordExists,
    Store,
    StoreError,
    TransactionCancelled,
    Update,
    VersionConflict,
)
from leadcloud.store.limits import (
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_PARTITION_BYTES,
    MAX_RECORD_BYTES,
    MAX_SORT_BYTES,
)

KEY = Key("account#1", "wallet")
OTHER = Key("account#1", "settings")
THIRD = Key("account#2", "wallet")
FOURTH = Key("account#2", "settings")
CANARY = "canary-7431"


class State(StrEnum):
    """Text with a class of its own, as the domain has it."""

    OPEN = "open"


def put(store: Store, partition: str, sorts: Sequence[str], **more: Any) -> None:
    """Write one record for each sort key."""
    for sort in sorts:
        store.put_if_absent(Key(partition, sort), {"sort": sort}, **more)


def sorts(store: Store, partition: str, prefix: str = "", **more: Any) -> list[str]:
    """Return the sort keys of one page."""
    return [record.key.sort for record in store.query(partition, prefix, **more).records]


def walk(store: Store, partition: str, prefix: str = "", **more: Any) -> list[list[str]]:
    """Return the sort keys of all pages."""
    pages: list[list[str]] = []
    after = None
    while not pages or after is not None:
        page = store.query(partition, prefix, after=after, **more)
        pages.append([record.key.sort for record in page.records])
        after = page.after
    return pages


# Records one by one


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


# Many records at once


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


# What a record may hold

VALUES = [
    None,
    True,
    False,
    0,
    1,
    -1,
    10**18,
    -(10**18),
    10**MAX_DIGITS - 1,
    1 - 10**MAX_DIGITS,
    "",
    "0",
    "0.05",
    " ",
    "line\nend\x00and on",
    "Häme Åbo \u2028 \ufeff 🏠 \U0010ffff",
    "\"'\\{}$#:",
    [],
    {},
    [[]],
    [{}],
    {"empty": {}, "list": []},
    [None, True, 1, "1", [1, [2]], {"a": [{"b": None}]}],
    {"N": "1", "NULL": True, "M": {}, "S": 1},
    {"true": True, "one": 1, "text": "True"},
    {"ä": 1, "with space": 2, "a.b": 3, "#n": 4, ":v": 5},
]


def exactly(value: Any) -> str:
    """Return a text that tells True from 1 and from "1"."""
    return json.dumps(value, sort_keys=True)


@pytest.mark.parametrize("value", VALUES, ids=ascii)
def test_a_value_is_read_back_as_what_it_was(store: Store, value: Any) -> None:
    """Type and content of every value survive, nested ones too, however they are read."""
    written = store.put_if_absent(KEY, {"value": value})
    assert exactly(written.attributes) == exactly({"value": value})
    many = store.get_many([OTHER, KEY]).values()
    for read in (store.get(KEY), *many, *store.query(KEY.partition).records):
        assert read is not None
        assert exactly(read.attributes) == exactly({"value": value})


def test_attributes_may_be_empty(store: Store) -> None:
    """A record may be nothing but its key."""
    store.put_if_absent(KEY, {})
    assert store.get(KEY) == Record(key=KEY, version=1, attributes={})


def test_tuples_come_back_as_lists_and_enumerations_as_text(store: Store) -> None:
    """What is written as a sequence or as text with a class comes back plain."""
    written = store.put_if_absent(KEY, {"pair": ("a", ("b",)), "state": State.OPEN})
    read = store.get(KEY)
    assert read == written
    assert repr(sorted(read.attributes.items())) == "[('pair', ['a', ['b']]), ('state', 'open')]"


def test_a_returned_record_does_not_change_with_what_it_was_made_from(store: Store) -> None:
    """The caller may go on using the attributes it gave."""
    attributes: dict[str, Any] = {"roles": ["buyer"]}
    written = store.put_if_absent(KEY, attributes)
    attributes["roles"].append("owner")
    assert written.attributes == {"roles": ["buyer"]}


def nested(depth: int) -> Attributes:
    """Return attributes that nest so deep."""
    value: Any = CANARY
    for _ in range(depth - 1):
        value = [value]
    return {"value": value}


@pytest.mark.parametrize(
    "attributes",
    [
        {"value": 0.5, "name": CANARY},
        {"value": float("nan")},
        {"value": [{"deep": [1.0]}]},
        {"value": Decimal(1)},
        {"value": CANARY.encode()},
        {"value": {CANARY}},
        pytest.param({"value": object()}, id="an object"),
        {"value": date(2026, 3, 1)},
        {1: CANARY},
        {"value": {None: CANARY}},
    ],
    ids=ascii,
)
def test_what_is_no_value_is_refused(store: Store, attributes: Attributes) -> None:
    """Floats and other foreign types are a TypeError, quote nothing and write nothing."""
    record = store.put_if_absent(OTHER, {})
    with pytest.raises(TypeError) as put:
        store.put_if_absent(KEY, attributes)
    with pytest.raises(TypeError) as update:
        store.update(record, attributes)
    with pytest.raises(TypeError) as transact:
        store.transact(Delete(key=OTHER, version=1), PutIfAbsent(key=KEY, attributes=attributes))
    assert CANARY not in f"{put.value!r}{update.value!r}{transact.value!r}"
    assert store.get(KEY) is None
    assert store.get(OTHER) == record


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param({"": CANARY}, id="name empty"),
        pytest.param({"value": {"": CANARY}}, id="inner name empty"),
        pytest.param({"value": 10**MAX_DIGITS}, id="39 digits"),
        pytest.param({"value": -(10**MAX_DIGITS)}, id="39 digits below zero"),
        pytest.param({"value": CANARY + "\ud800"}, id="no Unicode"),
        pytest.param({CANARY + "\udfff": 1}, id="name no Unicode"),
        pytest.param({"value": CANARY * (MAX_RECORD_BYTES // len(CANARY) + 1)}, id="long"),
        pytest.param({"value": "ä" * (MAX_RECORD_BYTES // 2 + 1)}, id="long in bytes"),
        pytest.param(nested(MAX_DEPTH + 1), id="one too deep"),
        pytest.param(nested(100_000), id="far too deep"),
    ],
)
def test_what_a_store_cannot_hold_is_refused(store: Store, attributes: Attributes) -> None:
    """Values past a limit are a ValueError that quotes and chains nothing, and write nothing."""
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the message is each limit's own
        store.put_if_absent(KEY, attributes)
    assert CANARY not in repr(refused.value)
    assert refused.value.__cause__ is None
    assert store.get(KEY) is None


def test_what_is_just_within_the_limits_is_kept(store: Store) -> None:
    """The longest key, the deepest nesting and the largest record are written and read."""
    key = Key("ä" * (MAX_PARTITION_BYTES // 2), "🏠" * (MAX_SORT_BYTES // 4))
    text = "x" * (MAX_RECORD_BYTES - 200)
    written = store.put_if_absent(key, {**nested(MAX_DEPTH), "text": text})
    assert store.get(key) == written
    assert store.get_many([key]) == {key: written}
    assert store.query(key.partition, key.sort).records == (written,)


BAD_KEYS = [
    Key("", "s"),
    Key("p", ""),
    Key("p" * (MAX_PARTITION_BYTES + 1), "s"),
    Key("ä" * (MAX_PARTITION_BYTES // 2 + 1), "s"),
    Key("p", "s" * (MAX_SORT_BYTES + 1)),
    Key("p", "🏠" * (MAX_SORT_BYTES // 4 + 1)),
    Key("\ud800", "s"),
    Key("p", "\udc00"),
]


@pytest.mark.parametrize("key", BAD_KEYS, ids=lambda key: ascii(key)[:40])
def test_what_is_no_key_is_refused_everywhere(store: Store, key: Key) -> None:
    """An empty or too long part of a key, or one that is not Unicode, is a ValueError."""
    record = Record(key=key, version=1, attributes={})
    attempts: list[Callable[[], object]] = [
        lambda: store.get(key),
        lambda: store.get_many([KEY, key]),
        lambda: store.put_if_absent(key, {}),
        lambda: store.update(record, {}),
        lambda: store.delete(record),
        lambda: store.transact(Check(key=KEY, version=1), Check(key=key, version=1)),
    ]
    for attempt in attempts:
        with pytest.raises(ValueError, match=r"part of a key|not Unicode"):
            attempt()


# Queries

# In the order of their UTF-8 bytes. UTF-16, as some other languages compare, would have the
# characters past U+FFFF before U+E000.
IN_ORDER = [
    "\x00",
    " ",
    "#",
    "%",
    "*",
    "0",
    "10",
    "9",
    "A",
    "Z",
    "_",
    "a",
    "a\x00",
    "a\x00a",
    "a ",
    "aa",
    "aä",
    "a\u0308",
    "b",
    "z",
    "\x7f",
    "\x80",
    "ä",
    "å",
    "ÿ",
    "ÿ\x00",
    "Ā",
    "\ud7ff",
    "\ue000",
    "\uffff",
    "\uffff\uffff",
    "\U00010000",
    "🏠",
    "\U0010ffff",
    "\U0010ffff\x00",
    "\U0010ffffa",
    "\U0010ffff\U0010ffff",
]


def test_the_list_above_is_in_byte_order() -> None:
    """The expectation of the next tests is what it says."""
    assert sorted(IN_ORDER, key=str.encode) == IN_ORDER


def test_a_query_is_in_the_order_of_utf8_bytes(store: Store) -> None:
    """Records come by the bytes of their sort key, or from the other end."""
    put(store, "p", sorted(IN_ORDER, key=hash))
    assert sorts(store, "p") == IN_ORDER
    assert sorts(store, "p", descending=True) == IN_ORDER[::-1]


def test_a_prefix_selects_what_begins_with_it_and_nothing_else(store: Store) -> None:
    """No character is special in a prefix, not even the last there is."""
    put(store, "p", IN_ORDER)
    for prefix in [*IN_ORDER, "none", "\uffff\x00", "aaa"]:
        expected = [sort for sort in IN_ORDER if sort.startswith(prefix)]
        assert sorts(store, "p", prefix) == expected
        assert sorts(store, "p", prefix, descending=True) == expected[::-1]
        assert [sort for page in walk(store, "p", prefix, limit=1) for sort in page] == expected


def test_a_query_stays_in_its_partition(store: Store) -> None:
    """Partitions whose names begin alike share nothing."""
    put(store, "p", ["1"])
    put(store, "p#", ["2"])
    put(store, "P", ["3"])
    assert sorts(store, "p") == ["1"]
    assert store.query("nowhere").records == ()
    assert store.query("nowhere").after is None


def test_a_query_returns_whole_records(store: Store, clock: SetClock) -> None:
    """What a query returns equals what get returns."""
    moment = clock.now() + timedelta(hours=1)
    first = store.put_if_absent(KEY, {"a": [1, None]}, expires_at=moment)
    second = store.update(store.put_if_absent(OTHER, {}), {"b": {"c": True}})
    assert store.query(KEY.partition).records == (second, first)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6, 7])
def test_pages_follow_each_other_without_gap_or_overlap(
    store: Store, *, limit: int, descending: bool
) -> None:
    """Each page but the last is full, and `after` is None on the last, even if that is full."""
    inside = [f"b{number}" for number in range(6)]
    put(store, "p", ["a", *inside, "c"])
    expected = inside[::-1] if descending else inside
    pages = walk(store, "p", "b", limit=limit, descending=descending)
    assert pages == [expected[start : start + limit] for start in range(0, 6, limit)]


@pytest.mark.parametrize("descending", [False, True])
def test_pages_go_on_where_the_last_record_was_even_if_it_is_gone(
    store: Store, *, descending: bool
) -> None:
    """`after` is a place, not a record."""
    put(store, "p", ["a", "b", "b\x00", "c"][:: -1 if descending else 1])
    page = store.query("p", limit=2, descending=descending)
    store.delete(page.records[-1])
    rest = sorts(store, "p", after=page.after, descending=descending)
    assert rest == (["b", "a"] if descending else ["b\x00", "c"])


def test_a_page_holds_100_records_unless_told(store: Store) -> None:
    """The limit is 100 by default and may be 1000."""
    names = [f"{number:03}" for number in range(101)]
    put(store, "p", names)
    page = store.query("p")
    assert [record.key.sort for record in page.records] == names[:100]
    assert sorts(store, "p", after=page.after) == names[100:]
    assert sorts(store, "p", limit=1000) == names


def test_a_page_may_be_larger_than_what_dynamodb_reads_at_once(store: Store) -> None:
    """A megabyte is no border: four large records fit one page."""
    names = ["1", "2", "3", "4"]
    for name in names:
        store.put_if_absent(Key("p", name), {"text": "x" * (MAX_RECORD_BYTES - 100)})
    page = store.query("p", limit=4)
    assert [record.key.sort for record in page.records] == names
    assert page.after is None


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_limit_out_of_range_is_refused(store: Store, limit: int) -> None:
    """A page holds 1 to 1000 records."""
    with pytest.raises(ValueError, match="1 to 1000"):
        store.query("p", limit=limit)


@pytest.mark.parametrize(
    ("partition", "prefix", "after"),
    [
        ("", "", None),
        ("p" * (MAX_PARTITION_BYTES + 1), "", None),
        ("\ud800", "", None),
        ("p", "x" * (MAX_SORT_BYTES + 1), None),
        ("p", "\ud800", None),
        ("p", "", ""),
        ("p", "", "\ud800"),
        ("p", "b", "a"),
        ("p", "b", "c"),
    ],
    ids=lambda part: ascii(part)[:12],
)
def test_a_range_that_cannot_be_is_refused(
    store: Store, *, partition: str, prefix: str, after: str | None
) -> None:
    """No key, no Unicode, or a place outside the prefix: a ValueError."""
    with pytest.raises(ValueError, match=r"part of a key|not Unicode|begins with its prefix"):
        store.query(partition, prefix, after=after)


# Expiry


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


# Transactions


def test_a_transaction_does_all_its_actions(store: Store, clock: SetClock) -> None:
    """Put, update and delete happen together, and a check changes nothing."""
    moment = clock.now() + timedelta(hours=1)
    updated, deleted, checked = (store.put_if_absent(key, {"n": 1}) for key in (KEY, OTHER, THIRD))
    store.transact(
        Update(key=KEY, version=updated.version, attributes={"n": 2}, expires_at=moment),
        Delete(key=OTHER, version=deleted.version),
        Check(key=THIRD, version=checked.version),
        PutIfAbsent(key=FOURTH, attributes={"n": 1}, expires_at=moment),
    )
    assert store.get(KEY) == Record(key=KEY, version=2, attributes={"n": 2}, expires_at=moment)
    assert store.get(OTHER) is None
    assert store.get(THIRD) == checked
    assert store.get(FOURTH) == Record(
        key=FOURTH, version=1, attributes={"n": 1}, expires_at=moment
    )


def test_a_cancelled_transaction_tells_why_and_does_nothing(store: Store) -> None:
    """Each action has its reason, in the order given, and those in no one's way have None."""
    first = store.put_if_absent(KEY, {"n": 1})
    second = store.put_if_absent(OTHER, {"n": 1})
    new, gone = Key("account#3", "new"), Key("account#3", "gone")
    with pytest.raises(TransactionCancelled) as cancelled:
        store.transact(
            PutIfAbsent(key=new, attributes={}),
            PutIfAbsent(key=KEY, attributes={}),
            Update(key=OTHER, version=1, attributes={"n": 2}),
            Update(key=gone, version=1, attributes={}),
        )
    assert cancelled.value.reasons == (None, "exists", None, "missing")
    assert (store.get(KEY), store.get(OTHER)) == (first, second)
    assert (store.get(new), store.get(gone)) == (None, None)


@pytest.mark.parametrize("kind", [Update, Delete, Check])
def test_missing_and_changed_are_told_apart(store: Store, kind: type[Any]) -> None:
    """Missing: there is no record. Version: there is one, at another version, older or newer."""
    more: dict[str, Any] = {"attributes": {}} if kind is Update else {}
    store.update(store.put_if_absent(KEY, {}), {})
    for key, version, reason in [
        (KEY, 1, "version"),
        (KEY, 3, "version"),
        (OTHER, 1, "missing"),
    ]:
        action = kind(key=key, version=version, **more)
        for actions in ([action], [action, PutIfAbsent(key=THIRD, attributes={})]):
            with pytest.raises(TransactionCancelled) as cancelled:
                store.transact(*actions)
            assert cancelled.value.reasons == (reason, None)[: len(actions)]
    assert store.get(THIRD) is None


def test_a_transaction_of_one_action_is_like_any(store: Store) -> None:
    """One put, one update, one check and one delete each work alone."""
    store.transact(PutIfAbsent(key=KEY, attributes={"n": 1}))
    store.transact(Update(key=KEY, version=1, attributes={"n": 2}))
    store.transact(Check(key=KEY, version=2))
    assert store.get(KEY) == Record(key=KEY, version=2, attributes={"n": 2})
    store.transact(Delete(key=KEY, version=2))
    assert store.get(KEY) is None
    store.transact(PutIfAbsent(key=KEY, attributes={}))
    with pytest.raises(TransactionCancelled) as cancelled:
        store.transact(PutIfAbsent(key=KEY, attributes={}))
    assert cancelled.value.reasons == ("exists",)


def test_a_transaction_without_actions_does_nothing(store: Store) -> None:
    """Doing all of nothing is done."""
    store.transact()


def test_a_transaction_has_100_actions_and_no_more(store: Store) -> None:
    """At the limit all are done; past it a ValueError, and nothing is."""
    puts = [PutIfAbsent(key=Key("p", f"{n:03}"), attributes={}) for n in range(MAX_ACTIONS + 1)]
    with pytest.raises(ValueError, match="at most 100 actions"):
        store.transact(*puts)
    assert sorts(store, "p") == []
    store.transact(*puts[:-1])
    assert len(sorts(store, "p", limit=1000)) == MAX_ACTIONS


def test_a_transaction_touches_a_key_once(store: Store) -> None:
    """Two actions on one key are a ValueError, whatever they are, and nothing is done."""
    record = store.put_if_absent(KEY, {})
    with pytest.raises(ValueError, match="another key"):
        store.transact(
            PutIfAbsent(key=OTHER, attributes={}),
            Check(key=KEY, version=1),
            Update(key=KEY, version=1, attributes={}),
        )
    assert store.get(OTHER) is None
    assert store.get(KEY) == record


def test_a_transaction_that_is_too_large_is_refused(store: Store) -> None:
    """Records that are each within the limit can be too much together."""
    text = "x" * (MAX_RECORD_BYTES - 100)
    with pytest.raises(ValueError, match="A transaction holds"):
        store.transact(
            *(PutIfAbsent(key=Key("p", str(n)), attributes={"text": text}) for n in range(10))
        )
    assert sorts(store, "p") == []


# Additions


def test_an_addition_changes_the_named_numbers_and_nothing_else(store: Store) -> None:
    """The others stay, whatever the version; the version grows by one."""
    store.put_if_absent(KEY, {"available": 10, "reserved": 0, "name": "x"})
    store.transact(Add(key=KEY, amounts={"available": -4, "reserved": 4}))
    store.transact(Add(key=KEY, amounts={"available": 1}), PutIfAbsent(key=OTHER, attributes={}))
    assert store.get(KEY) == Record(
        key=KEY, version=3, attributes={"available": 7, "reserved": 4, "name": "x"}
    )


def test_an_addition_stops_at_its_floor(store: Store) -> None:
    """Down to the floor it is done, below it nothing of the transaction is."""
    store.put_if_absent(KEY, {"available": 10, "other": -5})
    store.transact(Add(key=KEY, amounts={"available": -10, "other": 1}, floors={"available": 0}))
    with pytest.raises(TransactionCancelled) as cancelled:
        store.transact(
            PutIfAbsent(key=OTHER, attributes={}),
            Add(key=KEY, amounts={"available": -1}, floors={"available": 0}),
        )
    assert cancelled.value.reasons == (None, "floor")
    assert store.get(OTHER) is None
    assert store.get(KEY) == Record(key=KEY, version=2, attributes={"available": 0, "other": -4})


@pytest.mark.parametrize("attributes", [None, {}, {"n": "1"}, {"n": None}])
def test_an_addition_needs_a_number_that_is_there(
    store: Store, attributes: Attributes | None
) -> None:
    """Nothing is invented: no record, or no whole number in it, is a missing one."""
    if attributes is not None:
        store.put_if_absent(KEY, attributes)
    for floors in ({}, {"n": 0}):
        with pytest.raises(TransactionCancelled) as cancelled:
            store.transact(Add(key=KEY, amounts={"n": 1}, floors=floors))
        assert cancelled.value.reasons == ("missing",)


def test_nothing_is_added_to_an_expired_record(store: Store, clock: SetClock) -> None:
    """What has expired is gone; before that, an addition leaves the moment as it is."""
    expires_at = clock.now() + timedelta(seconds=10)
    store.put_if_absent(KEY, {"n": 1}, expires_at=expires_at)
    store.transact(Add(key=KEY, amounts={"n": 1}))
    found = store.get(KEY)
    assert found
    assert (found.attributes, found.expires_at) == ({"n": 2}, expires_at)
    clock.move(11)
    with pytest.raises(TransactionCancelled) as cancelled:
        store.transact(Add(key=KEY, amounts={"n": 1}))
    assert cancelled.value.reasons == ("missing",)


@pytest.mark.parametrize(
    ("amounts", "floors", "error"),
    [
        ({}, {}, ValueError),
        ({"n": 1}, {"m": 0}, ValueError),
        ({"n": 10**MAX_DIGITS}, {}, ValueError),
        ({"": 1}, {}, ValueError),
        ({"n": 1.5}, {}, TypeError),
        ({"n": True}, {}, TypeError),
    ],
)
def test_an_addition_is_of_whole_numbers(
    store: Store, amounts: Any, floors: Any, error: type[Exception]
) -> None:
    """What no store could add is refused before anything is done."""
    store.put_if_absent(KEY, {"n": 1})
    with pytest.raises(error):
        store.transact(Add(key=KEY, amounts=amounts, floors=floors))
    assert store.get(KEY) == Record(key=KEY, version=1, attributes={"n": 1})


def test_additions_from_many_threads_are_all_counted(
    store: Store, request: pytest.FixtureRequest
) -> None:
    """None is lost, and none is refused for another's sake."""
    if "moto" in request.node.name:
        pytest.skip("moto 5.2 loses additions of threads itself; ministack keeps them")
    store.put_if_absent(KEY, {"n": 0})
    with ThreadPoolExecutor(8) as threads:
        for done in [
            threads.submit(store.transact, Add(key=KEY, amounts={"n": 1})) for _ in range(40)
        ]:
            done.result()
    found = store.get(KEY)
    assert found
    assert found.attributes == {"n": 40}


# Errors


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
