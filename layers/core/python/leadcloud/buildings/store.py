"""Reads a release of the building database: one immutable SQLite file, many readers."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from leadcloud.buildings.area import ALWAYS, Area, Circle, Condition
from leadcloud.buildings.connections import Connections, Functions
from leadcloud.buildings.grid import Directory, Window, column_of, row_of, units
from leadcloud.buildings.release import Release
from leadcloud.buildings.rendering import (
    DEGREES,
    JOINS,
    PROJECTED,
    ROW,
    Coordinates,
    feature_sql,
)
from leadcloud.clock import Deadline

_NEAR = 8
"""Cells, some four kilometres: as far as the middle of a square of homes may lie from them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Which buildings are meant."""

    area: Area | None = None
    condition: Condition = ALWAYS
    postal_code: str | None = None
    """Where the condition asks for one postal code: only its runs are read."""
    municipality: str | None = None
    rows: tuple[int, ...] | None = None
    """Row ids, where they are known already."""


EVERYTHING = Selection()


@dataclass(frozen=True, kw_only=True, slots=True)
class Slice:
    """Which part of the selected buildings is wanted, in the order of the file."""

    limit: int
    after: int = 0
    """Row id after which to go on."""
    offset: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Features:
    """Buildings as GeoJSON features."""

    lines: str
    """One feature a line, with a comma at the end of each but the last."""
    number: int
    until: int = 0
    """Row id up to which, in the order of the file, nothing else is selected."""

    def first(self, number: int) -> "Features":
        """Return so many from the beginning, where there is at most one more."""
        if self.number <= number:
            return self
        lines, _, _ = self.lines.rpartition(_BETWEEN)
        return Features(lines=lines, number=number, until=self.until - 1)


class Run(NamedTuple):
    """Row ids that follow each other. A tuple, as a page may need hundreds."""

    first: int
    end: int
    """The row id after the last."""
    whole: bool
    """All of them lie in the area asked for."""


class BuildingStore:
    """Answers questions about the buildings of one release. Safe to use from threads."""

    def __init__(self, path: Path) -> None:
        self._connections = Connections(path)
        ((json,),) = self.query("SELECT json FROM release")
        self.release = Release.from_json(json)
        ((cells, firsts),) = self.query("SELECT cells, firsts FROM directory")
        self._directory = Directory(cells, firsts, self.release.count)
        west, south, east, north = (units(edge) for edge in self.release.bbox)
        self._window = Window(column_of(west), row_of(south), column_of(east), row_of(north))

    def reaches(self, area: Area) -> bool:
        """Tell whether an area touches the box in which all buildings lie, or nearly does."""
        known = self._window
        near = Window(
            known.west - _NEAR, known.south - _NEAR, known.east + _NEAR, known.north + _NEAR
        )
        return next(area.runs(near), None) is not None

    def feature(self, identifier: str, coordinates: Coordinates | None = None) -> str | None:
        """Return one building as a GeoJSON feature, or None where there is none of that id."""
        rows = self._connections.fetched(
            f"SELECT {_position(coordinates)} FROM {JOINS} WHERE id = ?",
            (identifier,),
            functions=_functions(coordinates),
        )
        return rows[0][0] if rows else None

    def features(
        self,
        selection: Selection,
        part: Slice,
        *,
        deadline: Deadline,
        coordinates: Coordinates | None = None,
    ) -> Features:
        """Return a part of the selected buildings, in the order of the file.

        Raises:
            OutOfTime: The deadline passed first.
        """
        ((lines, number, last),) = self._rows(
            partial(_features_sql, _position(coordinates)),
            selection,
            part,
            deadline=deadline,
            coordinates=coordinates,
        )
        return Features(lines=lines or "", number=number, until=last or 0)

    def records(self, selection: Selection, part: Slice, deadline: Deadline) -> list[sqlite3.Row]:
        """Return a part of the selected buildings as rows of lon, lat, properties and rid."""
        return self._rows(_records_sql, selection, part, deadline=deadline)

    def nearest(
        self,
        circle: Circle,
        condition: Condition,
        *,
        limit: int,
        deadline: Deadline,
        coordinates: Coordinates | None = None,
    ) -> Features:
        """Return the features within a circle, the nearest to its centre first."""
        distance = circle.distance()
        where = condition & circle.condition("")
        runs = self.runs(Selection(area=circle))
        sql = _joined(
            f"SELECT {_position(coordinates)} AS feature, rid FROM {_RUNS} WHERE {where.sql}"
            f" ORDER BY {distance.sql}, rid LIMIT ?"
        )
        ((lines, number, _),) = self._connections.fetched(
            sql,
            (_bound(runs), *where.values, *distance.values, limit),
            functions=_functions(coordinates, where),
            deadline=deadline,
        )
        return Features(lines=lines or "", number=number)

    def count(self, selection: Selection, deadline: Deadline) -> int:
        """Return how many buildings are selected; cells wholly inside are not read.

        Raises:
            OutOfTime: The deadline passed first.
        """
        runs = self.runs(selection)
        unconditional = selection.condition is ALWAYS
        known = sum(run.end - run.first for run in runs if run.whole and unconditional)
        in_doubt = [run for run in runs if not (run.whole and unconditional)]
        if not in_doubt:
            return known
        where = self._where(selection)
        ((counted,),) = self._connections.fetched(
            f"SELECT count(*) FROM {_RUNS} WHERE {where.sql}",
            (_bound(in_doubt), *where.values),
            functions=where.functions,
            deadline=deadline,
        )
        return known + int(counted)

    def select(
        self, columns: str, selection: Selection, *, tail: str = "", deadline: Deadline
    ) -> list[sqlite3.Row]:
        """Return columns of the selected buildings; `columns` and `tail` are SQL of our own."""
        where = self._where(selection)
        return self._connections.fetched(
            f"SELECT {columns} FROM {_RUNS} WHERE {where.sql} {tail}",
            (_bound(self.runs(selection)), *where.values),
            functions=where.functions,
            deadline=deadline,
        )

    def query(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        """Return the rows of a statement of our own that needs no grid."""
        return self._connections.fetched(sql, values)

    def runs(self, selection: Selection, after: int = 0) -> list[Run]:
        """Return the runs of row ids in which the selected buildings are, in order."""
        found: list[Run] = []
        unread = after + 1
        for begin, end, whole in self._all_runs(selection):
            # Postal codes lie in one another's gaps: what was read is not read again.
            first = max(begin, unread)
            if first >= end:
                continue
            unread = end
            if found and found[-1].end == first and found[-1].whole == whole:
                found[-1] = Run(found[-1].first, end, whole)
            else:
                found.append(Run(first, end, whole))
        return found

    def _all_runs(self, selection: Selection) -> Iterator[tuple[int, int, bool]]:
        if selection.rows is not None:
            yield from ((row, row + 1, False) for row in sorted(selection.rows))
        elif selection.area is not None:
            for cells in selection.area.runs(self._window):
                yield (*self._directory.rows_of(cells), cells.whole)
        elif selection.postal_code is not None or selection.municipality is not None:
            column = "postal_code" if selection.postal_code is not None else "municipality"
            for first, last in self.query(
                f"SELECT first, last FROM reach WHERE {column} = ? ORDER BY first",
                (selection.postal_code or selection.municipality,),
            ):
                yield first, last + 1, False
        else:
            yield 1, self.release.count + 1, True

    @staticmethod
    def _where(selection: Selection) -> Condition:
        if selection.area is None:
            return selection.condition
        return selection.condition & selection.area.condition("in_area")

    def _rows(
        self,
        sql_where: Callable[[str], str],
        selection: Selection,
        part: Slice,
        *,
        deadline: Deadline,
        coordinates: Coordinates | None = None,
    ) -> list[sqlite3.Row]:
        where = self._where(selection)
        runs = _bound(self.runs(selection, part.after))
        return self._connections.fetched(
            sql_where(where.sql),
            (runs, *where.values, part.limit, part.offset),
            functions=_functions(coordinates, where),
            deadline=deadline,
        )


_RUNS = (
    "(SELECT json_extract(value, '$[0]') AS first, json_extract(value, '$[1]') AS end"
    " FROM json_each(?)) AS run CROSS JOIN "
    + JOINS.replace("building", "building ON rid >= run.first AND rid < run.end", 1)
)
"""Runs one after the other (a CROSS JOIN is never reordered), so rows come by row id."""


_BETWEEN = ",\n"
"""Between two features. None has a line feed in itself: JSON writes it as an escape."""


def _joined(statement: str) -> str:
    """Return a statement of features and row ids as one of all its features in one text.

    SQLite makes a page out of them at a fraction of what a row of each costs.
    """
    return f"SELECT group_concat(feature, '{_BETWEEN}'), count(*), max(rid) FROM ({statement})"


@lru_cache(maxsize=16)
def _features_sql(feature: str, where: str) -> str:
    """Return the statement of a page of features: most pages ask the same of different values."""
    return _joined(f"SELECT {feature} AS feature, rid {_part_of_selected(where)}")


def _records_sql(where: str) -> str:
    return f"SELECT lon, lat, {ROW}, rid {_part_of_selected(where)}"


def _part_of_selected(where: str) -> str:
    return f"FROM {_RUNS} WHERE {where} LIMIT ? OFFSET ?"


def _bound(runs: Sequence[Run]) -> str:
    return "[" + ",".join([f"[{first},{end}]" for first, end, _ in runs]) + "]"


def _functions(coordinates: Coordinates | None, condition: Condition = ALWAYS) -> Functions:
    if coordinates is None:
        return condition.functions
    return {**condition.functions, "coordinates": coordinates}


def _position(coordinates: Coordinates | None) -> str:
    return _IN_DEGREES if coordinates is None else _IN_PROJECTED


_IN_DEGREES, _IN_PROJECTED = feature_sql(DEGREES), feature_sql(PROJECTED)
