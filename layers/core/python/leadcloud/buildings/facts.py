"""What a target group may know of the building in which somebody lives.

A contact's address is looked up and forgotten. What comes out are facts that at least five
dwellings of the same postal code share, since the postal code is all else that a consumer contact
says of its place; fewer, and use and decade could lead to a door (mission M4: no home visits).
Where it lies is told as the middle of a square of half a kilometre to four, the smallest in which
five dwellings share all that is told; so two areas that differ by one house hold the same contacts.
Which dwellings are told alike: `cohort.py`.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from leadcloud.buildings.address import read_address
from leadcloud.buildings.address_book import buildings_at
from leadcloud.buildings.area import Area, Condition
from leadcloud.buildings.building_file import BuildingFile
from leadcloud.buildings.code_list import DWELLING_USES
from leadcloud.buildings.cohort import UNKNOWN, BuildingFacts, Home, facts_of
from leadcloud.buildings.connections import OutOfTime
from leadcloud.buildings.grid import cell_of
from leadcloud.buildings.store import BuildingStore, Selection
from leadcloud.clock import Clock, Deadline
from leadcloud.errors import Unavailable

_SECONDS = 2.0
_POSTAL_CODES_REMEMBERED = 1_024


class Neighbourhoods:
    """Answers for contacts' addresses, under the rule of five dwellings."""

    def __init__(self, store: BuildingStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._told = lru_cache(_POSTAL_CODES_REMEMBERED)(self._facts_of)

    def facts(self, street: str | None, postal_code: str | None) -> BuildingFacts:
        """Return what may be known of the building at an address; unknown where it is unclear.

        Where several stand there in which people live, the same must be told of all of them: what
        two have in common would be told of these two only.
        """
        rows = self._rows(street, postal_code)
        if not rows or not postal_code:
            return UNKNOWN
        told = self._told(postal_code)
        found = {told.get(home, UNKNOWN) for home, _ in self._homes(Selection(rows=rows))}
        return found.pop() if len(found) == 1 else UNKNOWN

    def positions(self, street: str | None, postal_code: str | None) -> frozenset[tuple[int, int]]:
        """Return longitude and latitude, in units, of the buildings at an address.

        Exact, so for addresses only that may be told as well, such as a company's.
        """
        rows = self._rows(street, postal_code)
        if not rows:
            return frozenset()
        found = self._select("lon, lat", Selection(rows=rows))
        return frozenset((lon, lat) for lon, lat in found)

    def reach(self, area: Area) -> bool:
        """Tell whether anything is known of an area, or of what is next to it."""
        return self._store.reaches(area)

    def _rows(self, street: str | None, postal_code: str | None) -> tuple[int, ...]:
        """Return the buildings at a whole address."""
        if not street or not postal_code:
            return ()
        address = replace(read_address(street), postal_code=postal_code)
        return buildings_at(self._store, address) if address.street and address.number else ()

    def _select(self, columns: str, selection: Selection) -> list[sqlite3.Row]:
        """Return columns of buildings; that it takes too long is no fault of who searches."""
        deadline = Deadline.after(_SECONDS, self._clock)
        try:
            return self._store.select(columns, selection, deadline=deadline)
        except OutOfTime:
            raise Unavailable("The building database takes too long.") from None

    def _facts_of(self, postal_code: str) -> Mapping[Home, BuildingFacts]:
        dwellings: Counter[Home] = Counter()
        of_the_code = Condition(sql="postal_code = ?", values=(postal_code,))
        for home, number in self._homes(Selection(condition=of_the_code, postal_code=postal_code)):
            dwellings[home] += number
        return facts_of(dwellings)

    def _homes(self, selection: Selection) -> Iterator[tuple[Home, int]]:
        """Yield the buildings in which people live, each with the number of its dwellings."""
        columns = "use, completed_year / 10 * 10, heating, max(coalesce(dwellings, 1), 1), lon, lat"
        for use, decade, heating, number, lon, lat in self._select(columns, selection):
            if use in DWELLING_USES:
                yield Home(use, decade, heating, cell_of(lon, lat)), number


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
