"""What may be said about a whole register."""

from collections.abc import Iterable
from datetime import timedelta
from statistics import mean, pstdev

import pytest

from functions.predict_age.disclosure import (
    NEAREST,
    REMEMBERED,
    Cohort,
    CohortLog,
    Person,
    distance,
)
from leadcloud.clock import SetClock
from leadcloud.errors import CohortTooSmall
from leadcloud.store.interface import Key, Store
from leadcloud.wiring import Services
from tests.plugins.ages import chance


def persons(numbers: Iterable[int]) -> list[Person]:
    """Return synthetic persons by number."""
    return [
        Person(
            first_name=f"Testi{'abcdefghij'[n % 10]}{'klmnopqrst'[n // 10 % 10]}",
            sex=None,
            postal_code=f"{n:05d}",
        )
        for n in numbers
    ]


def cohort(numbers: Iterable[int]) -> Cohort:
    """Return the cohort of these persons."""
    return Cohort(persons(numbers), "secret")


@pytest.fixture
def log(services: Services, clock: SetClock) -> CohortLog:
    """A log of cohorts in a store of its own."""
    return CohortLog(services.store, clock)


def test_a_sketch_tells_by_how_many_persons_cohorts_differ() -> None:
    """The estimate is within a fifth or so, and exact for equal cohorts."""
    random = chance(1)
    for differing in (1, 5, 9, 20, 100):
        base = random.sample(range(10_000), 300)
        changed = base[differing:]
        estimate = distance(cohort(base).sketch(), cohort(changed).sketch())
        assert estimate == pytest.approx(differing, rel=0.5)
    assert distance(cohort(base).sketch(), cohort(reversed(base)).sketch()) == 0


def test_nine_differing_persons_are_always_found() -> None:
    """The limit leaves room for the estimate's error."""
    estimates = [
        distance(cohort(range(n, n + 200)).sketch(), cohort(range(n + 9, n + 200)).sketch())
        for n in range(0, 12_000, 300)
    ]

    assert mean(estimates) == pytest.approx(9, rel=0.1)
    assert max(estimates) < NEAREST


def test_a_neighbour_of_an_answered_cohort_is_refused(log: CohortLog) -> None:
    """Subtracting two answers must not leave one person."""
    log.admit("buyer", "own", cohort(range(200)))

    with pytest.raises(CohortTooSmall, match="earlier request"):
        log.admit("buyer", "own", cohort(range(199)))
    with pytest.raises(CohortTooSmall):
        log.admit("buyer", "own", cohort(range(1, 201)))


def test_a_cohort_may_be_asked_about_again(log: CohortLog) -> None:
    """The same persons get the same answer, so it costs nothing."""
    log.admit("buyer", "own", cohort(range(200)))
    log.admit("buyer", "own", cohort(reversed(range(200))))


def test_a_refused_cohort_leaves_no_trace(log: CohortLog) -> None:
    """What was not answered cannot be subtracted from."""
    log.admit("buyer", "own", cohort(range(200)))
    with pytest.raises(CohortTooSmall):
        log.admit("buyer", "own", cohort(range(195)))

    log.admit("buyer", "own", cohort(range(180)))


def test_other_registers_and_accounts_do_not_meet(log: CohortLog) -> None:
    """One account cannot learn from a refusal what another has asked."""
    log.admit("buyer", "own", cohort(range(200)))

    log.admit("buyer", "second", cohort(range(199)))
    log.admit("other", "own", cohort(range(199)))


def test_cohorts_are_forgotten_after_a_year(log: CohortLog, clock: SetClock) -> None:
    """Nothing is kept for ever."""
    log.admit("buyer", "own", cohort(range(200)))
    clock.move((REMEMBERED + timedelta(seconds=1)).total_seconds())

    log.admit("buyer", "own", cohort(range(199)))


def test_of_two_neighbours_at_once_neither_slips_through(
    services: Services, clock: SetClock
) -> None:
    """Each is written down before it looks for the other."""
    rival = CohortLog(services.store, clock)

    class Interrupted(CohortLog):
        def _sketches(self, partition: str) -> Iterable[list[int]]:
            with pytest.raises(CohortTooSmall):
                rival.admit("buyer", "own", cohort(range(199)))
            return super()._sketches(partition)  # type: ignore[return-value]

    log = Interrupted(services.store, clock)
    log.admit("buyer", "own", cohort(range(200)))


def test_more_cohorts_than_a_page_are_all_compared(log: CohortLog, services: Services) -> None:
    """The first of very many is still found."""
    log.admit("buyer", "own", cohort(range(200)))
    store: Store = services.store
    for number in range(1001):
        sketch = [1000 + number] * 128
        store.put_if_absent(Key("AGE-COHORTS#buyer#own", f"{number:04d}"), {"sketch": sketch})

    with pytest.raises(CohortTooSmall):
        log.admit("buyer", "own", cohort(range(199)))


def test_noise_is_unbiased_and_of_the_size_stated() -> None:
    """Two persons in the standard deviation; the rounding's share comes on top."""
    blurred = [cohort(range(n, n + 50)).blurred("75+", 100.0) for n in range(600)]
    values = [value for value in blurred if value is not None]

    assert mean(values) == pytest.approx(100, abs=0.5)
    assert pstdev(values) == pytest.approx((2**2 + 5**2 / 12) ** 0.5, rel=0.15)


def test_a_sketch_holds_no_person() -> None:
    """128 small sums, the same number of them for any cohort."""
    sketch = cohort(range(300)).sketch()

    assert len(sketch) == 128
    assert max(map(abs, sketch)) <= 300
    assert "estia" not in repr(persons([0])[0])
