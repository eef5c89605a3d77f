"""Time as an argument: what the hour is, and how much of it is left."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time; a test brings one that it sets itself."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""

    def monotonic(self) -> float:
        """Return seconds that only ever grow; their zero means nothing."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that only ever grow; their zero means nothing."""
        return time.monotonic()


class SetClock:
    """A clock that stands still until it is moved: for tests, and for travelling through years."""

    def __init__(self, now: datetime) -> None:
        self._start = now
        self._elapsed = 0.0

    def now(self) -> datetime:
        """Return the moment that the clock was moved to."""
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Return the seconds that the clock was moved by."""
        return self._elapsed

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self._elapsed += seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Deadline:
    """A moment after which nobody waits for the answer any more."""

    clock: Clock
    at: float
    """Seconds on the clock's monotonic scale."""

    @classmethod
    def after(cls, seconds: float, clock: Clock) -> "Deadline":
        """Return the deadline that lies the given seconds ahead."""
        return cls(clock=clock, at=clock.monotonic() + seconds)

    def remaining(self) -> float:
        """Return the seconds left, never below zero."""
        return max(0.0, self.at - self.clock.monotonic())


def rfc3339(moment: datetime) -> str:
    """Write a moment as the API does: UTC, whole seconds, with a Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
