"""How often a register is called, by all instances together: the generic cell rate algorithm.

One record holds the theoretical arrival time: when the calls so far would be through if they came
evenly. A call is let through if that lies no more than a burst ahead. An instance may take several
calls at once, so that a fast register does not cost a write of the store per call.

Source: ITU-T I.371, virtual scheduling.
"""

import math
import threading
from datetime import timedelta
from typing import cast

from leadcloud.clock import Clock
from leadcloud.registers.interface import RegisterRateLimited
from leadcloud.store.interface import Key, RecordExists, Store, StoreError, VersionConflict

_TRIES = 8
_FORGOTTEN = timedelta(hours=1)
"""A register that was not called for so long starts with a full burst anyway."""


class CallRate:
    """The limit of one register."""

    def __init__(
        self, store: Store, register_id: str, clock: Clock, *, per_second: float, burst: int
    ) -> None:
        self._store = store
        self._key = Key(f"REGISTER-HEALTH#{register_id}", "RATE")
        self._clock = clock
        self._interval = 1000 / per_second
        self._burst = burst
        # A tenth of a burst at once: few enough that an instance that dies takes little with it.
        self._lease = max(1, burst // 10)
        self._lock = threading.Lock()
        self._leased = 0
        self._leased_until = 0

    def take(self) -> None:
        """Let one call through.

        Raises:
            RegisterRateLimited: It would be one too many; says when it would not.
        """
        with self._lock:
            now = self._now()
            if self._leased and now < self._leased_until:
                self._leased -= 1
                return
            taken, until = self._taken(now)
            self._leased, self._leased_until = taken - 1, until

    def _taken(self, now: int) -> tuple[int, int]:
        """Take calls from the shared record; return how many, and until when they may be used."""
        for number in (self._lease, *[1] * _TRIES):
            try:
                return number, self._advance(now, number)
            except (RecordExists, VersionConflict):
                continue
            except RegisterRateLimited:
                if number == 1:
                    raise
            except StoreError:
                # Not knowing the rate, one call is let through rather than a search refused.
                return 1, now
        raise RegisterRateLimited(retry_after=1)

    def _advance(self, now: int, number: int) -> int:
        record = self._store.get(self._key)
        arrival = cast("int", record.attributes["arrival"]) if record else now
        after = max(arrival, now) + math.ceil(number * self._interval)
        ahead = after - now - math.floor(self._burst * self._interval)
        if ahead > 0:
            raise RegisterRateLimited(retry_after=math.ceil(ahead / 1000))
        expires_at = self._clock.now() + _FORGOTTEN
        if record is None:
            self._store.put_if_absent(self._key, {"arrival": after}, expires_at=expires_at)
        else:
            self._store.update(record, {"arrival": after}, expires_at=expires_at)
        return after

    def _now(self) -> int:
        """Return milliseconds on a scale that all instances share."""
        return math.floor(self._clock.now().timestamp() * 1000)
