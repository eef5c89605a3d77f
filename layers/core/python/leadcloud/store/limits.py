"""What a record may be: the limits of DynamoDB, kept by every store so that all behave alike.

Source: DynamoDB developer guide, "Constraints" and "Item sizes and formats".
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from leadcloud.store.interface import (
    MAX_ACTIONS,
    MAX_KEYS,
    Action,
    Add,
    Attributes,
    Key,
    Value,
)

MAX_PARTITION_BYTES = 2048
MAX_SORT_BYTES = 1024
MAX_PAGE = 1000

MAX_DEPTH = 30
"""Of 32 levels, less the item and the map that holds the attributes."""

MAX_DIGITS = 38

MAX_RECORD_BYTES = 390 * 1024
"""Of 400 KiB, with room for the key and the store's own attributes."""

MAX_TRANSACTION_BYTES = 3 * 1024 * 1024
"""Of 4 MiB, with the same room for each of MAX_ACTIONS."""


def check_key(key: Key) -> None:
    """Refuse a key that a store cannot hold.

    Raises:
        ValueError: A part is empty, too long, or not Unicode.
    """
    _check_part(key.partition, MAX_PARTITION_BYTES)
    _check_part(key.sort, MAX_SORT_BYTES)


def check_keys(keys: Sequence[Key]) -> None:
    """Refuse to look for more records at once than a store finds.

    Raises:
        ValueError: They are too many, or one is no key.
    """
    if len(keys) > MAX_KEYS:
        raise ValueError(f"At most {MAX_KEYS} records are asked for at once")
    for key in keys:
        check_key(key)


def check_range(partition: str, prefix: str, *, limit: int, after: str | None) -> None:
    """Refuse a query that a store cannot answer.

    Raises:
        ValueError: The limit is out of range, `after` is from another query, or a part is no
            possible key.
    """
    if not 1 <= limit <= MAX_PAGE:
        raise ValueError(f"A page holds 1 to {MAX_PAGE} records")
    _check_part(partition, MAX_PARTITION_BYTES)
    if prefix:
        _check_part(prefix, MAX_SORT_BYTES)
    if after is not None:
        _check_part(after, MAX_SORT_BYTES)
        if not after.startswith(prefix):
            raise ValueError("A query goes on after a sort key that begins with its prefix")


def check_actions(actions: Sequence[Action]) -> None:
    """Refuse a transaction that a store cannot do in one.

    Raises:
        ValueError: There are too many actions, they are too large together, or two have one key.
    """
    if len(actions) > MAX_ACTIONS:
        raise ValueError(f"A transaction has at most {MAX_ACTIONS} actions")
    if len({action.key for action in actions}) < len(actions):
        raise ValueError("Each action of a transaction is on another key")
    # So few that they fit whatever they hold are not measured: that takes longer than the rest.
    may_be_too_large = len(actions) * MAX_RECORD_BYTES > MAX_TRANSACTION_BYTES
    if may_be_too_large and sum(map(_attributes_size, actions)) > MAX_TRANSACTION_BYTES:
        raise ValueError(f"A transaction holds at most {MAX_TRANSACTION_BYTES} bytes")


def check_addition(action: Add) -> None:
    """Refuse an addition that a store cannot make.

    Raises:
        TypeError: An amount or a floor is no whole number.
        ValueError: There is nothing to add, a number is too large, or a floor is under a name that
            is not added to.
    """
    if not action.amounts or not action.floors.keys() <= action.amounts.keys():
        raise ValueError("An addition has amounts, and floors under their names only")
    for name, number in (*action.amounts.items(), *action.floors.items()):
        _name(name)
        if isinstance(number, bool) or not isinstance(number, int):
            raise TypeError("Only whole numbers are added")
        _number(number)


def plain(attributes: Attributes) -> dict[str, Value]:
    """Return a copy made of dicts and lists only, as a later read gives it back.

    Raises:
        TypeError: Something is no Value, a float for instance.
        ValueError: A number, the nesting or the whole is too large, or a text is not Unicode.
    """
    copy = {_name(name): _plain(value, 1) for name, value in attributes.items()}
    if _size(copy) > MAX_RECORD_BYTES:
        raise ValueError(f"A record holds at most {MAX_RECORD_BYTES} bytes")
    return copy


def whole_seconds(moment: datetime | None) -> datetime | None:
    """Return the moment in UTC without its fraction of a second.

    Raises:
        ValueError: It has no time zone.
    """
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError("A moment needs a time zone")
    return moment.astimezone(UTC).replace(microsecond=0)


def _check_part(part: str, most: int) -> None:
    if not 1 <= _utf8_length(part) <= most:
        raise ValueError(f"This part of a key has 1 to {most} bytes")


def _utf8_length(text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        # Not chained: the error quotes the text.
        raise ValueError("A text has a lone surrogate and so is not Unicode") from None


def _plain(value: object, depth: int) -> Value:
    if depth > MAX_DEPTH:
        raise ValueError(f"Attributes nest at most {MAX_DEPTH} deep")
    match value:
        case None | bool() | str():
            return value
        case int():
            return _number(value)
        case Mapping():
            return {_name(name): _plain(inner, depth + 1) for name, inner in value.items()}
        case list() | tuple():
            return [_plain(inner, depth + 1) for inner in value]
    raise TypeError("An attribute holds text, integers, truth values, None, lists and maps")


def _name(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError("The name of an attribute is text")
    if not name:
        raise ValueError("The name of an attribute is not empty")
    return name


def _number(value: int) -> int:
    if abs(value) >= 10**MAX_DIGITS:
        raise ValueError(f"A number has at most {MAX_DIGITS} digits")
    return value


def _attributes_size(action: Action) -> int:
    return _size(getattr(action, "attributes", {}))


def _size(value: Value) -> int:
    """Return the most bytes the value can take in DynamoDB."""
    match value:
        case None | bool():
            return 1
        case int():
            return 21
        case str():
            return _utf8_length(value)
        case Mapping():
            return 3 + sum(1 + _utf8_length(name) + _size(inner) for name, inner in value.items())
    return 3 + sum(1 + _size(inner) for inner in value)
