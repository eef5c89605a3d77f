"""A register is asked again only where that is free, in time, and seldom."""

from collections.abc import Sequence
from pathlib import Path
from random import SystemRandom

import pytest

from leadcloud.clock import Deadline, SetClock
from leadcloud.registers.careful_register import CarefulRegister, Retries
from leadcloud.registers.circuit import FAILURES, Circuit
from leadcloud.registers.in_memory import InMemoryRegister
from leadcloud.registers.interface import (
    PageRequest,
    RegisterError,
    RegisterOpenCircuit,
    RegisterRateLimited,
    RegisterRefused,
    RegisterTimeout,
    RegisterUnavailable,
)
from leadcloud.store.sqlite import SqliteStore
from tests.contacts import describe, person


class Asked:
    """A careful register over one that fails as told, and how it was asked."""

    def __init__(
        self, folder: Path, clock: SetClock, errors: Sequence[RegisterError], *, repeatable: bool
    ) -> None:
        self.clock = clock
        self.inner = InMemoryRegister(describe("r"), [person(1)], errors=errors)
        self.retries = Retries(SystemRandom(), sleep=clock.move, repeatable=repeatable)
        self.register = CarefulRegister(
            self.inner,
            Circuit(SqliteStore(folder / "store.sqlite", clock), "r", clock),
            self.retries,
        )

    def fetch(self, *, seconds: float = 2.5) -> int:
        """Fetch a page within so many seconds and return how many contacts it holds."""
        request = PageRequest(
            criteria=(),
            size=10,
            position=None,
            deadline=Deadline.after(seconds, self.clock),
            request_id="r",
        )
        return len(self.register.fetch(request).contacts)

    @property
    def calls(self) -> int:
        """How often the register was asked."""
        return len(self.inner.requests)


def test_a_free_call_that_failed_is_made_again(tmp_path: Path, clock: SetClock) -> None:
    """A call that costs nothing is repeated once, after a moment."""
    asked = Asked(tmp_path, clock, [RegisterUnavailable()], repeatable=True)

    assert (asked.fetch(), asked.calls) == (1, 2)
    assert clock.monotonic() > 0


def test_no_call_is_made_three_times(tmp_path: Path, clock: SetClock) -> None:
    """One search does not open the circuit for all by itself, whatever retries were earned."""
    asked = Asked(tmp_path, clock, [RegisterUnavailable()] * 10, repeatable=True)
    for _ in range(50):
        asked.retries.took(0)

    with pytest.raises(RegisterUnavailable):
        asked.fetch()
    assert asked.calls == 2


def test_a_call_that_may_be_charged_is_never_made_again(tmp_path: Path, clock: SetClock) -> None:
    """A second call would be a second charge."""
    asked = Asked(tmp_path, clock, [RegisterUnavailable()], repeatable=False)

    with pytest.raises(RegisterUnavailable):
        asked.fetch()
    assert asked.calls == 1


@pytest.mark.parametrize("error", [RegisterRefused(), RegisterTimeout()])
def test_what_would_fail_again_is_not_tried_again(
    tmp_path: Path, clock: SetClock, error: RegisterError
) -> None:
    """A refusal stays one, and a timeout has used up the time."""
    asked = Asked(tmp_path, clock, [error], repeatable=True)

    with pytest.raises(type(error)):
        asked.fetch()
    assert asked.calls == 1


def test_a_retry_after_is_honoured_within_the_deadline(tmp_path: Path, clock: SetClock) -> None:
    """The call is made when the register said, and not before."""
    asked = Asked(tmp_path, clock, [RegisterRateLimited(retry_after=2)], repeatable=True)

    assert (asked.fetch(), clock.monotonic()) == (1, 2)


def test_nobody_waits_beyond_the_deadline(tmp_path: Path, clock: SetClock) -> None:
    """The caller is told at once instead, and the register is left alone for that long."""
    asked = Asked(tmp_path, clock, [RegisterRateLimited(retry_after=7)], repeatable=True)

    for _ in range(2):
        with pytest.raises(RegisterRateLimited):
            asked.fetch()
    assert (asked.calls, clock.monotonic()) == (1, 0)


def test_retries_are_a_tenth_of_the_calls(tmp_path: Path, clock: SetClock) -> None:
    """A register in trouble is not helped by twice as many calls."""
    errors = [RegisterUnavailable()] * 1000
    asked = Asked(tmp_path, clock, errors, repeatable=True)
    for _ in range(3):
        with pytest.raises(RegisterError):
            asked.fetch()

    assert asked.calls == 4


def test_a_register_that_is_down_is_not_asked(tmp_path: Path, clock: SetClock) -> None:
    """The answer says so at once, instead of waiting for it to fail again."""
    asked = Asked(tmp_path, clock, [RegisterTimeout()] * FAILURES, repeatable=False)
    for _ in range(FAILURES):
        with pytest.raises(RegisterTimeout):
            asked.fetch()

    with pytest.raises(RegisterOpenCircuit):
        asked.fetch()
    assert asked.calls == FAILURES


def test_a_call_without_time_says_nothing_about_health(tmp_path: Path, clock: SetClock) -> None:
    """The last page before a deadline may time out although the register is well."""
    asked = Asked(tmp_path, clock, [RegisterTimeout()] * (FAILURES + 1), repeatable=False)
    for _ in range(FAILURES + 1):
        with pytest.raises(RegisterTimeout):
            asked.fetch(seconds=0.2)

    assert asked.fetch() == 1
