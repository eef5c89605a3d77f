"""Which media type a client prefers. Source: RFC 9110, section 12.5.1."""

import re
from collections.abc import Sequence

_WEIGHT = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)


def prefers(accept: str, names: Sequence[str], others: Sequence[str]) -> bool:
    """Tell whether an Accept header wants a form, by its names, more than another."""
    if not accept:
        return False
    weight, exactness = _wanted(accept, names)
    return weight > 0 and (weight, exactness) > _wanted(accept, others)


def _wanted(accept: str, names: Sequence[str]) -> tuple[float, int]:
    """Return the weight of a form and how exactly it was named: both are larger for the preferred."""
    return max(_preference(accept, name) for name in names)


def _preference(accept: str, media_type: str) -> tuple[float, int]:
    ranges = ["*/*", f"{media_type.partition('/')[0]}/*", media_type]
    named: list[tuple[int, float]] = []
    for part in accept.lower().split(","):
        name, *parameters = (each.strip() for each in part.split(";"))
        if name in ranges:
            named.append((ranges.index(name), _weight(parameters)))
    exactness, weight = max(named, default=(0, 0.0))
    return weight, exactness


def _weight(parameters: list[str]) -> float:
    found = (_WEIGHT.fullmatch(each) for each in parameters)
    return next((float(match[1]) for match in found if match), 1.0)
