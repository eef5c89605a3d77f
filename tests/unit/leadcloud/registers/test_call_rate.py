"""A register is called no more often than it bears, by all instances together."""

from pathlib import Path

import pytest

from leadcloud.clock import SetClock
from leadcloud.registers.call_rate import CallRate
from leadcloud.registers.interface import RegisterRateLimited
from leadcloud.store.interface import Store
from leadcloud.store.sqlite import SqliteStore


@pytest.fixture
def store(tmp_path: Path, clock: SetClock) -> Store:
    """Return a store that instances share."""
    return SqliteStore(tmp_path / "store.sqlite", clock)


def let_through(rates: list[CallRate]) -> int:
    """Call from all instances in turn until all are refused; return how many calls went through."""
    through = 0
    refused: set[int] = set()
    while len(refused) < len(rates):
        for number, rate in enumerate(rates):
            try:
                rate.take()
                through += 1
            except RegisterRateLimited:
                refused.add(number)
    return through


@pytest.mark.parametrize("instances", [1, 3])
@pytest.mark.parametrize("burst", [1, 5, 40])
def test_all_instances_share_one_burst(
    store: Store, clock: SetClock, instances: int, burst: int
) -> None:
    """However many there are, no more than a burst goes through at one moment."""
    rates = [CallRate(store, "r", clock, per_second=2, burst=burst) for _ in range(instances)]

    assert let_through(rates) == burst


def test_over_time_the_rate_holds(store: Store, clock: SetClock) -> None:
    """After the burst, as many calls go through as seconds allow."""
    rates = [CallRate(store, "r", clock, per_second=2, burst=5) for _ in range(2)]
    let_through(rates)
    through = 0
    for _ in range(60):
        clock.move(1)
        through += let_through(rates)

    assert through == 120


def test_a_refusal_says_when_to_come_back(store: Store, clock: SetClock) -> None:
    """And then the call goes through."""
    rate = CallRate(store, "r", clock, per_second=0.25, burst=1)
    rate.take()

    with pytest.raises(RegisterRateLimited) as refused:
        rate.take()
    assert refused.value.retry_after == 4
    clock.move(4)
    rate.take()


def test_calls_that_were_taken_and_not_used_are_lost(store: Store, clock: SetClock) -> None:
    """An instance that slept may not pour out its old share on top of the others' new one."""
    sleepy, busy = (CallRate(store, "r", clock, per_second=10, burst=40) for _ in range(2))
    sleepy.take()
    clock.move(60)

    assert let_through([busy, sleepy]) == 40
