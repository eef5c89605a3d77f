"""How common a name was from year to year, told by counts in periods."""

import numpy as np
import pytest
from numpy.typing import NDArray

from leadcloud.ages.groups import GROUPS
from leadcloud.ages.names import OTHER
from train.counts import NameCounts, Row, gather
from train.curves import Axis, shares_by_year
from train.living import AsCounted, AsInPyramid, Cells, living
from train.pyramid import OLDEST, Pyramid

Floats = NDArray[np.float64]

AGES = Pyramid(ages=np.ones(OLDEST + 1), areas={})
PEOPLE = np.array([[300.0, 1500, 3000], [3000, 1500, 300], [8000, 8000, 8000]])
"""Three decades of a name that rises, one that falls, and all others."""


def decades(count: int) -> Axis:
    """Return an axis of decades."""
    return Axis(
        years=np.arange(100, 100 + 10 * count),
        starts=np.arange(0, 10 * count, 10),
        widths=np.full(count, 10),
    )


def curves(people: Floats, trust: Floats | None = None) -> Floats:
    """Return the shares by year of names counted by decade."""
    axis = decades(people.shape[1])
    return shares_by_year(people, np.ones_like(people) if trust is None else trust, axis)


def test_everybody_has_a_name() -> None:
    """The shares of a year sum to one; a name that nobody bears has none."""
    shares = curves(np.vstack([PEOPLE, np.zeros(3)]))

    assert shares.sum(axis=0) == pytest.approx(1)
    assert not shares[3].any()


def test_common_names_keep_their_numbers() -> None:
    """Where thousands were counted, the curve does not overrule them."""
    people = PEOPLE * 10
    expected = decades(3).mean(curves(people)) * people.sum(axis=0)

    assert expected == pytest.approx(people, rel=0.02)


def test_a_name_on_the_rise_rises_within_a_decade() -> None:
    """Its bearers of the middle decade were mostly born late in it, those of a falling one early."""
    rising, falling, _ = curves(PEOPLE)[:, 10:20]

    assert (np.diff(rising) > 0).all()
    assert (np.diff(falling) < 0).all()


def test_one_distrusted_person_tells_next_to_nothing() -> None:
    """Who stands for hundreds does not carry a rare name off to another decade."""
    people = np.vstack([PEOPLE, [12, 0, 0], [12, 0, 1]])
    taken = np.ones_like(people)
    doubted = taken * [1, 1, 0.01]

    gained = []
    for trust in (taken, doubted):
        without, with_one = curves(people, trust)[3:, 20:].sum(axis=1)
        gained.append(with_one / without)

    assert gained[0] > 1.4
    assert gained[1] < 1.15


def rows_of(name: str, *people: float) -> list[Row]:
    """Return the bearers of a name by decade of birth, from 1930 on; none has no row."""
    rows = zip(range(1930, 2010, 10), people, strict=False)
    return [(name, "F", year, year + 9, count) for year, count in rows if count]


def everybody() -> NameCounts:
    """Return a country of one common name, one that rises and one that falls."""
    return gather(
        [
            *rows_of("Yleinen", *[5000.0] * 7, 5.0),
            *rows_of("Nouseva", 0, 0, 0, 0, 0, 300, 1500),
            *rows_of("Laskeva", 1500, 1500, 1500, 1500, 1500, 1500, 300),
            *rows_of(OTHER, *[200.0] * 8),
        ]
    )


def group_shares(cells: Cells, name: str) -> list[float]:
    """Return in which groups the bearers of a name are."""
    people = [cells.people[(cells.X[:, 0] == name) & (cells.y == group)].sum() for group in GROUPS]
    return [float(each) for each in people / np.sum(people)]


def test_a_thin_period_goes_on_as_its_neighbours_went() -> None:
    """Five people born after 2000 tell nothing: the rising name rises on, the falling one falls."""
    cells = living(everybody(), 2024, AsInPyramid(AGES))

    young = {
        name: group_shares(cells, name)[0] / group_shares(cells, name)[1]
        for name in ("Yleinen", "Nouseva", "Laskeva")
    }

    assert young["Nouseva"] > young["Yleinen"] > young["Laskeva"]


def test_whoever_was_counted_is_told_apart_from_whom_they_stand_for() -> None:
    """The cells of a name add up to the adults whom the file lists."""
    cells = living(everybody(), 2024, AsInPyramid(AGES))

    assert cells.counted[cells.X[:, 0] == "Nouseva"].sum() == pytest.approx(1800)
    assert cells.people[cells.X[:, 0] == "Nouseva"].sum() != pytest.approx(1800)


def test_years_and_decades_of_the_same_people_tell_the_same() -> None:
    """A file by year is as good as its sum by decade, and as large."""
    by_year = [
        (name, sex, year, year, count / 10)
        for name, sex, first, last, count in everybody_as_rows()
        for year in range(first, last + 1)
    ]

    told = [
        group_shares(living(each, 2024, AsCounted()), "Laskeva")
        for each in (gather(by_year), gather(everybody_as_rows()))
    ]

    assert told[0] == pytest.approx(told[1], abs=0.02)


def everybody_as_rows() -> list[Row]:
    """Return the people of `everybody` once more, but more of the young."""
    return [*rows_of("Laskeva", *[1500.0] * 6, 900, 600), *rows_of("Yleinen", *[5000.0] * 8)]
