"""Births times survival: the other way from births to people living, by cohort life tables.

A file `x,qx,lx,dx,Lx,Tx,ex,sex,year` has, for people born in `year`, how many of 100,000 reach the
age x. Cohorts between two tables are interpolated; later ones take the last table.
Source: US Social Security Administration, Actuarial Study 120, table 7.
"""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from train.counts import FIRST_BIRTH, SEXES, FileUnusable, table_lines

_ALL = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class AsSurvived:
    """Lets those born survive as the cohort tables say."""

    cohorts: NDArray[np.float64]
    """Years of birth that have a table, ascending."""
    reached: NDArray[np.float64]
    """Share that reaches each age, shape (3 sexes, n_cohorts, ages)."""

    def people(self, born: NDArray[np.float64], reference_year: int) -> NDArray[np.float64]:
        """Return those born who are living, by sex and year of birth."""
        survivors = np.zeros((len(SEXES), len(born)))
        for age in range(self.reached.shape[2]):
            year = reference_year - age
            if year >= FIRST_BIRTH:
                for sex, reached in enumerate(self.reached[:, :, age]):
                    survivors[sex, year - FIRST_BIRTH] = np.interp(year, self.cohorts, reached)
        return survivors * born


def read(path: Path) -> AsSurvived:
    """Read cohort life tables.

    Raises:
        FileUnusable: A line cannot be read.
    """
    reached: dict[tuple[str, int], dict[int, float]] = defaultdict(dict)
    for line, cells in table_lines(path, ("x", "lx", "sex", "year")):
        try:
            cohort = cells["sex"], int(float(cells["year"]))
            reached[cohort][int(float(cells["x"]))] = float(cells["lx"]) / _ALL
        except ValueError:
            raise FileUnusable(f"{path.name}, line {line}: cannot be read") from None
    years = sorted({year for _, year in reached})
    by_sex = {
        sex: np.array(
            [[reached[sex, year][age] for age in sorted(reached[sex, year])] for year in years]
        )
        for sex in ("F", "M")
    }
    unknown = (by_sex["F"] + by_sex["M"]) / 2
    return AsSurvived(
        cohorts=np.array(years, dtype=np.float64),
        reached=np.stack([unknown, by_sex["F"], by_sex["M"]]),
    )
