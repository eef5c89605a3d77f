"""Nothing is done more often than it may be, by all instances together."""

from collections.abc import Callable
from pathlib import Path

import pytest

from leadcloud.clock import SetClock
from leadcloud.rate import Left, Pace, RateExceeded, RateStopped, SharedRate
from leadcloud.store.interface import Action, Key, Reason, Record, StoreUnavailable
from leadcloud.store.sqlite import SqliteStore

MakeRates = Callable[..., list[SharedRate]]


class CountingStore(SqliteStore):
    """Counts what it is asked for, and may fail."""

    broken = False
    asked = 0

    def _get(self, key: Key) -> Record | None:
        self.asked += 1
        if self.broken:
            raise StoreUnavailable
        return super()._get(key)

    def _write(self, actions: list[Action]) -> list[Reason]:  # type: ignore[override]
        self.asked += 1
        return list(super()._write(actions))


@pytest.fixture
def store(tmp_path: Path, clock: SetClock) -> CountingStore:
    """Return a store that instances share."""
    return CountingStore(tmp_path / "store.sqlite", clock)


@pytest.fixture
def make_rates(store: CountingStore, clock: SetClock) -> MakeRates:
    """Return what makes instances that share a rate."""

    def make(instances: int, *, per_second: float, burst: int) -> list[SharedRate]:
        pace = Pace(per_second=per_second, burst=burst)
        key = Key("RATE#r", "RATE")
        return [SharedRate(store, key, clock=clock, pace=pace) for _ in range(instances)]

    return make


def let_through(rates: list[SharedRate]) -> int:
    """Take from all instances in turn until all are refused; return how many went through."""
    through = 0
    refused: set[int] = set()
    while len(refused) < len(rates):
        for number, rate in enumerate(rates):
            try:
                rate.take()
                through += 1
            except RateExceeded:
                refused.add(number)
    return through


@pytest.mark.parametrize("instances", [1, 3])
@pytest.mark.parametrize("burst", [1, 5, 40])
def test_all_instances_share_one_burst(make_rates: MakeRates, instances: int, burst: int) -> None:
    """However many there are, no more than a burst goes through at one moment."""
    assert let_through(make_rates(instances, per_second=2, burst=burst)) == burst


def test_over_time_the_rate_holds(make_rates: MakeRates, clock: SetClock) -> None:
    """After the burst, as many go through as seconds allow."""
    rates = make_rates(2, per_second=2, burst=5)
    let_through(rates)
    through = 0
    for _ in range(60):
        clock.move(1)
        through += let_through(rates)

    assert through == 120


def test_a_refusal_says_when_to_come_back(make_rates: MakeRates, clock: SetClock) -> None:
    """Whoever comes back then is let through."""
    (rate,) = make_rates(1, per_second=0.25, burst=1)
    rate.take()

    with pytest.raises(RateExceeded) as refused:
        rate.take()
    assert refused.value.retry_after == 4
    clock.move(4)
    rate.take()


def test_what_was_taken_and_not_used_is_lost(make_rates: MakeRates, clock: SetClock) -> None:
    """An instance that slept may not pour out its old share on top of the others' new one."""
    sleepy, busy = make_rates(2, per_second=10, burst=40)
    sleepy.take()
    clock.move(60)

    assert let_through([busy, sleepy]) == 40


def test_what_is_left_is_told(make_rates: MakeRates, clock: SetClock) -> None:
    """It falls by one each time, and is whole again when it is said to be."""
    (rate,) = make_rates(1, per_second=10, burst=40)
    told = [rate.take() for _ in range(40)]

    assert [each.number for each in told] == [*range(39, -1, -1)]
    assert told[-1].full_after == 4
    with pytest.raises(RateExceeded):
        rate.take()
    assert rate.left().number == 0
    clock.move(told[-1].full_after)
    assert (rate.left().number, rate.left().full_after) == (40, 0)


def test_what_is_left_is_never_told_too_high_or_too_soon(
    make_rates: MakeRates, clock: SetClock
) -> None:
    """Half of one is none yet, and a part of a second is a second."""
    (rate,) = make_rates(1, per_second=10, burst=40)
    for _ in range(40):
        rate.take()
    clock.move(0.05)

    assert rate.left() == Left(number=0, full_after=4)


def test_never_more_than_a_burst_is_told(make_rates: MakeRates, clock: SetClock) -> None:
    """An instance that rested holds its share besides; a caller is told no more than the policy."""
    (rate,) = make_rates(1, per_second=10, burst=40)
    rate.take()
    clock.move(0.3)

    assert rate.take().number == 40


def test_what_is_fast_does_not_ask_the_store_each_time(
    make_rates: MakeRates, store: CountingStore, clock: SetClock
) -> None:
    """A tenth of a burst is taken with one read and one write."""
    (rate,) = make_rates(1, per_second=50, burst=1_000)
    for _ in range(500):
        rate.take()
        clock.move(0.01)

    assert store.asked == 2 * 500 / 100


def test_who_is_refused_again_and_again_costs_the_store_nothing(
    make_rates: MakeRates, store: CountingStore, clock: SetClock
) -> None:
    """Until the moment at which one may be let through."""
    (rate,) = make_rates(1, per_second=1, burst=20)
    let_through([rate])
    before = store.asked
    for _ in range(100):
        with pytest.raises(RateExceeded):
            rate.take()
    assert store.asked == before

    clock.move(1)
    rate.take()


def test_what_is_stopped_lets_nothing_through(make_rates: MakeRates, clock: SetClock) -> None:
    """In the instance that stopped it at once, in others when their share is used up."""
    here, there = make_rates(2, per_second=50, burst=100)
    here.take()
    there.take()
    here.stop()

    with pytest.raises(RateStopped):
        here.take()
    for _ in range(9):
        there.take()
    for _ in range(2):
        with pytest.raises(RateStopped):
            there.take()
        clock.move(600)


def test_without_the_store_everything_goes_through(
    make_rates: MakeRates, store: CountingStore, clock: SetClock
) -> None:
    """The store is asked again after a while, not each time; then the rate holds as before."""
    (rate,) = make_rates(1, per_second=1, burst=5)
    store.broken = True
    for _ in range(100):
        rate.take()
    assert store.asked == 1
    clock.move(5)
    rate.take()
    assert store.asked == 2

    store.broken = False
    clock.move(5)

    assert let_through([rate]) == 5
