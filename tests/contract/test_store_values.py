"""What every store promises of what a record may hold, and what a key may be."""

import json
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pytest

from leadcloud.store.interface import (
    Attributes,
    Check,
    Delete,
    Key,
    PutIfAbsent,
    Record,
    Store,
)
from leadcloud.store.limits import (
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_PARTITION_BYTES,
    MAX_RECORD_BYTES,
    MAX_SORT_BYTES,
)
from tests.contract.stored import CANARY, KEY, OTHER

if TYPE_CHECKING:
    from collections.abc import Callable


class State(StrEnum):
    """Text with a class of its own, as the domain has it."""

    OPEN = "open"


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
