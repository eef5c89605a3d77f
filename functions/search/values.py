"""What the values of a criterion may be, read strictly: a wrong one is named, never ignored.

Faults name valid codes that may have been meant. Those are ours; what was sent is not repeated.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from heapq import nsmallest
from itertools import islice

from functions.search.criteria_message import RangeMessage, ValuesMessage
from leadcloud.codes.code_list import code_list, no_such_code
from leadcloud.codes.industry import IndustryCode, meant_by
from leadcloud.errors import Fault
from leadcloud.registers.condition import Condition, Operator

MAX_VALUES = 200
"""Most values of one condition; a longer list is several searches."""

_MAX_FAULTS = 10
"""Wrong values of one condition that are named: each costs a comparison with a whole list."""

Read = tuple[str, ...] | list[Fault]
"""The values of a condition, or what is wrong with them."""

ReadValues = Callable[[str, Operator, ValuesMessage], Read]
"""Reads the values that came in; takes the path of the field, for faults."""

Wrong = tuple[str, str]
"""Code and sentence of a fault."""


def codes_of(list_id: str) -> ReadValues:
    """Return what reads codes of a list."""

    def wrong(value: str) -> Wrong | None:
        known = code_list(list_id)
        return None if value in known else _unknown_code(known.nearest(value))

    return lambda where, _operator, raw: listed(where, raw, wrong)


def postal_codes(where: str, operator: Operator, raw: ValuesMessage) -> Read:
    """Read postal codes, or the digits that they begin with."""
    form = re.compile(r"[0-9]{1,5}" if operator == "prefix" else r"[0-9]{5}")

    def wrong(value: str) -> Wrong | None:
        return None if form.fullmatch(value) else ("form", "Postal codes have five digits.")

    return listed(where, raw, wrong)


def missing_postal_codes(
    where: str, condition: Condition, existing: Collection[str]
) -> list[Fault]:
    """Return faults of postal codes that do not exist, or that none begins with."""
    known = existing
    if condition.operator == "prefix":
        known = {code[: len(value)] for value in condition.values for code in existing}

    def wrong(value: str) -> Wrong | None:
        return None if value in known else _unknown_code(_neighbours(value, known))

    read = listed(where, list(condition.values), wrong)
    return read if isinstance(read, list) else []


def _neighbours(value: str, known: Iterable[str]) -> list[str]:
    """Return the digits as long as these that are nearest: neighbours are numbered alike."""
    alike = (code for code in known if len(code) == len(value))
    return nsmallest(3, alike, key=lambda code: (abs(int(code) - int(value)), code))


def industries(where: str, _operator: Operator, raw: ValuesMessage) -> Read:
    """Read codes of TOL 2008 and TOL 2025."""
    return listed(where, raw, _wrong_industry)


def _wrong_industry(value: str) -> Wrong | None:
    code = IndustryCode.read(value)
    if code is None:
        nearest = ", ".join(meant_by(value))
        nearest = f" The nearest: {nearest}." if nearest else ""
        return "form", f"An industry is 2 to 5 digits, or a section such as TOL2025:K.{nearest}"
    if code.needs_version:
        named = zip(code.readings, code.names, strict=True)
        meant = " or ".join(f"{reading} ({name})" for reading, name in named)
        return "version_needed", f"Say which TOL it is of: {meant}."
    return None if code.exists else _unknown_code(code.nearest())


def dates(where: str, _operator: Operator, raw: ValuesMessage) -> Read:
    """Read the range between two dates, months or years, both of which belong to it."""
    if not isinstance(raw, RangeMessage):
        return [no_range(where)]
    first, last = _day(raw.from_, last=False), _day(raw.to, last=True)
    if first is None or last is None:
        return [Fault(field=where, code="form", detail="Dates are 2026, 2026-11 or 2026-11-23.")]
    if raw.from_ is None and raw.to is None:
        return [Fault(field=where, code="form", detail="Give from, to, or both.")]
    if first > last:
        return [Fault(field=where, code="order", detail="The range ends before it begins.")]
    return first.isoformat(), last.isoformat()


def no_range(where: str) -> Fault:
    """Return the fault of something else where a range belongs."""
    return Fault(field=where, code="form", detail="A range is an object with from and to.")


_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def _day(written: str | int | None, *, last: bool) -> date | None:
    """Return the first or last day of what was written, or None where it is no date."""
    if written is None:
        return date.max if last else date.min
    match = _DATE.fullmatch(str(written))
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        month = month or (12 if last else 1)
        return date(year or 0, month, day or (monthrange(year or 0, month)[1] if last else 1))
    except ValueError:
        return None


def _unknown_code(nearest: Sequence[str]) -> Wrong:
    """Return the fault of a code that is not valid, naming the valid ones nearest to it."""
    return "code_unknown", no_such_code(nearest)


def listed(where: str, raw: ValuesMessage, wrong: Callable[[str], Wrong | None]) -> Read:
    """Read a list of texts, each of which may be wrong."""
    if not isinstance(raw, list):
        return [Fault(field=where, code="form", detail="This operator takes a list of texts.")]
    if not 1 <= len(raw) <= MAX_VALUES:
        return [Fault(field=where, code="count", detail=f"Give 1 to {MAX_VALUES} values.")]
    found = ((number, wrong(value)) for number, value in enumerate(raw))
    faults = (
        Fault(field=f"{where}.{number}", code=fault[0], detail=fault[1])
        for number, fault in found
        if fault
    )
    return list(islice(faults, _MAX_FAULTS)) or tuple(dict.fromkeys(raw))
