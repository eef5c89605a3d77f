"""People whom a file withholds, and the trend of a period in which few were counted."""

from dataclasses import replace

import numpy as np
import pytest

from leadcloud.ages.groups import GROUPS
from leadcloud.ages.names import OTHER
from train.counts import NameCounts, Row, gather
from train.living import AsCounted, AsInPyramid, Cells, living
from train.pyramid import OLDEST, Pyramid
from train.withheld import give_back

AGES = Pyramid(ages=np.ones(OLDEST + 1), areas={})
MIDDLES = np.array([1954.5, 1964.5, 1974.5])


def test_a_gap_between_listed_periods_is_filled_in_part() -> None:
    """With fewer people than would have been listed; nobody is made up, nobody is lost."""
    bearers = np.array([[40.0, 0.0, 40.0], [500.0, 500.0, 500.0]])
    others = np.array([0.0, 30.0, 0.0])

    filled, left = give_back(bearers, bearers > 0, others, middles=MIDDLES, below=3)

    assert 0 < filled[0, 1] < 3
    assert filled.sum() + left.sum() == pytest.approx(bearers.sum() + others.sum())
    listed = bearers > 0
    assert (filled[listed] == bearers[listed]).all()


def test_no_more_are_given_back_than_were_withheld() -> None:
    """Where few are summed up as others, the names share them."""
    bearers = np.array([[40.0, 0.0, 40.0]] * 5 + [[500.0, 500.0, 500.0]])

    filled, left = give_back(bearers, bearers > 0, np.array([0, 1.0, 0]), middles=MIDDLES, below=3)

    assert filled[:5, 1].sum() == pytest.approx(1)
    assert left.sum() == pytest.approx(0)


def decades(name: str, *people: float) -> list[Row]:
    """Return the bearers of a name by decade of birth, from 1930 on; none has no row."""
    first = range(1930, 2010, 10)
    rows = zip(first, people, strict=False)
    return [(name, "F", year, year + 9, count) for year, count in rows if count]


def group_shares(cells: Cells, name: str) -> list[float]:
    """Return in which groups the bearers of a name are."""
    people = [cells.people[(cells.X[:, 0] == name) & (cells.y == group)].sum() for group in GROUPS]
    return [float(each) for each in people / np.sum(people)]


def everybody(*, others: float) -> NameCounts:
    """Return a country of one common name, one with a gap, one that rises and one that falls."""
    rows = [
        *decades("Yleinen", *[5000.0] * 7, 5.0),
        *decades("Aukko", 40, 40, 40, 0, 40, 40, 40),
        *decades("Nouseva", 0, 0, 0, 0, 0, 300, 1500),
        *decades("Laskeva", 1500, 1500, 1500, 1500, 1500, 1500, 300),
    ]
    return gather([*rows, *(decades(OTHER, *[others] * 7) if others else [])])


def test_a_file_without_others_withholds_nobody() -> None:
    """Then a gap is a gap, but for what neighbours lend; with others, some may bear the name."""
    counts = everybody(others=200)
    whole, cut = (
        living(each, 2024, AsCounted()) for each in (replace(counts, withheld_below=0.0), counts)
    )

    in_the_gap = [group_shares(each, "Aukko")[GROUPS.index("55-64")] for each in (whole, cut)]
    assert in_the_gap[0] < in_the_gap[1] < 0.02


def test_a_thin_period_goes_on_as_its_neighbours_went() -> None:
    """Five people born after 2000 tell nothing: the rising name rises on, the falling one falls."""
    cells = living(everybody(others=0), 2024, AsCounted())

    young = {
        name: group_shares(cells, name)[0] / group_shares(cells, name)[1]
        for name in ("Yleinen", "Nouseva", "Laskeva")
    }

    assert young["Nouseva"] > young["Yleinen"] > young["Laskeva"]


def test_whoever_was_counted_is_told_apart_from_whom_they_stand_for() -> None:
    """The cells of a name add up to the adults whom the file lists."""
    cells = living(everybody(others=200), 2024, AsInPyramid(AGES))

    assert cells.counted[cells.X[:, 0] == "Nouseva"].sum() == pytest.approx(1800)
    assert 1 < cells.heaviest < 3
