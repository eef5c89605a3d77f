"""How long a collection may still go on, where somebody ends it after a while."""

import time
from collections.abc import Callable

from leadcloud.clock import Deadline


class OutOfTime(Exception):
    """The time is up; what was read is kept, and the next run goes on from there."""


class TimeLeft:
    """The time until a deadline, for a client that asks no more after it."""

    def __init__(self, until: Deadline, sleep: Callable[[float], None] = time.sleep) -> None:
        self._until = until
        self._sleep = sleep

    def check(self) -> None:
        """Go on if there is time left.

        Raises:
            OutOfTime: There is none.
        """
        if self._until.remaining() <= 0:
            raise OutOfTime

    def sleep(self, seconds: float) -> None:
        """Wait, if there is time for it.

        Raises:
            OutOfTime: There is not; nothing was waited for.
        """
        if self._until.remaining() < seconds:
            raise OutOfTime
        self._sleep(seconds)
