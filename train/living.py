"""From counts by period of birth to people living in each age group.

Births of a year are no people of an age: some have died, others moved in. What a file of names
knows for certain is each name's share of a period. Spread over the period's years and multiplied
by the people who are living of each year, the shares become people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leadcloud.ages.groups import FIRST_AGES, GROUPS
from leadcloud.ages.names import OTHER
from train.counts import FIRST_BIRTH, LAST_BIRTH, SEXES, FileUnusable, NameCounts
from train.curves import Axis, shares_by_year
from train.pyramid import OLDEST, Pyramid

Floats = NDArray[np.float64]

YEARS = LAST_BIRTH - FIRST_BIRTH + 1

_STAND_FOR = 1.0
"""Of those living, as many in all as were counted, the most that a counted person may stand for as
evidence: where few were counted of many, their names' neighbouring periods tell more."""


HEAVIEST = 1.75
"""As how many of a name's bearers one more may count: the young and the very old, few of whom were
counted, tell a whole course. Measured on Finland's file, at most; see docs/adr/0022."""


class Population(Protocol):
    """Says how many of those born in a year are living."""

    def people(self, born: Floats, reference_year: int, /) -> Floats:
        """Return the people living by sex and year of birth, shape (3, YEARS).

        A row holds for all names together what its sex would have if everybody were of it.

        Args:
            born: People in the file by year of birth, shape (YEARS,).
            reference_year: The year in which people are living.
        """


@dataclass(frozen=True, slots=True)
class AsCounted:
    """Takes the counts as people who are living."""

    def people(self, born: Floats, _reference_year: int) -> Floats:
        """Return those born."""
        return np.tile(born, (len(SEXES), 1))


@dataclass(frozen=True, slots=True)
class AsInPyramid:
    """Makes as many people of each age as a pyramid has."""

    pyramid: Pyramid

    def people(self, _born: Floats, reference_year: int) -> Floats:
        """Return the people of the pyramid, by the year in which they were born."""
        living = np.zeros(YEARS)
        living[reference_year - np.arange(OLDEST + 1) - FIRST_BIRTH] = self.pyramid.ages
        return np.tile(living, (len(SEXES), 1))


@dataclass(frozen=True, kw_only=True, slots=True)
class Cells:
    """People in each age group by name and sex: what the classifier is fitted on."""

    X: NDArray[np.object_]
    """Name and sex, shape (n, 2)."""
    y: NDArray[np.object_]
    """Age group, shape (n,)."""
    people: Floats
    """Shape (n,). In the proportions of those living, and as many in all as were counted: that
    is how sure one may be."""
    counted: Floats
    """Shape (n,). Of the adults whom the file lists under the name, those that each row stands
    for: that is how well one is hidden among them."""


def living(counts: NameCounts, reference_year: int, population: Population) -> Cells:
    """Return the adults living in a reference year, as many in all as were counted.

    Raises:
        FileUnusable: Periods overlap, or nobody in the counts is of one of the groups.
    """
    periods = Periods.of(counts)
    rows, _, bearers = periods.bearers(counts)
    in_group = groups_of_years(reference_year)
    born = periods.evenly(bearers.sum(axis=0))
    people = population.people(born, reference_year)
    counted, total = born @ in_group, people[0] @ in_group
    if not (counted * total).all():
        empty = ", ".join(GROUPS[place] for place in np.flatnonzero(counted * total == 0))
        raise FileUnusable(f"the names have nobody of the age {empty} in {reference_year}")
    people *= counted.sum() / total.sum()
    weights = _weights(bearers.sum(axis=0), periods.sums(people[0] * in_group.sum(axis=1)))
    trust = _STAND_FOR / np.maximum(weights, _STAND_FOR)
    told_apart = np.array(counts.spellings)[rows // len(SEXES)] != OTHER
    shares = shares_by_year(bearers, np.where(told_apart[:, None], trust, 1), periods.axis)
    by_sex = [(of_sex[:, None] * in_group)[periods.years] for of_sex in people]
    weighed = _in_groups(shares, rows, by_sex)
    adults = bearers @ (periods.sums(in_group.sum(axis=1)) / periods.widths)
    return _cells(counts.spellings, rows, weighed, adults=adults)


def _in_groups(shares: Floats, rows: NDArray[np.int64], by_sex: Sequence[Floats]) -> Floats:
    """Return the people in each group, shape (n, 7), of shares by year.

    Args:
        shares: Shape (n, n_years).
        rows: Names and sexes, as `Periods.bearers` has them.
        by_sex: For each sex, people by year and group.
    """
    people = np.zeros((len(shares), len(GROUPS)))
    for sex, standing in enumerate(by_sex):
        of_sex = rows % len(SEXES) == sex
        people[of_sex] = shares[of_sex] @ standing
    return people


def _weights(counted: Floats, standing: Floats) -> Floats:
    """Return how many of those living each counted person of a period stands for."""
    return np.divide(standing, counted, out=np.zeros_like(standing), where=counted > 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Periods:
    """The periods of birth in a file, in their order."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    of_row: NDArray[np.int64]
    """The period of each row of the file."""

    @classmethod
    def of(cls, counts: NameCounts) -> "Periods":
        """Return the periods of a file.

        Raises:
            FileUnusable: They overlap.
        """
        pairs = np.column_stack([counts.birth_from, counts.birth_to])
        distinct, of_row = np.unique(pairs, axis=0, return_inverse=True)
        for (_, last), (first, _) in pairwise(distinct.tolist()):
            if first <= last:
                raise FileUnusable(f"periods of birth overlap: one ends {last}, one begins {first}")
        return cls(first=distinct[:, 0], last=distinct[:, 1], of_row=of_row.ravel())

    def bearers(self, counts: NameCounts) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
        """Return the names and sexes, to which each row of a file belongs, and people by period.

        A name and a sex are one number: the place of the name times three, and that of the sex.
        """
        distinct, of_row = np.unique(counts.names * len(SEXES) + counts.sexes, return_inverse=True)
        shape = (len(distinct), len(self.first))
        return distinct, of_row, csr_array((counts.counts, (of_row, self.of_row)), shape).toarray()

    @property
    def widths(self) -> NDArray[np.int64]:
        """Years in each period."""
        return self.last - self.first + 1

    @property
    def axis(self) -> Axis:
        """The years of the periods, one period after another."""
        return Axis(years=self.years, starts=self.starts, widths=self.widths)

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where the years of each period begin in `years`."""
        starts: NDArray[np.int64] = np.cumsum(self.widths) - self.widths
        return starts

    @property
    def years(self) -> NDArray[np.int64]:
        """Places of all years of the periods, on the axis that begins at FIRST_BIRTH."""
        ranges = zip(self.first.tolist(), self.last.tolist(), strict=True)
        return np.concatenate([np.arange(a, b + 1) for a, b in ranges]) - FIRST_BIRTH

    def sums(self, by_year: Floats) -> Floats:
        """Sum what is by year over each period, shape (n_periods,)."""
        result: Floats = np.add.reduceat(by_year[self.years], self.starts)
        return result

    def evenly(self, people: Floats) -> Floats:
        """Spread people by period over its years, shape (YEARS,)."""
        result = np.zeros(YEARS)
        result[self.years] = np.repeat(people / self.widths, self.widths)
        return result


def groups_of_years(reference_year: int) -> Floats:
    """Return which years of birth belong to which group, shape (YEARS, 7)."""
    ages = reference_year - FIRST_BIRTH - np.arange(YEARS)
    adults = (ages >= FIRST_AGES[0]) & (ages <= OLDEST)
    groups = np.searchsorted(FIRST_AGES, ages, side="right") - 1
    member = np.zeros((YEARS, len(GROUPS)))
    member[adults, groups[adults]] = 1
    return member


def _cells(
    spellings: tuple[str, ...],
    rows: NDArray[np.int64],
    people: Floats,
    *,
    adults: Floats,
) -> Cells:
    filled, groups = np.nonzero(people)
    of_row = people.sum(axis=1)
    told = np.divide(adults, of_row, out=np.zeros_like(of_row), where=of_row > 0)
    names, sexes = np.divmod(rows[filled], len(SEXES))
    written = np.array(spellings, dtype=object)[names]
    return Cells(
        X=np.column_stack([written, np.array(SEXES, dtype=object)[sexes]]),
        y=np.array(GROUPS, dtype=object)[groups],
        people=people[filled, groups],
        counted=people[filled, groups] * told[filled],
    )
