"""Group commit: one thread does for all that wait, and each gets what is its own."""

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from leadcloud.group_commit import CutShort, GroupCommit


class Interrupted(BaseException):
    """Ends whoever has the turn."""


def together(group: GroupCommit[int, int], items: Sequence[int]) -> list["Future[int]"]:
    """Let the items wait until all are there, and then go."""
    with ThreadPoolExecutor(len(items)) as threads:
        with group._turn:
            futures = [threads.submit(group.join, item) for item in items]
            while len(group._waiting) < len(items):
                time.sleep(0.001)
        return futures


def test_what_waits_is_carried_out_together() -> None:
    """One turn carries out all that wait, in their order."""
    batches: list[Sequence[int]] = []

    def carry_out(items: Sequence[int]) -> list[int]:
        batches.append(items)
        return [item * 2 for item in items]

    futures = together(GroupCommit(carry_out), range(5))

    assert [each.result() for each in futures] == [0, 2, 4, 6, 8]
    assert [sorted(batch) for batch in batches] == [[0, 1, 2, 3, 4]]


def test_each_gets_its_own_failure() -> None:
    """One's error is not the others'."""
    group: GroupCommit[int, int] = GroupCommit(
        lambda items: [ValueError() if item == 1 else item for item in items]
    )

    futures = together(group, range(3))

    assert [type(each.exception()) for each in futures] == [type(None), ValueError, type(None)]


def test_a_turn_that_fails_fails_for_all_in_it() -> None:
    """The next turn is as if nothing had been."""
    failing = [True]

    def carry_out(items: Sequence[int]) -> Sequence[int]:
        if failing.pop():
            raise KeyError
        return items

    group: GroupCommit[int, int] = GroupCommit(carry_out)

    assert [type(each.exception()) for each in together(group, range(3))] == [KeyError] * 3
    failing.append(False)
    assert group.join(7) == 7


def test_who_is_ended_in_its_turn_leaves_nobody_waiting() -> None:
    """The one that is ended is ended; the others hear that nobody knows."""

    def carry_out(_items: Sequence[int]) -> Sequence[int]:
        raise Interrupted

    errors = [type(each.exception()) for each in together(GroupCommit(carry_out), range(3))]

    assert sorted(errors, key=str) == sorted([CutShort, CutShort, Interrupted], key=str)


def test_alone_is_no_different() -> None:
    """A single item is a batch of one."""
    assert GroupCommit[int, int](lambda items: items).join(3) == 3
    with pytest.raises(ZeroDivisionError):
        GroupCommit[int, int](lambda _: [1 // 0]).join(3)
