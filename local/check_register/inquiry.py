"""Asks a register for single pages, at the pace it bears, and keeps what it answered in memory."""

import time
from dataclasses import dataclass
from typing import Any

from leadcloud.clock import Deadline, SystemClock
from leadcloud.registers.call import Call
from leadcloud.registers.condition import Condition
from leadcloud.registers.directory_api import DirectoryApi
from leadcloud.registers.interface import PageRequest, RegisterPage
from leadcloud.registers.manifest import Manifest
from leadcloud.registers.outbound import Outbound
from leadcloud.registers.paging import member
from leadcloud.secrets import Secrets


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Look:
    """One page, as the register gave it and as we read it. Holds persons, hence no repr."""

    page: RegisterPage
    records: list[Any]
    milliseconds: int


class Inquiry:
    """A register that is being looked at."""

    def __init__(self, manifest: Manifest, secrets: Secrets, *, size: int) -> None:
        """Take a register; nothing is sent yet.

        Args:
            manifest: What is to be true of it.
            secrets: Those that the manifest names.
            size: Records wanted on a page, where the register lets us choose.

        Raises:
            SecretMissing: The manifest names a secret that is not there.
        """
        self.manifest = manifest
        self._door = _Door()
        self._register = DirectoryApi(manifest, self._door, secrets)
        self._size = size
        self._pause = 1 / manifest.limits.per_second if manifest.limits else 0.0

    def ask(self, *conditions: Condition, position: str | None = None) -> Look:
        """Return one page of contacts that meet the conditions.

        Raises:
            RegisterError: The register gave none.
        """
        time.sleep(self._pause)
        started = time.monotonic()
        page = self._register.fetch(
            PageRequest(
                criteria=conditions,
                size=self._size,
                position=position,
                deadline=Deadline.after(self.manifest.request.max_seconds, SystemClock()),
                request_id="check-register",
            )
        )
        return Look(
            page=page,
            records=member(self._door.answer, self.manifest.extract.records) or [],
            milliseconds=round((time.monotonic() - started) * 1000),
        )

    def close(self) -> None:
        """Close the connections."""
        self._door.close()


class _Door(Outbound):
    """Keeps the last answer."""

    answer: Any = None

    def send(self, call: Call, deadline: Deadline) -> Any:
        self.answer = super().send(call, deadline)
        return self.answer
