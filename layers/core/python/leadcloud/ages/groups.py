"""The age groups. They are fixed: no request and no setting can move an edge.

Nowhere else at run time does an age in years exist.
"""

from dataclasses import dataclass
from typing import Literal

GROUPS = ("18-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+")
"""The seven groups, youngest first."""

FIRST_AGES = (18, 25, 35, 45, 55, 65, 75)
"""The youngest age of each of the seven groups."""

SchemeName = Literal["seven", "four"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Scheme:
    """One way of telling the groups: each is a union of neighbours among the seven."""

    name: SchemeName
    groups: tuple[str, ...]
    starts: tuple[int, ...]
    """For each group, the place in GROUPS where it begins."""


SEVEN = Scheme(name="seven", groups=GROUPS, starts=(0, 1, 2, 3, 4, 5, 6))
FOUR = Scheme(name="four", groups=("18-34", "35-54", "55-64", "65+"), starts=(0, 2, 4, 5))
"""Coarser, and unions of the seven, so that the two schemes together say nothing finer."""

SCHEMES: dict[SchemeName, Scheme] = {"seven": SEVEN, "four": FOUR}
