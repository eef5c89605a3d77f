"""What a source's cell means: sources spell nothing, numbers, dates and codes in many ways."""

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

WITHHELD = 999_999_999
"""What HSY writes into a number that it does not tell."""

_HELSINKI = ZoneInfo("Europe/Helsinki")
_EMPTY = frozenset({"", "-", "null", "none", "nan"})
_YEAR = re.compile(r"(\d{4})(?:\.0)?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0)?")
_DATE = re.compile(r"(\d{4})[-/](\d{2})[-/](\d{2})Z?")


def text_of(value: Any) -> str | None:
    """Return a cell as text, or None where it holds nothing.

    A letter and its dots are one character, as callers type them, however the file has it.
    """
    if value is None or isinstance(value, (bool, dict, list)):
        return None
    text = unicodedata.normalize("NFC", " ".join(str(value).split()))
    return None if text.lower() in _EMPTY else text


def number_of(value: Any, *, zero_is_unknown: bool) -> int | None:
    """Return a cell as a whole number, or None where it tells none."""
    text = text_of(value)
    if text is None:
        return None
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    if not math.isfinite(number) or round(number) == WITHHELD or number < 0:
        return None
    return None if zero_is_unknown and round(number) == 0 else round(number)


def year_of(value: Any) -> int | None:
    """Return the year of a date, a year or an instant; an instant's is the year in Helsinki.

    Helsinki's register writes `1988-12-30T22:00:00Z` for 31 December 1988. A date that merely
    carries a Z, as Ryhti's `1980-01-01Z`, is a date.
    """
    text = text_of(value)
    if text is None:
        return None
    for form in (_YEAR, _COMPACT_DATE, _DATE):
        match = form.fullmatch(text)
        if match:
            return int(match[1])
    moment = _instant(text)
    return moment.astimezone(_HELSINKI).year if moment else None


def days_of(value: Any) -> int | None:
    """Return the day of a date or an instant, in days since 1970-01-01."""
    text = text_of(value)
    if text is None:
        return None
    match = _COMPACT_DATE.fullmatch(text) or _DATE.fullmatch(text)
    try:
        day = date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None
    if day is None:
        moment = _instant(text)
        if moment is None:
            return None
        day = moment.astimezone(_HELSINKI).date()
    return (day - date(1970, 1, 1)).days


def _instant(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.replace("/", "-"))  # as GDAL writes tables
    except ValueError:
        return None
    # A moment without a zone is one on the register's own clock.
    return moment if moment.tzinfo else moment.replace(tzinfo=_HELSINKI).astimezone(UTC)


def digits_of(value: Any, length: int) -> str | None:
    """Return a code of so many digits whose leading zeros a spreadsheet may have eaten."""
    text = text_of(value)
    if text is None:
        return None
    text = text.removesuffix(".0")
    return text.zfill(length) if text.isascii() and text.isdigit() and len(text) <= length else None


def code_of(value: Any) -> str | None:
    """Return a code, be it bare or the end of a URI of a code list."""
    text = text_of(value)
    return text.rsplit("/", 1)[-1].removesuffix(".0") if text else None


def word_for(code: str, words: Mapping[str, str]) -> str | None:
    """Return our word for a source's code, leading zeros aside; None where it is not known."""
    if code in words:
        return words[code]
    bare = code.lstrip("0")
    return next((word for known, word in words.items() if known.lstrip("0") == bare), None)


def word_by_beginning(code: str, words: Mapping[str, str]) -> str | None:
    """Return our word for a code of a classification, by the longest beginning that is known."""
    beginnings = (code[:length] for length in range(len(code), 0, -1))
    return next((words[beginning] for beginning in beginnings if beginning in words), None)
