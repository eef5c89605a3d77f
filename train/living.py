"""From counts by period of birth to people living in each age group.

Births of a year are no people of an age: some have died, others moved in. What a file of names
knows for certain is each name's share of a period. Spread over the period's years and multiplied
by the people who are living of each year, the shares become people.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leadcloud.ages.groups import FIRST_AGES, GROUPS
from leadcloud.ages.names import OTHER
from train.counts import FIRST_BIRTH, LAST_BIRTH, SEXES, FileUnusable, NameCounts
from train.pyramid import OLDEST, Pyramid
from train.withheld import give_back

Floats = NDArray[np.float64]

YEARS = LAST_BIRTH - FIRST_BIRTH + 1

_THIN = 300.0
"""People. A period of fewer is told by its neighbour's names as much as by its own."""

_STAND_FOR = 2.5
"""Of all that a counted person may stand for, on average over all, where many are living of a
period in which few were counted: so many more lean on the neighbour's names."""

_FAMILIAR = 20.0
"""People of a name, before its trend is believed."""

_STEEPEST = 8.0
"""Times that a name becomes commoner or rarer from one period to the next."""

_CHUNK = 10_000
_NOBODY = 1e-6


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
    heaviest: float
    """The most that a counted person adds to one group: those of thin periods stand for many."""


def living(counts: NameCounts, reference_year: int, population: Population) -> Cells:
    """Return the adults living in a reference year, as many in all as were counted.

    Raises:
        FileUnusable: Periods overlap, or nobody in the counts is of one of the groups.
    """
    periods = Periods.of(counts)
    rows, of_row = np.unique(counts.names * len(SEXES) + counts.sexes, return_inverse=True)
    shape = (len(rows), len(periods.first))
    bearers = csr_array((counts.counts, (of_row, periods.of_row)), shape=shape).toarray()
    in_group = groups_of_years(reference_year)
    born = periods.evenly(bearers.sum(axis=0))
    people = population.people(born, reference_year)
    counted, total = born @ in_group, people[0] @ in_group
    if not (counted * total).all():
        empty = ", ".join(GROUPS[place] for place in np.flatnonzero(counted * total == 0))
        raise FileUnusable(f"the names have nobody of the age {empty} in {reference_year}")
    people *= counted.sum() / total.sum()
    standing = periods.sums(people[0] * in_group.sum(axis=1))
    # Below the names, one for each period that next to nobody bears: what it gets, a person weighs.
    probes = _NOBODY * np.eye(len(periods.first))
    named = _with_withheld(bearers, counts, rows, periods=periods)
    shares = _shares(np.vstack([named, probes]), standing)
    of_sex = people[np.append(rows % len(SEXES), [0] * len(probes))]
    chunks = (slice(start, start + _CHUNK) for start in range(0, len(shares), _CHUNK))
    weighed = np.vstack([periods.by_year(shares[c]) * of_sex[c] @ in_group for c in chunks])
    adults = bearers @ (periods.sums(in_group.sum(axis=1)) / periods.widths)
    return _cells(counts.spellings, rows, weighed, adults=adults)


def _with_withheld(
    bearers: Floats, counts: NameCounts, rows: NDArray[np.int64], *, periods: "Periods"
) -> Floats:
    """Return the bearers by name and sex with those whom the file withholds, as far as guessed."""
    if counts.withheld_below <= 1:
        return bearers
    names, sexes = np.divmod(rows, len(SEXES))
    other = counts.spellings.index(OTHER)
    listed = np.zeros(bearers.shape, dtype=bool)
    keys = counts.names * len(SEXES) + counts.sexes
    listed[np.searchsorted(rows, keys), periods.of_row] = True
    result = bearers.copy()
    for sex in range(len(SEXES)):
        named = (sexes == sex) & (names != other)
        rest = np.flatnonzero((sexes == sex) & (names == other))
        if len(rest):
            result[named], result[rest[0]] = give_back(
                bearers[named],
                listed[named],
                bearers[rest[0]],
                middles=(periods.first + periods.last) / 2,
                below=counts.withheld_below,
            )
    return result


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

    def by_year(self, shares: Floats) -> Floats:
        """Spread shares by period over its years, shape (n, YEARS).

        A name that is on the rise in the neighbouring periods rises within the period as well;
        its mean over the period stays.
        """
        years, middles = self.years + FIRST_BIRTH, (self.first + self.last) / 2
        lines = np.array([np.interp(years, middles, unit) for unit in np.eye(len(middles))])
        slopes = shares @ lines
        means = np.add.reduceat(slopes, self.starts, axis=1) / self.widths
        factors = np.divide(shares, means, out=np.zeros_like(shares), where=means > 0)
        result = np.zeros((len(shares), YEARS))
        result[:, self.years] = slopes * np.repeat(factors, self.widths, axis=1)
        return result


def _shares(bearers: Floats, standing: Floats) -> Floats:
    """Return each row's share of the people of each period, shape (n_rows, n_periods).

    Thin periods lean on their neighbours, from the richest one outwards: eleven people born after
    2000 do not tell how those born after 2000 are called.

    Args:
        bearers: People counted, shape (n_rows, n_periods).
        standing: People living of each period, as many in all as were counted.
    """
    shares, total = bearers.copy(), bearers.sum(axis=0)
    richest = int(np.argmax(total))
    outwards = [(p, p - 1, p - 2) for p in range(richest + 1, len(total))]
    outwards += [(p, p + 1, p + 2) for p in range(richest - 1, -1, -1)]
    shares[:, richest] /= total[richest]
    for period, neighbour, second in outwards:
        lent = shares[:, neighbour]
        if 0 <= second < len(total):
            lent = lent * _trend(lent, shares[:, second], total[neighbour])
        thin = max(_THIN, standing[period] / _STAND_FOR - total[period])
        lent = lent * (thin / lent.sum())
        shares[:, period] = (shares[:, period] + lent) / (total[period] + thin)
    return shares


def _trend(near: Floats, far: Floats, people: float) -> Floats:
    """Return how much commoner each name becomes from one period to the next, damped by half.

    Half was measured to be best, in the 2020s of Norway and the United States told from samples
    that hold nobody young: names go on as they went, but no trend lasts.
    """
    growth = (people * near + _FAMILIAR) / (people * far + _FAMILIAR)
    factors: Floats = np.sqrt(np.clip(growth, 1 / _STEEPEST, _STEEPEST))
    return factors


def groups_of_years(reference_year: int) -> Floats:
    """Return which years of birth belong to which group, shape (YEARS, 7)."""
    ages = reference_year - FIRST_BIRTH - np.arange(YEARS)
    adults = (ages >= FIRST_AGES[0]) & (ages <= OLDEST)
    groups = np.searchsorted(FIRST_AGES, ages, side="right") - 1
    member = np.zeros((YEARS, len(GROUPS)))
    member[adults, groups[adults]] = 1
    return member


def _cells(
    spellings: tuple[str, ...], rows: NDArray[np.int64], weighed: Floats, *, adults: Floats
) -> Cells:
    people, probed = weighed[: len(rows)], weighed[len(rows) :]
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
        heaviest=float(probed.max()) / _NOBODY,
    )
