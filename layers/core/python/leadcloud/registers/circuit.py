"""The circuit breaker: a register is left alone after failures, and as long as it wants to be.

The state is one record in the store, so that it holds for all instances of a stateless function.
While all is well it costs one read of the store every few seconds and no write.
"""

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from leadcloud.clock import Clock
from leadcloud.registers.interface import RegisterOpenCircuit, RegisterRateLimited
from leadcloud.store.interface import (
    Key,
    Record,
    RecordExists,
    Store,
    StoreError,
    VersionConflict,
)

FAILURES = 5
"""In a row, after which nobody asks any more."""
REST = timedelta(seconds=30)
"""How long, until one call tries whether it works again."""
PROBE = timedelta(seconds=10)
"""How long that one call may take before another tries."""

_REMEMBERED = 5.0
"""Seconds that a state is believed without asking the store."""
_TRIES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class _State:
    failures: int = 0
    alone_until: datetime | None = None
    asked_us_to: bool = False
    """It said so itself (429), and has not failed."""


class Circuit:
    """The circuit breaker of one register."""

    def __init__(self, store: Store, register_id: str, clock: Clock) -> None:
        self._store = store
        self._key = Key(f"REGISTER-HEALTH#{register_id}", "CIRCUIT")
        self._clock = clock
        self._state = _State()
        self._believed_until = -math.inf

    def admit(self) -> None:
        """Let a call through, or say why not.

        Raises:
            RegisterOpenCircuit: The register failed again and again.
            RegisterRateLimited: It asked to be left alone until later.
        """
        if self._clock.monotonic() >= self._believed_until:
            self._read()
        state = self._state
        if state.alone_until is None:
            return
        left = (state.alone_until - self._clock.now()).total_seconds()
        if left > 0:
            refusal = RegisterRateLimited if state.asked_us_to else RegisterOpenCircuit
            raise refusal(retry_after=math.ceil(left))
        if not state.asked_us_to and not self._is_the_probe():
            raise RegisterOpenCircuit(retry_after=1)

    def succeeded(self) -> None:
        """Note that the register answered."""
        if self._state != _State():
            self._change(lambda _: _State())

    def failed(self) -> None:
        """Note that the register did not answer as it should."""
        self._change(self._after_failure)

    def leave_alone(self, seconds: int) -> None:
        """Note that the register asked not to be called for so long."""
        until = self._clock.now() + timedelta(seconds=seconds)
        self._change(
            lambda state: _State(failures=state.failures, alone_until=until, asked_us_to=True)
        )

    def _after_failure(self, state: _State) -> _State:
        failures = state.failures + 1
        rests = self._clock.now() + REST if failures >= FAILURES else None
        return _State(failures=failures, alone_until=rests)

    def _is_the_probe(self) -> bool:
        """Tell whether this call is the one that tries again; all others keep away meanwhile."""
        until = self._clock.now() + PROBE
        try:
            record = self._store.get(self._key)
            state = _state_of(record)
            if record is None or state.alone_until is None:
                return True
            if state.alone_until > self._clock.now():
                self._believe(state)
                return False
            probing = _State(failures=state.failures, alone_until=until)
            self._store.update(record, _attributes(probing))
        except VersionConflict:
            return False
        except StoreError:
            return True
        self._believe(probing)
        return True

    def _read(self) -> None:
        # The health of a register is not worth failing a search for.
        with suppress(StoreError):
            self._believe(_state_of(self._store.get(self._key)))

    def _change(self, change: Callable[[_State], _State]) -> None:
        for _ in range(_TRIES):
            try:
                record = self._store.get(self._key)
                state = change(_state_of(record))
                if record is None:
                    self._store.put_if_absent(self._key, _attributes(state))
                else:
                    self._store.update(record, _attributes(state))
            except (RecordExists, VersionConflict):
                continue
            except StoreError:
                return
            self._believe(state)
            return

    def _believe(self, state: _State) -> None:
        self._state = state
        self._believed_until = self._clock.monotonic() + _REMEMBERED


def _attributes(state: _State) -> dict[str, str | int | bool | None]:
    until = state.alone_until
    return {
        "failures": state.failures,
        "alone_until": until.isoformat() if until else None,
        "asked_us_to": state.asked_us_to,
    }


def _state_of(record: Record | None) -> _State:
    if record is None:
        return _State()
    until = record.attributes["alone_until"]
    return _State(
        failures=cast("int", record.attributes["failures"]),
        alone_until=datetime.fromisoformat(str(until)) if until else None,
        asked_us_to=bool(record.attributes["asked_us_to"]),
    )
