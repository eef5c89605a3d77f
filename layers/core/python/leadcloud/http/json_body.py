"""Reading JSON that may be hostile: one parse, with every bound that a body must keep."""

import json
import re
from typing import Any, NoReturn

from leadcloud.errors import BodyUnreadable

MAX_DEPTH = 32
MAX_DIGITS = 18
"""No number of this API needs more; Python itself refuses above 4,300 with another error."""

_UNUSABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL ends strings in half the world's software; a lone surrogate is no character."""


def read_json(body: bytes) -> Any:
    """Return the value in a body of UTF-8 JSON.

    Raises:
        BodyUnreadable: It is not JSON, or exceeds a bound, or repeats a name in an object.
    """
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_number,
            parse_constant=_constant,
        )
    except UnicodeDecodeError:
        raise BodyUnreadable("The body is not UTF-8.") from None
    except json.JSONDecodeError:
        raise BodyUnreadable("The body is not JSON.") from None
    except RecursionError:
        raise BodyUnreadable(_TOO_DEEP) from None
    _check(value)
    return value


_TOO_DEEP = f"The body is nested deeper than {MAX_DEPTH} levels."


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise BodyUnreadable("An object of the body has the same name twice.")
    return members


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise BodyUnreadable(f"A number of the body has more than {MAX_DIGITS} digits.")
    return int(digits)


def _number(digits: str) -> float:
    if len(digits) > 2 * MAX_DIGITS:
        raise BodyUnreadable(f"A number of the body has more than {2 * MAX_DIGITS} digits.")
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise BodyUnreadable("A number of the body is too large.")
    return value


def _constant(_name: str) -> NoReturn:
    raise BodyUnreadable("NaN and Infinity are not JSON.")


def unusable(text: str) -> bool:
    """Tell whether a text holds what no text of this API may hold."""
    return bool(_UNUSABLE.search(text))


def _check(value: Any) -> None:
    """Refuse depth and unusable characters, without recursing."""
    level = [value]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below += item.keys()
                below += item.values()
            elif isinstance(item, list):
                below += item
            elif isinstance(item, str) and unusable(item):
                raise BodyUnreadable("A text of the body holds NUL or half a character.")
        if not below:
            return
        level = below
    raise BodyUnreadable(_TOO_DEEP)
