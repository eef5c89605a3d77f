"""The age pyramid: how many people of each age live now, in a country and in its areas."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leadcloud.ages.groups import FIRST_AGES
from train.counts import FileUnusable, number, table_lines, whole

COLUMNS = ("area", "age_from", "age_to", "count")
OLDEST = 110
"""Nobody is counted as older."""

SMALLEST_AREA = 1000
"""Adults. The mix of fewer people is mostly chance, and begins to point at them."""

WHOLE_COUNTRY = frozenset({"", "*", "all", "total", "whole country", "koko maa"})

_OPEN_CLASS_SURVIVAL = 0.84
"""How an open class (`85 and over`) thins out from one year of age to the next: assumed. It only
weighs the oldest birth years against each other; nobody changes group by it."""

AgeClass = tuple[str, int, int | None, float]
"""Area, first age, last age (None: and older), people."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pyramid:
    """People by single year of age."""

    ages: NDArray[np.float64]
    """In the whole country, shape (OLDEST + 1,)."""
    areas: Mapping[str, NDArray[np.float64]]
    """The same for each area."""

    @property
    def mix(self) -> NDArray[np.float64]:
        """Shares of the age groups among the country's adults, shape (7,)."""
        return _mix_of(self.ages)

    @property
    def area_mixes(self) -> dict[str, NDArray[np.float64]]:
        """Shares of the age groups in each area that is large enough."""
        return {
            area: _mix_of(ages)
            for area, ages in sorted(self.areas.items())
            if ages[FIRST_AGES[0] :].sum() >= SMALLEST_AREA
        }


def by_group(ages: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum people by single year of age into the seven groups, shape (7,)."""
    edges = [*FIRST_AGES, len(ages)]
    return np.array([ages[first:last].sum() for first, last in pairwise(edges)])


def _mix_of(ages: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the groups' shares among adults, shape (7,)."""
    groups = by_group(ages)
    shares: NDArray[np.float64] = groups / groups.sum()
    return shares


def read_own(path: Path) -> Iterable[AgeClass]:
    """Yield the age classes of a file of the project's own format.

    An empty `age_to` means: and older.

    Raises:
        FileUnusable: A line cannot be read.
    """
    for line, cells in table_lines(path, COLUMNS):
        place = f"{path.name}, line {line}"
        first = whole(cells, "age_from", place)
        last = whole(cells, "age_to", place) if cells["age_to"].strip() else None
        if first < 0 or (last is not None and last < first):
            raise FileUnusable(f"{place}: age_from and age_to are no range of ages")
        yield cells["area"].strip(), first, last, number(cells, "count", place)


def build(classes: Iterable[AgeClass], country: str, source: str) -> Pyramid:
    """Return the pyramid of age classes.

    The whole country is the area that is named so (empty, `*`, `total`, or the country's code);
    where there is none, it is the sum of the areas.

    Raises:
        FileUnusable: A group of the adults has nobody.
    """
    areas: dict[str, NDArray[np.float64]] = {}
    for area, first, last, count in classes:
        ages = areas.setdefault(area, np.zeros(OLDEST + 1))
        ages += _spread(first, last, count)
    own = {area for area in areas if area.casefold() in WHOLE_COUNTRY | {country.casefold()}}
    total = np.sum([ages for area, ages in areas.items() if not own or area in own], axis=0)
    if not areas or not by_group(total).all():
        raise FileUnusable(f"{source} leaves one of the adult age groups without anybody")
    return Pyramid(ages=total, areas={area: areas[area] for area in areas.keys() - own})


def _spread(first: int, last: int | None, count: float) -> NDArray[np.float64]:
    """Return the people of an age class by single year, shape (OLDEST + 1,)."""
    ages = np.zeros(OLDEST + 1)
    if first > OLDEST:
        ages[OLDEST] = count
        return ages
    if last is None or last >= OLDEST:
        shares = _OPEN_CLASS_SURVIVAL ** np.arange(OLDEST + 1 - first)
        ages[first:] = count * shares / shares.sum()
        return ages
    ages[first : last + 1] = count / (last + 1 - first)
    return ages
