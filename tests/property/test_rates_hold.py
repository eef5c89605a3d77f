"""However instances take turns and time passes, a rate holds."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from leadcloud.clock import SetClock
from leadcloud.rate import Pace, RateExceeded, SharedRate
from leadcloud.store.interface import Key
from leadcloud.store.sqlite import SqliteStore

TURNS = st.lists(
    st.tuples(st.sampled_from((0, 1, 390, 5_000)), st.tuples(*[st.sampled_from((1, 50))] * 3)),
    min_size=3,
    max_size=6,
)
"""The milliseconds that pass, and how many times each of the instances takes then."""


@settings(max_examples=30, deadline=None)
@given(turns=TURNS, burst=st.sampled_from((5, 40)))
def test_in_no_span_of_time_does_more_go_through(
    turns: list[tuple[int, tuple[int, ...]]], burst: int
) -> None:
    """At most a burst, one instance's share, and what the span itself allows."""
    clock = SetClock(datetime(2026, 11, 23, 12, tzinfo=UTC))
    with TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "store.sqlite", clock)
        pace = Pace(per_second=10, burst=burst)
        rates = [SharedRate(store, Key("RATE#r", "RATE"), clock=clock, pace=pace) for _ in range(3)]
        through: list[float] = []
        for milliseconds, takes in turns:
            clock.move(milliseconds / 1000)
            for rate, times in zip(rates, takes, strict=True):
                through += [clock.monotonic()] * sum(_taken(rate) for _ in range(times))
        store.close()

    share = max(1, burst // 10)
    for first, start in enumerate(through):
        for last, end in enumerate(through[first:], first):
            assert last - first + 1 <= burst + share + (end - start + 0.001) * 10


def _taken(rate: SharedRate) -> bool:
    try:
        rate.take()
    except RateExceeded:
        return False
    return True
