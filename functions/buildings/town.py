"""Municipalities by the names that people write after an address, in Finnish or Swedish."""

from functools import cache

from leadcloud.buildings.address import fold
from leadcloud.codes.code_list import code_list


def town_of(name: str) -> str | None:
    """Return the code of the municipality of this name, or None where there is none."""
    return _codes().get(fold(name))


def towns_beginning(typed: str) -> tuple[str, ...]:
    """Return the codes of the municipalities of which this is the beginning."""
    start = fold(typed)
    if not start:
        return ()
    return tuple({code: None for name, code in _codes().items() if name.startswith(start)})


@cache
def _codes() -> dict[str, str]:
    municipalities = code_list("municipality").codes.values()
    return {fold(name): each.code for each in municipalities for name in each.labels if name}
