"""From counts by period of birth to people living in each age group.

Births of a year are no people of an age: some have died, others moved in. What a file of names
knows for certain is each name's share of a period. Spread over the period's years and multiplied
by the people who are living of each year, the shares become people.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leadcloud.ages.groups import FIRST_AGES, GROUPS
from train.counts import FIRST_BIRTH, LAST_BIRTH, SEXES, FileUnusable, NameCounts
from train.pyramid import OLDEST, Pyramid

Floats = NDArray[np.float64]

YEARS = LAST_BIRTH - FIRST_BIRTH + 1

_THIN = 300.0
"""People. A period of fewer is told by its neighbour's names as much as by its own."""

_CHUNK = 10_000


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


def living(counts: NameCounts, reference_year: int, population: Population) -> Cells:
    """Return the adults living in a reference year, as many in all as were counted.

    Raises:
        FileUnusable: Periods overlap, or nobody in the counts is of one of the groups.
    """
    periods = Periods.of(counts)
    rows, of_row = np.unique(counts.names * len(SEXES) + counts.sexes, return_inverse=True)
    shape = (len(rows), len(periods.first))
    bearers = csr_array((counts.counts, (of_row, periods.of_row)), shape=shape)
    born = periods.evenly(bearers.sum(axis=0))
    people = population.people(born, reference_year)
    in_group = groups_of_years(reference_year)
    alive = np.vstack(
        [
            periods.by_year(shares) * people[rows[place] % len(SEXES)] @ in_group
            for place, shares in _shares(bearers)
        ]
    )
    counted, total = born @ in_group, alive.sum(axis=0)
    if not (counted * total).all():
        empty = ", ".join(GROUPS[place] for place in np.flatnonzero(counted * total == 0))
        raise FileUnusable(f"the names have nobody of the age {empty} in {reference_year}")
    return _cells(counts.spellings, rows, alive * (counted.sum() / total.sum()))


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

    @property
    def widths(self) -> NDArray[np.int64]:
        """Years in each period."""
        return self.last - self.first + 1

    @property
    def years(self) -> NDArray[np.int64]:
        """Places of all years of the periods, on the axis that begins at FIRST_BIRTH."""
        ranges = zip(self.first.tolist(), self.last.tolist(), strict=True)
        return np.concatenate([np.arange(a, b + 1) for a, b in ranges]) - FIRST_BIRTH

    def evenly(self, people: Floats) -> Floats:
        """Spread people by period over its years, shape (YEARS,)."""
        result = np.zeros(YEARS)
        result[self.years] = np.repeat(people / self.widths, self.widths)
        return result

    def by_year(self, shares: Floats) -> Floats:
        """Spread shares by period over its years, shape (n, YEARS).

        A name that is on the rise in the neighbouring periods rises within the period as well;
        its mean over the period stays.
        """
        years, middles = self.years + FIRST_BIRTH, (self.first + self.last) / 2
        lines = np.array([np.interp(years, middles, unit) for unit in np.eye(len(middles))])
        slopes = shares @ lines
        starts = np.cumsum(self.widths) - self.widths
        means = np.add.reduceat(slopes, starts, axis=1) / self.widths
        factors = np.divide(shares, means, out=np.zeros_like(shares), where=means > 0)
        result = np.zeros((len(shares), YEARS))
        result[:, self.years] = slopes * np.repeat(factors, self.widths, axis=1)
        return result


def _shares(bearers: csr_array) -> Iterator[tuple[slice, Floats]]:
    """Yield each row's share of the people of each period, some rows at a time.

    Thin periods lean on their neighbour, from the richest one outwards: eleven people born after
    2000 do not tell how those born after 2000 are called.
    """
    total = bearers.sum(axis=0)
    richest = int(np.argmax(total))
    outwards = [(p, p - 1) for p in range(richest + 1, len(total))]
    outwards += [(p, p + 1) for p in range(richest - 1, -1, -1)]
    for start in range(0, bearers.shape[0], _CHUNK):
        place = slice(start, start + _CHUNK)
        shares = bearers[place].toarray()
        shares[:, richest] /= total[richest]
        for period, neighbour in outwards:
            lent = _THIN * shares[:, neighbour]
            shares[:, period] = (shares[:, period] + lent) / (total[period] + _THIN)
        yield place, shares


def groups_of_years(reference_year: int) -> Floats:
    """Return which years of birth belong to which group, shape (YEARS, 7)."""
    ages = reference_year - FIRST_BIRTH - np.arange(YEARS)
    adults = (ages >= FIRST_AGES[0]) & (ages <= OLDEST)
    groups = np.searchsorted(FIRST_AGES, ages, side="right") - 1
    member = np.zeros((YEARS, len(GROUPS)))
    member[adults, groups[adults]] = 1
    return member


def _cells(spellings: tuple[str, ...], rows: NDArray[np.int64], people: Floats) -> Cells:
    filled, groups = np.nonzero(people)
    names, sexes = np.divmod(rows[filled], len(SEXES))
    written = np.array(spellings, dtype=object)[names]
    return Cells(
        X=np.column_stack([written, np.array(SEXES, dtype=object)[sexes]]),
        y=np.array(GROUPS, dtype=object)[groups],
        people=people[filled, groups],
    )
