"""A record as an item of a DynamoDB table."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from leadcloud.store.interface import Key, PutIfAbsent, Record, Update, Value

PARTITION = "pk"
SORT = "sk"
VERSION = "version"
ATTRIBUTES = "attributes"
EXPIRES_AT = "expires_at"
"""Seconds since 1970; the attribute to name in the table's TimeToLiveSpecification."""
WRITE = "write"
"""Drawn anew for every write, so that a write repeated after a lost answer knows its own work."""

Item = Mapping[str, Any]


def item_key(key: Key) -> dict[str, Any]:
    """Return the primary key of a record's item."""
    return {PARTITION: {"S": key.partition}, SORT: {"S": key.sort}}


def item_of(action: PutIfAbsent | Update, write: str) -> Item:
    """Return the item that an action puts; `write` tells the write apart from any other."""
    version = 1 if isinstance(action, PutIfAbsent) else action.version + 1
    item = item_key(action.key) | {
        VERSION: {"N": str(version)},
        ATTRIBUTES: TypeSerializer().serialize(action.attributes),
        WRITE: {"S": write},
    }
    if action.expires_at is not None:
        item[EXPIRES_AT] = {"N": str(int(action.expires_at.timestamp()))}
    return item


def record_of(item: Item) -> Record:
    """Return the record that an item keeps, expired or not."""
    expires_at = item.get(EXPIRES_AT)
    return Record(
        key=Key(item[PARTITION]["S"], item[SORT]["S"]),
        version=_number(item[VERSION]),
        attributes={name: _value(wire) for name, wire in item[ATTRIBUTES]["M"].items()},
        expires_at=expires_at and datetime.fromtimestamp(_number(expires_at), UTC),
    )


def is_live(item: Item, now: int) -> bool:
    """Tell whether an item has not expired at a moment, in seconds since 1970."""
    return EXPIRES_AT not in item or _number(item[EXPIRES_AT]) > now


def _number(wire: Item) -> int:
    return int(Decimal(wire["N"]))


def _value(wire: Item) -> Value:
    match wire:
        case {"N": _}:
            return _number(wire)
        case {"NULL": _}:
            return None
        case {"L": inner}:
            return [_value(each) for each in inner]
        case {"M": inner}:
            return {name: _value(each) for name, each in inner.items()}
    content: str | bool
    (content,) = wire.values()
    return content
