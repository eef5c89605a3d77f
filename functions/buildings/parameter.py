"""Query parameters as texts, read to the letter of the standard: what is not well formed is 400.

Source: OGC API Features Part 1 (17-069r4), requirements on query parameters.
"""

import re
from datetime import UTC, datetime
from math import isfinite

from leadcloud.errors import Fault, ParameterInvalid

MAX_LIMIT = 5_000
DEFAULT_LIMIT = 100
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,15})?(?:\.[0-9]{0,18})?(?:[eE][+-]?[0-9]{1,2})?")
_WHOLE = re.compile(r"[0-9]{1,9}")
_YEAR_RANGE = (1, 9999)


def fault(name: str, detail: str) -> ParameterInvalid:
    """Return the error that one parameter is unusable."""
    return ParameterInvalid(
        "A query parameter has an unusable value.",
        faults=[Fault(field=name, code="parameter_invalid", detail=detail)],
    )


def whole_number(text: str, name: str, *, least: int = 0) -> int:
    """Read a whole number."""
    if not _WHOLE.fullmatch(text) or int(text) < least:
        raise fault(name, f"This must be a whole number of at least {least}.")
    return int(text)


def limit_of(text: str | None, *, most: int = MAX_LIMIT, default: int = DEFAULT_LIMIT) -> int:
    """Read `limit`; more than the most is the most, as the standard has it."""
    return default if text is None else min(whole_number(text, "limit", least=1), most)


def numbers(text: str, name: str, counts: tuple[int, ...]) -> tuple[float, ...]:
    """Read numbers with commas between them, of which there must be one of `counts`."""
    parts = text.split(",", max(counts) + 1)
    if len(parts) not in counts:
        raise fault(name, f"Give {' or '.join(map(str, counts))} numbers with commas between them.")
    return tuple(_number(part.strip(), name) for part in parts)


def _number(text: str, name: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise fault(name, "There is something in here that is no number.")
    try:
        value = float(text)
    except ValueError:
        raise fault(name, "There is something in here that is no number.") from None
    if not isfinite(value):
        raise fault(name, "There is a number in here that is too large.")
    return value


def bbox_edges(text: str, name: str = "bbox") -> tuple[float, float, float, float]:
    """Read `bbox`, with or without heights, which buildings do not have."""
    edges = numbers(text, name, (4, 6))
    if len(edges) == 4:  # noqa: PLR2004 without heights
        return edges[0], edges[1], edges[2], edges[3]
    return edges[0], edges[1], edges[3], edges[4]


def years_of(text: str) -> tuple[int, int]:
    """Read `datetime` as first and last year: an instant, or an interval that may be open."""
    ends = text.split("/")
    if len(ends) > 2:  # noqa: PLR2004 an interval has two ends
        raise fault("datetime", "An interval has two ends.")
    moments = [None if end in {"", ".."} and len(ends) > 1 else _moment(end) for end in ends]
    if moments == [None, None]:
        raise fault("datetime", "One end of an interval must be given.")
    first, last = moments[0], moments[-1]
    if first is not None and last is not None and first > last:
        raise fault("datetime", "The interval ends before it begins.")
    return (
        first.year if first else _YEAR_RANGE[0],
        last.year if last else _YEAR_RANGE[1],
    )


_RFC3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2}))?",
    re.ASCII,
)


def _moment(text: str) -> datetime:
    if not _RFC3339.fullmatch(text):
        raise fault("datetime", "Give dates or moments by RFC 3339.")
    try:
        moment = datetime.fromisoformat(text.upper())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise fault("datetime", "There is no such day or time.") from None
