"""How often the same network or address may do something, without keeping what it is."""

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import cast

from functions.dsar_router.request import References
from leadcloud.clock import Clock
from leadcloud.store.interface import Key, PutIfAbsent, Store, TransactionCancelled, Update

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TRIES = 5
_PREFIX = {4: 24, 6: 48}
"""Bits that one customer of a network provider typically shares with nobody, or few."""


class Throttle:
    """Counts within windows of time."""

    def __init__(self, store: Store, clock: Clock, window: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._window = window

    def count(self, what: str, origin: str) -> int:
        """Count one more and return how many there were in this window."""
        key = self._key(what, origin)
        for _ in range(_TRIES):
            record = self._store.get(key)
            so_far = cast("int", record.attributes["count"]) if record else 0
            attributes, end = {"count": so_far + 1}, self._opened() + self._window
            action = (
                Update(key=key, version=record.version, attributes=attributes, expires_at=end)
                if record
                else PutIfAbsent(key=key, attributes=attributes, expires_at=end)
            )
            try:
                self._store.transact(action)
            except TransactionCancelled:
                continue
            return so_far + 1
        return 0  # so many at once that one more or less does not matter

    def counted(self, what: str, origin: str) -> int:
        """Return how many there were in this window."""
        record = self._store.get(self._key(what, origin))
        return cast("int", record.attributes["count"]) if record else 0

    def seconds_left(self) -> int:
        """Return the seconds until the next window begins."""
        return int((self._opened() + self._window - self._clock.now()).total_seconds()) + 1

    def _key(self, what: str, origin: str) -> Key:
        return Key(f"THROTTLE#{what}", f"{self._opened():%Y%m%d%H}#{origin}")

    def _opened(self) -> datetime:
        return self._clock.now() - (self._clock.now() - _EPOCH) % self._window


def origin_of(address: str, now: datetime, references: References) -> str:
    """Return a keyed hash of the network of an address; another every day."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        network = "unknown"
    else:
        network = str(ipaddress.ip_network((ip, _PREFIX[ip.version]), strict=False))
    return references.hidden(f"origin {now:%Y-%m-%d}", network)[:32]
