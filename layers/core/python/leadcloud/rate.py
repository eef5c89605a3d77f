"""How often something may be done, by all instances together: the generic cell rate algorithm.

One record holds the theoretical arrival time: when what was done so far would be through if it came
evenly. One more is let through if that lies no more than a burst ahead. An instance takes several
at once, so that what is done fast does not cost a write of the store each time; what it does not
use in time is lost, so that no instance pours out an old share on top of the others' new ones.

Source: ITU-T I.371, virtual scheduling.
"""

import math
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple, cast

from leadcloud.clock import Clock
from leadcloud.store.interface import (
    Key,
    Record,
    RecordExists,
    Store,
    StoreError,
    StoreUnavailable,
    VersionConflict,
)

_TRIES = 8
_FORGOTTEN = timedelta(hours=1)
"""After so long without anything a full burst is there anyway."""

_BLIND_MS = 5_000
"""For so long the store is not asked again after it failed, and everything is let through."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """So many a second in the long run, and so many at once after a rest."""

    per_second: float
    burst: int

    @property
    def interval(self) -> float:
        """Milliseconds from one to the next."""
        return 1000 / self.per_second


class Left(NamedTuple):
    """What may still be done, as far as one instance knows."""

    number: int
    full_after: int
    """Seconds until a whole burst may be done again."""


class RateExceeded(Exception):
    """It would be one too many."""

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after
        """Whole seconds until it would not."""


class RateStopped(Exception):
    """It was stopped altogether."""


class SharedRate:
    """The pace of one thing."""

    def __init__(self, store: Store, key: Key, *, clock: Clock, pace: Pace) -> None:
        self._store = store
        self._key = key
        self._clock = clock
        self._pace = pace
        # A tenth of a burst at once: few enough that an instance that dies takes little with it.
        self._lease = max(1, pace.burst // 10)
        self._lock = threading.Lock()
        self._leased = 0
        self._arrival = 0
        """As the record had it when this instance took its share."""
        self._blind_until = 0
        self._closed_until = 0
        """Nobody can be let through before, so the store need not be asked."""

    def take(self) -> Left:
        """Let one through, and say how many are left.

        Raises:
            RateExceeded: It would be one too many.
            RateStopped: Nothing is let through any more.
        """
        with self._lock:
            now = self._now()
            if now >= self._blind_until:
                self._take(now)
            return self._left(now)

    def left(self) -> Left:
        """Say how many are left, and take none."""
        with self._lock:
            return self._left(self._now())

    def stop(self) -> None:
        """Let nothing through any more; other instances may use up the shares that they hold.

        It lasts until nobody has asked for an hour.

        Raises:
            StoreUnavailable: It could not be written.
        """
        with self._lock:
            self._leased = 0
            for _ in range(_TRIES):
                try:
                    self._write(self._store.get(self._key), self._now(), stopped=True)
                except (RecordExists, VersionConflict):
                    continue
                return
        raise StoreUnavailable

    def _take(self, now: int) -> None:
        if not self._leased or now >= self._arrival:
            self._leased = 0
            if now < self._closed_until:
                raise _exceeded(self._closed_until - now)
            self._leased = self._taken(now)
        self._leased -= 1

    def _left(self, now: int) -> Left:
        burst, ahead = self._pace.burst, self._arrival - now
        if ahead <= 0:
            return Left(number=burst, full_after=0)
        free = math.floor(burst - ahead / self._pace.interval)
        number = min(burst, max(0, free) + self._leased)
        return Left(number=number, full_after=math.ceil(ahead / 1000))

    def _taken(self, now: int) -> int:
        """Take a share from the shared record; return how large it is."""
        for number in (self._lease, *[1] * _TRIES):
            try:
                self._advance(now, number)
            except (RecordExists, VersionConflict):
                continue
            except RateExceeded:
                if number == 1:
                    raise
            except StoreError:
                # Who is not known to be too fast is let through rather than refused.
                self._blind_until = now + _BLIND_MS
                return 1
            else:
                return number
        raise RateExceeded(retry_after=1)

    def _advance(self, now: int, number: int) -> None:
        record = self._store.get(self._key)
        if record and record.attributes.get("stopped"):
            raise RateStopped
        arrival = cast("int", record.attributes["arrival"]) if record else now
        after = max(arrival, now) + math.ceil(number * self._pace.interval)
        ahead = after - now - math.floor(self._pace.burst * self._pace.interval)
        if ahead > 0:
            self._arrival = max(arrival, now)
            self._closed_until = now + ahead if number == 1 else 0
            raise _exceeded(ahead)
        self._write(record, after)
        self._arrival = after

    def _write(self, record: Record | None, arrival: int, *, stopped: bool = False) -> None:
        attributes = {"arrival": arrival, "stopped": stopped}
        expires_at = self._clock.now() + _FORGOTTEN
        if record is None:
            self._store.put_if_absent(self._key, attributes, expires_at=expires_at)
        else:
            self._store.update(record, attributes, expires_at=expires_at)

    def _now(self) -> int:
        """Return milliseconds on a scale that all instances share."""
        return math.floor(self._clock.now().timestamp() * 1000)


def _exceeded(milliseconds: int) -> RateExceeded:
    return RateExceeded(retry_after=math.ceil(milliseconds / 1000))
