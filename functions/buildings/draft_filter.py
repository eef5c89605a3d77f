"""CQL text, as drafts of CQL2 text called it: the only filter that GDAL hands down whole.

Without it, GDAL's driver (ogroapifdriver.cpp, 3.6.2 and the newest seen) writes a range of any date
as `datetime`, and evaluates every other range, LIKE and OR by itself, on every building there is.
"""

import re

_ILIKE = re.compile(
    r"(?P<quoted>'(?:[^']|'')*')|\b(?P<name>\w{1,64})\s+ILIKE\s+(?P<pattern>'(?:[^']|'')*')",
    re.IGNORECASE,
)
_DAY = re.compile(r"'([0-9]{4})[-/]([0-9]{2})[-/]([0-9]{2})T?'")
"""GDAL's ways to write a day: of a column of dates, and of one that it takes for texts."""


def cql2_text_of(draft: str) -> str:
    """Return a filter of the draft in the words of the standard; other words stay as they are."""
    return _DAY.sub(r"'\1-\2-\3'", _ILIKE.sub(_without_case, draft))


def _without_case(found: re.Match[str]) -> str:
    if found["quoted"]:
        return found[0]
    return f"CASEI({found['name']}) LIKE CASEI({found['pattern']})"
