"""What a target group may know of the building in which somebody lives.

A contact's address is looked up and forgotten. What comes out are facts that at least five
dwellings of the same postal code share, since the postal code is all else that a consumer contact
says of its place; fewer, and use and decade could lead to a door (mission M4: no home visits).
Where it lies is told as the middle of a square of half a kilometre to four, the smallest in which
five dwellings share all that is told; so two areas that differ by one house hold the same contacts.
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from leadcloud.buildings.address import read_address
from leadcloud.buildings.address_book import buildings_at
from leadcloud.buildings.area import Area, Condition
from leadcloud.buildings.code_list import DWELLING_USES
from leadcloud.buildings.grid import cell_of, middle_of_square, square_of
from leadcloud.buildings.store import BuildingFile, BuildingStore, OutOfTime, Selection
from leadcloud.clock import Clock, Deadline
from leadcloud.errors import Unavailable

LEAST_DWELLINGS = 5
_SECONDS = 2.0
_POSTAL_CODES_REMEMBERED = 1_024


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
_SQUARES = (1, 2, 4, 8)
"""Sides of the squares, in cells."""


@dataclass(frozen=True, slots=True)
class _Kind:
    use: str | None
    decade: int | None
    heating: str | None

    def takes_in(self, other: "_Kind") -> bool:
        """Tell whether another kind is of this one; what is unknown here may be anything."""
        return (
            self.use in {None, other.use}
            and self.decade in {None, other.decade}
            and self.heating in {None, other.heating}
        )


Dwellings = Mapping[tuple[_Kind, int], int]
"""Dwellings by kind and cell."""


class Neighbourhoods:
    """Answers for contacts' addresses, under the rule of five dwellings."""

    def __init__(self, store: BuildingStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._dwellings = lru_cache(_POSTAL_CODES_REMEMBERED)(self._count_dwellings)

    def facts(self, street: str | None, postal_code: str | None) -> BuildingFacts:
        """Return what may be known of the building at an address; unknown where it is unclear.

        Where several buildings stand there, those that people live in count, and only what all
        of them have in common.
        """
        rows = self._rows(street, postal_code)
        if not rows or not postal_code:
            return UNKNOWN
        mine, cells = self._building(rows)
        dwellings = self._dwellings(postal_code)
        kind = _shared_kind(mine, dwellings)
        if kind is None:
            return UNKNOWN
        return BuildingFacts(
            type=kind.use,
            built_decade=kind.decade,
            heating=kind.heating,
            middle=_middle_of_square(kind, cells.pop(), dwellings) if len(cells) == 1 else None,
        )

    def positions(self, street: str | None, postal_code: str | None) -> frozenset[tuple[int, int]]:
        """Return longitude and latitude, in units, of the buildings at an address.

        Exact, so for addresses only that may be told as well, such as a company's.
        """
        rows = self._rows(street, postal_code)
        if not rows:
            return frozenset()
        deadline = Deadline.after(_SECONDS, self._clock)
        found = self._store.select("lon, lat", Selection(rows=rows), deadline=deadline)
        return frozenset((lon, lat) for lon, lat in found)

    def _rows(self, street: str | None, postal_code: str | None) -> tuple[int, ...]:
        """Return the buildings at a whole address."""
        if not street or not postal_code:
            return ()
        address = replace(read_address(street), postal_code=postal_code)
        return buildings_at(self._store, address) if address.street and address.number else ()

    def _building(self, rows: tuple[int, ...]) -> tuple[_Kind, set[int]]:
        """Return what the buildings of an address have in common, and their cells."""
        found = self._select(
            "use, completed_year / 10 * 10, heating, lon, lat", Selection(rows=rows)
        )
        homes = [row for row in found if row[0] in DWELLING_USES] or found
        kind = _Kind(
            *(homes[0][n] if len({row[n] for row in homes}) == 1 else None for n in range(3))
        )
        return kind, {cell_of(row[3], row[4]) for row in homes}

    def _select(self, columns: str, selection: Selection) -> list[sqlite3.Row]:
        """Return columns of buildings; that it takes too long is no fault of who searches."""
        deadline = Deadline.after(_SECONDS, self._clock)
        try:
            return self._store.select(columns, selection, deadline=deadline)
        except OutOfTime:
            raise Unavailable("The building database takes too long.") from None

    def _count_dwellings(self, postal_code: str) -> Dwellings:
        dwellings: Counter[tuple[_Kind, int]] = Counter()
        for use, decade, heating, number, lon, lat in self._select(
            "use, completed_year / 10 * 10, heating, max(coalesce(dwellings, 1), 1), lon, lat",
            Selection(
                condition=Condition(sql="postal_code = ?", values=(postal_code,)),
                postal_code=postal_code,
            ),
        ):
            if use in DWELLING_USES:
                dwellings[_Kind(use, decade, heating), cell_of(lon, lat)] += number
        return dwellings


class CurrentNeighbourhoods:
    """The neighbourhoods of the release that is there now."""

    def __init__(self, file: BuildingFile, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._known: tuple[BuildingStore, Neighbourhoods] | None = None

    def current(self) -> Neighbourhoods | None:
        """Return them, or None where there is no building database."""
        try:
            store = self._file.store()
        except Unavailable:
            return None
        if self._known is None or self._known[0] is not store:
            self._known = (store, Neighbourhoods(store, self._clock))
        return self._known[1]


def _shared_kind(mine: _Kind, dwellings: Dwellings) -> _Kind | None:
    """Return as much of a kind as at least five dwellings have in common, the finest first."""
    for kind in (
        mine,
        _Kind(mine.use, mine.decade, None),
        _Kind(mine.use, None, None),
        _Kind(None, None, None),
    ):
        alike = sum(number for (other, _), number in dwellings.items() if kind.takes_in(other))
        if alike >= LEAST_DWELLINGS:
            return kind
    return None


def _middle_of_square(kind: _Kind, cell: int, dwellings: Dwellings) -> tuple[int, int] | None:
    """Return the middle of the smallest square around a cell in which five dwellings are alike."""
    for side in _SQUARES:
        square = square_of(cell, side)
        alike = sum(
            number
            for (other, where), number in dwellings.items()
            if square_of(where, side) == square and kind.takes_in(other)
        )
        if alike >= LEAST_DWELLINGS:
            return middle_of_square(square, side)
    return None
