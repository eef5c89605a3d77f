"""Which release of the building database is the current one: the file that lies at its path now."""

import sqlite3
from pathlib import Path

from leadcloud.buildings.store import BuildingStore
from leadcloud.clock import Clock
from leadcloud.errors import Unavailable

_SECONDS_BETWEEN_LOOKS = 1.0
RELEASES_COME = 3600
"""Seconds after which it makes sense to look again: a release comes with a deployment."""


class BuildingFile:
    """The current release at a path. A newer file put in its place is taken up within a second."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._opened: tuple[tuple[int, int], BuildingStore] | None = None
        self._good_until = 0.0

    def store(self) -> BuildingStore:
        """Return the store of the release that is there now.

        Raises:
            Unavailable: There is no building database, or it is none that this code reads.
        """
        opened, now = self._opened, self._clock.monotonic()
        if opened is not None and now < self._good_until:
            return opened[1]
        try:
            status = self._path.stat()
        except FileNotFoundError:
            raise Unavailable(
                "There is no building database here yet.", retry_after=RELEASES_COME
            ) from None
        version = (status.st_ino, status.st_mtime_ns)
        if opened is None or opened[0] != version:
            opened = (version, self._open())
            self._opened = opened
        self._good_until = now + _SECONDS_BETWEEN_LOOKS
        return opened[1]

    def _open(self) -> BuildingStore:
        try:
            return BuildingStore(self._path)
        except (ValueError, TypeError, sqlite3.DatabaseError):
            raise Unavailable(
                "The building database is broken, or of another version; it must be collected anew.",
                retry_after=RELEASES_COME,
            ) from None
