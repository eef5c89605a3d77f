"""Which page of a register a position stands for, and which position comes after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leadcloud.registers.interface import (
    PageRequest,
    RegisterAnswerInvalid,
    RegisterReachEnded,
    RegisterRefused,
)
from leadcloud.registers.manifest_part import Paging

_LONGEST_POSITION = 15
"""Digits of an offset."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Window:
    """The page to ask for. Has no repr: a cursor may be a key of somebody's record."""

    start: int
    """Records before it; 0 where a cursor says it."""
    size: int
    cursor: str | None = None


def window(paging: Paging, request: PageRequest) -> Window:
    """Return the page that a request stands for.

    Raises:
        RegisterRefused: The position is none that this register gave.
        RegisterReachEnded: It lets nobody see that far.
    """
    size = min(request.size, paging.size) if paging.size_parameter else paging.size
    if paging.kind == "cursor":
        return Window(start=0, size=size, cursor=request.position)
    start = _offset(request.position)
    if paging.kind == "page" and start % size:
        raise RegisterRefused
    if paging.max_reach is not None and start + size > paging.max_reach:
        raise RegisterReachEnded
    return Window(start=start, size=size)


def parameters(paging: Paging, page: Window) -> list[tuple[str, str]]:
    """Return the query parameters that ask for a page."""
    asked = []
    if paging.parameter is not None and (number := _page_number(paging, page)) is not None:
        asked.append((paging.parameter, number))
    if paging.size_parameter is not None:
        asked.append((paging.size_parameter, str(page.size)))
    return asked


def is_past_the_end(paging: Paging, page: Window, total: int | None) -> bool:
    """Tell whether the register answered with its first page, having no such page."""
    repeats = paging.past_the_end == "repeats_first" and page.start > 0
    return repeats and total is not None and page.start >= total


def next_position(
    paging: Paging, page: Window, *, count: int, total: int | None, answer: Mapping[str, Any]
) -> str | None:
    """Return the position after a page with so many records, or None at the end.

    Raises:
        RegisterAnswerInvalid: The next cursor is not a text.
    """
    if paging.kind == "none" or count == 0:
        return None
    if paging.next_cursor is not None:
        return _next_cursor(member(answer, paging.next_cursor), page)
    # Numbered pages stay on their grid, whatever a page really held.
    following = page.start + (page.size if paging.kind == "page" else count)
    if paging.stop == "short_page":
        ended = count < page.size
    else:
        ended = total is None or following >= total
    return None if ended else str(following)


def member(answer: Any, place: str) -> Any:
    """Return the value at a dotted place of JSON, or None where there is none."""
    return member_at(answer, place.split("."))


def member_at(answer: Any, path: Sequence[str]) -> Any:
    """Return the value at nested names of JSON, or None where there is none."""
    for name in path:
        if not isinstance(answer, dict):
            return None
        answer = answer.get(name)
    return answer


def _offset(position: str | None) -> int:
    if position is None:
        return 0
    if not (position.isascii() and position.isdigit() and len(position) <= _LONGEST_POSITION):
        raise RegisterRefused
    return int(position)


def _page_number(paging: Paging, page: Window) -> str | None:
    match paging.kind:
        case "page":
            return str(paging.first + page.start // page.size)
        case "offset":
            return str(page.start)
        case _:
            return page.cursor


def _next_cursor(cursor: Any, page: Window) -> str | None:
    if cursor in (None, ""):
        return None
    if not isinstance(cursor, str):
        raise RegisterAnswerInvalid
    # A register that names the same page again would be paged through for ever.
    return None if cursor == page.cursor else cursor
