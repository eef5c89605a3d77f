"""Group commit: of the threads that wait for the same thing, whose turn it is does it for all.

What costs one write of a disk for one costs no more for twenty.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class CutShort(Exception):
    """Whoever had the turn was ended in it: whether the item was carried out is not known."""


class GroupCommit(Generic[T, R]):
    """Lets threads do together what each would do alone."""

    def __init__(self, carry_out: Callable[[Sequence[T]], Sequence[R | Exception]]) -> None:
        """Take what carries out everything that waits, and says for each what came of it."""
        self._carry_out = carry_out
        self._waiting: deque[tuple[T, Future[R]]] = deque()
        self._turn = Lock()

    def join(self, item: T) -> R:
        """Wait until the item is carried out, by this thread or another; return its result.

        Raises:
            CutShort: Nobody knows what came of it.
            Exception: What came of this item, or ended the turn of all.
        """
        answer: Future[R] = Future()
        self._waiting.append((item, answer))
        with self._turn:
            if not answer.done():
                self._take_turn([self._waiting.popleft() for _ in range(len(self._waiting))])
        return answer.result()

    def _take_turn(self, batch: Sequence[tuple[T, "Future[R]"]]) -> None:
        results: Sequence[R | Exception] = [CutShort() for _ in batch]
        try:
            results = self._carry_out([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 it is everybody's who waits
            results = [error for _ in batch]
        finally:
            for (_, answer), result in zip(batch, results, strict=True):
                if isinstance(result, Exception):
                    answer.set_exception(result)
                else:
                    answer.set_result(result)
