"""A register asked with care: not while it is down, not more often than it bears, again if free."""

import time
from collections import deque
from collections.abc import Callable
from random import Random
from typing import TypeVar

from leadcloud.clock import Deadline
from leadcloud.rate import RateExceeded, SharedRate
from leadcloud.registers.circuit import Circuit
from leadcloud.registers.interface import (
    PageRequest,
    Register,
    RegisterAnswerInvalid,
    RegisterError,
    RegisterPage,
    RegisterRateLimited,
    RegisterTimeout,
    RegisterUnavailable,
)

T = TypeVar("T")

_FAILURES = (RegisterTimeout, RegisterUnavailable, RegisterAnswerInvalid)
"""What speaks of the register's health; a refusal speaks of our request."""

_FAIR = 0.5
"""Seconds. A call that had less than this at its start says nothing about a register's health."""

_EARNED_PER_CALL = 0.1
_MOST_EARNED = 10.0
"""Repetitions: what a call earns that succeeded, and how many can be saved up."""
_RECENT = 20
"""Calls whose durations say how long another would take."""


class Retries:
    """When a failed call is made once more.

    Only where it costs nothing, only while there is time for another of its kind, and for no more
    than a tenth of the calls: a register in trouble is not helped by twice as many.
    """

    def __init__(
        self, random: Random, *, sleep: Callable[[float], None] = time.sleep, repeatable: bool
    ) -> None:
        self._random = random
        self._sleep = sleep
        self._repeatable = repeatable
        self._budget = 1.0
        self._durations: deque[float] = deque([0.0], maxlen=_RECENT)

    def took(self, seconds: float) -> None:
        """Note how long a call took that succeeded."""
        self._durations.append(seconds)
        self._budget = min(_MOST_EARNED, self._budget + _EARNED_PER_CALL)

    def waits(self, error: RegisterError, deadline: Deadline) -> bool:
        """Tell whether to try again, having waited for as long as is right before it."""
        if not self._repeatable or self._budget < 1:
            return False
        if not isinstance(error, RegisterUnavailable | RegisterRateLimited):
            return False
        wait = error.retry_after or self._random.uniform(0.05, 0.15)
        if wait + max(self._durations) >= deadline.remaining():
            return False
        self._budget -= 1
        self._sleep(wait)
        return True


class CarefulRegister(Register):
    """Puts a circuit breaker, a rate limit and retries around another register."""

    def __init__(
        self,
        register: Register,
        circuit: Circuit,
        retries: Retries,
        *,
        rate: SharedRate | None = None,
    ) -> None:
        self.description = register.description
        self._register = register
        self._circuit = circuit
        self._retries = retries
        self._rate = rate

    def fetch(self, request: PageRequest) -> RegisterPage:
        """Return one page, or say at once that the register is not asked now."""
        return self._asked_again(self._register.fetch, request)

    def count(self, request: PageRequest) -> int | None:
        """Return how many there are, or say at once that the register is not asked now."""
        return self._asked_again(self._register.count, request)

    def _asked_again(self, ask: Callable[[PageRequest], T], request: PageRequest) -> T:
        # Once more and no oftener: one search would otherwise open the circuit for all by itself.
        try:
            return self._asked(ask, request)
        except RegisterError as error:
            if not self._retries.waits(error, request.deadline):
                raise
        return self._asked(ask, request)

    def _asked(self, ask: Callable[[PageRequest], T], request: PageRequest) -> T:
        self._circuit.admit()
        self._brake()
        started = request.deadline.clock.monotonic()
        fair = request.deadline.remaining() >= _FAIR
        try:
            answer = ask(request)
        except _FAILURES:
            if fair:
                self._circuit.failed()
            raise
        except RegisterRateLimited as error:
            if error.retry_after:
                self._circuit.leave_alone(error.retry_after)
            raise
        self._circuit.succeeded()
        self._retries.took(request.deadline.clock.monotonic() - started)
        return answer

    def _brake(self) -> None:
        if self._rate is None:
            return
        try:
            self._rate.take()
        except RateExceeded as exceeded:
            raise RegisterRateLimited(retry_after=exceeded.retry_after) from None
