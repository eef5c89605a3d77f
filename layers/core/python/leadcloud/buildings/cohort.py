"""Which homes of a postal code are told alike: never fewer than five dwellings.

What is told of a home, and what criteria sort it by, puts it with those of which the same is told;
and what is withheld does so, too. Buildings are public, so that who sees of a contact that its
decade is withheld looks for the houses of rare decades: these must be five dwellings as well, or
nothing is told of them at all. Of a home of which nothing is told, nobody knows that it was found.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple, TypeVar

from leadcloud.buildings.area import Area
from leadcloud.buildings.grid import middle_of_square, square_of

LEAST_DWELLINGS = 5
_SQUARES = (1, 2, 4, 8)
"""Sides of the squares, in cells."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildingFacts:
    """What may be known of the building at a contact's address."""

    type: str | None = None
    """A word of `code_list.USES`."""
    built_decade: int | None = None
    """First year of the decade."""
    heating: str | None = None
    """For criteria only."""
    middle: tuple[int, int] | None = None
    """Longitude and latitude, in units, of the middle of a square; for criteria only."""

    def lies_in(self, area: Area) -> bool:
        """Tell whether the middle of the building's square lies in an area."""
        return self.middle is not None and area.holds(*self.middle)


UNKNOWN = BuildingFacts()


class Home(NamedTuple):
    """What a building is told by."""

    use: str | None
    decade: int | None
    heating: str | None
    cell: int


Dwellings = Mapping[Home, int]
"""How many dwellings a postal code has of each."""


def facts_of(dwellings: Dwellings) -> dict[Home, BuildingFacts]:
    """Return what is told of each home of a postal code; of those left out, nothing."""
    left = {
        home: BuildingFacts(type=home.use, built_decade=home.decade, heating=heating)
        for kind in _grouped(dwellings, lambda home: (home.use, home.decade)).values()
        for heating, homes in _heatings(kind, dwellings)
        for home in homes
    }
    told: dict[Home, BuildingFacts] = {}
    for told_less in _LESS:
        left = {home: told_less(facts) for home, facts in left.items()}
        for facts, homes in _grouped(left, left.__getitem__).items():
            told |= _told(homes, facts, told, dwellings=dwellings)
        left = {home: facts for home, facts in left.items() if home not in told}
    return told | _placed(left, UNKNOWN, dwellings)


_LESS: tuple[Callable[[BuildingFacts], BuildingFacts], ...] = (
    lambda facts: facts,
    lambda facts: replace(facts, heating=None),
    lambda facts: replace(facts, built_decade=None),
)
"""What may be told, more and more of it left out, of those too few to be told it."""


def _told(
    homes: Iterable[Home],
    facts: BuildingFacts,
    told: Mapping[Home, BuildingFacts],
    *,
    dwellings: Dwellings,
) -> dict[Home, BuildingFacts]:
    """Return the homes of which this can be told, with their square or without any."""
    placed = _placed(homes, facts, dwellings)
    rest = [home for home in homes if home not in placed]
    without_place = [*rest, *(home for home, already in told.items() if already == facts)]
    if _count(without_place, dwellings) >= LEAST_DWELLINGS:
        return placed | dict.fromkeys(rest, facts)
    return placed


def _heatings(
    homes: Iterable[Home], dwellings: Dwellings
) -> Iterator[tuple[str | None, list[Home]]]:
    """Yield the homes of a kind by heating; those of rare ones with the least of the others.

    To tell nothing of the rare ones would hide use and decade, which many share.
    """
    groups = _grouped(homes, lambda home: home.heating)
    withheld = groups.pop(None, [])
    for heating, group in sorted(groups.items(), key=lambda item: _count(item[1], dwellings)):
        few = _count(group, dwellings) < LEAST_DWELLINGS
        if few or 0 < _count(withheld, dwellings) < LEAST_DWELLINGS:
            withheld += group
        else:
            yield heating, group
    yield None, withheld


def _placed(
    homes: Iterable[Home], facts: BuildingFacts, dwellings: Dwellings
) -> dict[Home, BuildingFacts]:
    """Return the homes with the smallest square that five of them share; not those without."""
    placed: dict[Home, BuildingFacts] = {}
    left = list(homes)
    for side in _SQUARES:
        groups = _grouped(left, partial(_square, side=side))
        left = []
        for square, group in groups.items():
            if _count(group, dwellings) >= LEAST_DWELLINGS:
                there = replace(facts, middle=middle_of_square(square, side))
                placed |= dict.fromkeys(group, there)
            else:
                left += group
    return placed


def _square(home: Home, side: int) -> tuple[int, int]:
    return square_of(home.cell, side)


T = TypeVar("T", bound=Hashable)


def _grouped(homes: Iterable[Home], by: Callable[[Home], T]) -> dict[T, list[Home]]:
    groups: defaultdict[T, list[Home]] = defaultdict(list)
    for home in homes:
        groups[by(home)].append(home)
    return dict(groups)


def _count(homes: Iterable[Home], dwellings: Dwellings) -> int:
    return sum(dwellings[home] for home in homes)
