"""What every store promises of queries: order, prefixes and pages."""

from datetime import timedelta

import pytest

from leadcloud.clock import SetClock
from leadcloud.store.interface import (
    Key,
    Store,
)
from leadcloud.store.limits import (
    MAX_PARTITION_BYTES,
    MAX_RECORD_BYTES,
    MAX_SORT_BYTES,
)
from tests.contract.stored import KEY, OTHER, put, sorts, walk

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
