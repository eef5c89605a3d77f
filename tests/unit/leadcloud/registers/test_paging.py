"""Pages: where the next one starts, and what ends them, for each way registers have."""

from typing import Any

import pytest

from leadcloud.clock import Deadline
from leadcloud.registers.interface import (
    PageRequest,
    RegisterAnswerInvalid,
    RegisterReachEnded,
    RegisterRefused,
)
from leadcloud.registers.manifest_part import Paging
from leadcloud.registers.paging import (
    Window,
    is_past_the_end,
    member,
    next_position,
    parameters,
    window,
)

NUMBERED = Paging(kind="page", parameter="page", size=100, past_the_end="repeats_first")
OFFSET = Paging(kind="offset", parameter="offset", size=1_000, size_parameter="limit")
CURSOR = Paging(kind="cursor", parameter="after", size=50, stop="cursor", next_cursor="links.next")


@pytest.fixture
def ask(deadline: Deadline) -> Any:
    """Return what asks for a page at a position."""

    def request(paging: Paging, position: str | None, size: int = 30) -> Window:
        return window(
            paging,
            PageRequest(
                criteria=(), size=size, position=position, deadline=deadline, request_id="r"
            ),
        )

    return request


def following(
    paging: Paging, page: Window, count: int, *, total: int | None = None, **answer: Any
) -> str | None:
    """Return the position after a page."""
    return next_position(paging, page, count=count, total=total, answer=answer)


def test_numbered_pages_keep_their_size(ask: Any) -> None:
    """A register with pages of 100 is asked by number, whatever size is wanted."""
    assert parameters(NUMBERED, ask(NUMBERED, None)) == [("page", "1")]
    assert parameters(NUMBERED, ask(NUMBERED, "200")) == [("page", "3")]


def test_offsets_take_the_size_wanted(ask: Any) -> None:
    """A register with offsets is asked for the size wanted, up to the most that it gives."""
    assert parameters(OFFSET, ask(OFFSET, "60")) == [("offset", "60"), ("limit", "30")]
    assert parameters(OFFSET, ask(OFFSET, None, 5_000)) == [("offset", "0"), ("limit", "1000")]


def test_first_page_has_no_cursor(ask: Any) -> None:
    """A register with cursors is first asked without one."""
    assert parameters(CURSOR, ask(CURSOR, None)) == []
    assert parameters(CURSOR, ask(CURSOR, "abc")) == [("after", "abc")]


@pytest.mark.parametrize(("total", "last"), [(0, 0), (1, 0), (100, 0), (101, 100), (250, 200)])
def test_numbered_pages_end_by_the_total(ask: Any, total: int, last: int) -> None:
    """The last page is ceil(total / 100), for a page beyond would show the first one again."""
    position: str | None = None
    starts = []
    while True:
        page = ask(NUMBERED, position)
        starts.append(page.start)
        # Always a full page: as the register answers beyond its end.
        position = following(NUMBERED, page, 100 if total else 0, total=total)
        if position is None:
            break
    assert starts[-1] == last


def test_page_that_vanished_is_not_the_first(ask: Any) -> None:
    """When companies vanish while pages are read, the first page shown again is not read."""
    third = ask(NUMBERED, "200")
    assert is_past_the_end(NUMBERED, third, 200)
    assert not is_past_the_end(NUMBERED, third, 201)
    assert not is_past_the_end(NUMBERED, ask(NUMBERED, None), 0)
    assert not is_past_the_end(OFFSET, ask(OFFSET, "200"), 200)


def test_numbered_pages_stay_on_their_grid(ask: Any) -> None:
    """A page that holds too few or too many records does not shift the next one."""
    assert following(NUMBERED, ask(NUMBERED, None), 97, total=250) == "100"
    assert following(NUMBERED, ask(NUMBERED, None), 130, total=250) == "100"


def test_offsets_go_on_after_what_came(ask: Any) -> None:
    """The next offset is after the records that came, were they fewer than asked for."""
    assert following(OFFSET, ask(OFFSET, "60"), 10, total=500) == "70"


def test_empty_page_is_the_end(ask: Any) -> None:
    """An empty page ends any reading, whatever total is claimed."""
    assert following(OFFSET, ask(OFFSET, "60"), 0, total=500) is None
    assert following(CURSOR, ask(CURSOR, "a"), 0, links={"next": "b"}) is None


def test_short_page_is_the_end_without_a_total(ask: Any) -> None:
    """A register without a total ends with the first page that is not full."""
    paging = OFFSET.model_copy(update={"stop": "short_page"})
    assert following(paging, ask(paging, None), 30) == "30"
    assert following(paging, ask(paging, "30"), 29) is None


def test_reach_ends_in_a_known_error(ask: Any) -> None:
    """Where a register lets nobody see beyond some record, no page is asked that crosses it.

    That it has more is told: an end like any other would say that all was read.
    """
    paging = NUMBERED.model_copy(update={"max_reach": 300})
    assert following(paging, ask(paging, "200"), 100, total=9_000) == "300"
    assert following(paging, ask(paging, "200"), 100, total=300) is None
    with pytest.raises(RegisterReachEnded):
        ask(paging, "300")


def test_cursor_leads_on_until_there_is_none(ask: Any) -> None:
    """The register's cursor is handed on as it is; none, or the same again, is the end."""
    page = ask(CURSOR, "a")
    assert following(CURSOR, page, 50, links={"next": "b"}) == "b"
    assert following(CURSOR, page, 50, links={"next": None}) is None
    assert following(CURSOR, page, 50, links={}) is None
    assert following(CURSOR, page, 50, links={"next": "a"}) is None
    with pytest.raises(RegisterAnswerInvalid):
        following(CURSOR, page, 50, links={"next": 2})


def test_register_without_pages_has_one() -> None:
    """Where everything comes at once there is no next page and nothing to ask for."""
    paging = Paging(kind="none", size=10)
    page = Window(start=0, size=10)
    assert parameters(paging, page) == []
    assert following(paging, page, 10, total=500) is None


@pytest.mark.parametrize("position", ["50", "-100", "1.5", "", "\u0664", "1" * 16])
def test_position_off_the_grid_is_refused(ask: Any, position: str) -> None:
    """A position that numbered pages never gave is refused."""
    with pytest.raises(RegisterRefused):
        ask(NUMBERED, position)


def test_place_of_nothing_is_none() -> None:
    """A place that is not there is None, whatever stands in the way."""
    assert member({"a": {"b": 1}}, "a.b") == 1
    assert member({"a": [1]}, "a.b") is None
    assert member(None, "a") is None
