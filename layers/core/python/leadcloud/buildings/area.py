"""Areas to look for buildings in: which cells each covers, and which positions it holds."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil, cos, hypot, radians, sin, sqrt
from types import MappingProxyType
from typing import Any, Protocol

from leadcloud.buildings.grid import (
    UNITS,
    CellRun,
    Window,
    column_of,
    row_of,
    south_of,
    units,
    west_of,
)

Position = tuple[float, float]
Ring = Sequence[Position]
Projection = Callable[[float, float], Position]

Value = str | int | float


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """A part of a WHERE clause. Its text is made of our own words only; what is asked for is bound."""

    sql: str = "1"
    values: tuple[Value, ...] = ()
    functions: Mapping[str, Callable[..., Any]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """Python functions that the text calls, by name."""

    def __and__(self, other: "Condition") -> "Condition":
        return Condition(
            sql=f"({self.sql} AND {other.sql})",
            values=self.values + other.values,
            functions={**self.functions, **other.functions},
        )


class Area(Protocol):
    """A part of the earth's surface."""

    def runs(self, window: Window) -> Iterator[CellRun]:
        """Yield the cells within the window that the area touches, from south-west to north-east."""

    def condition(self, name: str) -> Condition:
        """Return the exact test of a position; `name` is free to name a function."""

    def holds(self, lon: int, lat: int) -> bool:
        """Tell whether a position, in units, lies inside."""


ALWAYS = Condition()
"""What every building meets."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A box in degrees; one that is `west` > `east` spans the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    def runs(self, window: Window) -> Iterator[CellRun]:
        """Yield the cells within the window that the box touches."""
        if self.west > self.east:
            halves = (
                Box(west=-180, south=self.south, east=self.east, north=self.north),
                Box(west=self.west, south=self.south, east=180, north=self.north),
            )
            yield from sorted(
                (run for half in halves for run in half.runs(window)),
                key=lambda run: (run.row, run.west),
            )
            return
        west, east = column_of(units(self.west)), column_of(units(self.east))
        south, north = row_of(units(self.south)), row_of(units(self.north))
        for row in range(max(south, window.south), min(north, window.north) + 1):
            whole = south < row < north
            yield from _row_runs(row, (west, east), window, whole=whole)

    def condition(self, name: str) -> Condition:  # noqa: ARG002 a box needs no function
        """Return the exact test of a position."""
        between = "OR" if self.west > self.east else "AND"
        return Condition(
            sql=f"((lon >= ? {between} lon <= ?) AND lat BETWEEN ? AND ?)",
            values=tuple(units(edge) for edge in (self.west, self.east, self.south, self.north)),
        )

    def holds(self, lon: int, lat: int) -> bool:
        """Tell whether a position, in units, lies inside."""
        east, west = lon >= units(self.west), lon <= units(self.east)
        within = east or west if self.west > self.east else east and west
        return within and units(self.south) <= lat <= units(self.north)


def _row_runs(
    row: int, columns: tuple[int, int], window: Window, *, whole: bool
) -> Iterator[CellRun]:
    """Yield a row of a box: its two edge columns, and what is between them."""
    west, east = columns
    first, last = max(west, window.west), min(east, window.east)
    if first > last:
        return
    inner_first, inner_last = max(west + 1, first), min(east - 1, last)
    if not whole or inner_first > inner_last:
        yield CellRun(row, first, last, whole=False)
        return
    if first < inner_first:
        yield CellRun(row, first, first, whole=False)
    yield CellRun(row, inner_first, inner_last, whole=True)
    if inner_last < last:
        yield CellRun(row, last, last, whole=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Circle:
    """All within a distance of a point, on the plane that touches the ellipsoid there.

    Up to 50 km the distances are right to a few parts in ten thousand.
    """

    lon: float
    lat: float
    metres: float

    def box(self) -> Box:
        """Return the box around the circle."""
        per_lon, per_lat = metres_per_degree(self.lat)
        across, up = self.metres / per_lon, self.metres / per_lat
        return Box(
            west=max(self.lon - across, -180),
            south=max(self.lat - up, -90),
            east=min(self.lon + across, 180),
            north=min(self.lat + up, 90),
        )

    def runs(self, window: Window) -> Iterator[CellRun]:
        """Yield the cells within the window that the box around the circle touches."""
        for run in self.box().runs(window):
            yield CellRun(run.row, run.west, run.east, whole=False)

    def distance(self) -> Condition:
        """Return the square of the distance from the centre, in square metres, as an expression."""
        per_lon, per_lat = metres_per_degree(self.lat)
        x, y = units(self.lon), units(self.lat)
        across, up = (per_lon / UNITS) ** 2, (per_lat / UNITS) ** 2
        return Condition(
            sql="((lon - ?) * (lon - ?) * ? + (lat - ?) * (lat - ?) * ?)",
            values=(x, x, across, y, y, up),
        )

    def condition(self, name: str) -> Condition:  # noqa: ARG002 a circle needs no function
        """Return the exact test of a position."""
        distance = self.distance()
        return Condition(sql=f"({distance.sql} <= ?)", values=(*distance.values, self.metres**2))

    def holds(self, lon: int, lat: int) -> bool:
        """Tell whether a position, in units, lies inside."""
        return self.distance_to(lon, lat) <= self.metres

    def distance_to(self, lon: int, lat: int) -> float:
        """Return the metres from the centre to a position in units."""
        per_lon, per_lat = metres_per_degree(self.lat)
        across, up = (lon - units(self.lon)) / UNITS, (lat - units(self.lat)) / UNITS
        return hypot(across * per_lon, up * per_lat)


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Return the length of a degree of longitude and of latitude at a latitude (GRS 80)."""
    a, e2 = 6378137.0, 0.00669438002290
    w = sqrt(1 - e2 * sin(radians(lat)) ** 2)
    return (
        radians(1) * a * max(cos(radians(lat)), 1e-9) / w,
        radians(1) * a * (1 - e2) / w**3,
    )


def as_it_is(lon: float, lat: float) -> Position:
    """Return a position in degrees as it is: the projection of those who need none."""
    return lon, lat


@dataclass(frozen=True, kw_only=True, slots=True)
class Polygon:
    """An area within rings, its edge included, by the even-odd rule: a ring in a ring is a hole.

    The corners may be of any coordinate system; lines between them are straight in it.
    """

    rings: Sequence[Ring]
    forward: Projection = as_it_is
    """From degrees to the rings' own coordinates."""
    inverse: Projection = as_it_is

    def holds(self, lon: int, lat: int) -> bool:
        """Tell whether a position, in units, lies inside."""
        x, y = self.forward(lon / UNITS, lat / UNITS)
        inside = False
        for ring in self.rings:
            for (x1, y1), (x2, y2) in pairwise(ring):
                if (y1 > y) != (y2 > y):
                    edge = (x2 - x1) * (y - y1) / (y2 - y1) + x1
                    if x == edge:
                        return True
                    inside ^= x < edge
                elif y == y1 and (x1 == x or (y == y2 and (x1 > x) != (x2 > x))):
                    return True
        return inside

    def condition(self, name: str) -> Condition:
        """Return the exact test of a position."""
        return Condition(sql=f"{name}(lon, lat)", functions={name: self.holds})

    def runs(self, window: Window) -> Iterator[CellRun]:
        """Yield the cells within the window that the polygon touches.

        A cell that no edge touches lies wholly inside or wholly outside, as its middle does.
        """
        edge_columns = columns_on(self.rings, self.inverse, window)
        for row in sorted(edge_columns):
            yield from self._row(row, sorted(edge_columns[row]), window)

    def _row(self, row: int, edges: Sequence[int], window: Window) -> Iterator[CellRun]:
        before = edges[0] - 1
        for column in edges:
            if column > before + 1 and self._holds_middle(row, before + 1):
                yield CellRun(row, before + 1, column - 1, whole=True)
            if window.west <= column <= window.east:
                yield CellRun(row, column, column, whole=False)
            before = column

    def _holds_middle(self, row: int, column: int) -> bool:
        return self.holds(
            (west_of(column) + west_of(column + 1)) // 2, (south_of(row) + south_of(row + 1)) // 2
        )


def columns_on(
    lines: Sequence[Ring], inverse: Projection, window: Window
) -> Mapping[int, set[int]]:
    """Return the columns of each row of cells through which lines pass."""
    margin = 1 if inverse is as_it_is else 100  # units by which a line is thicker than it is
    columns: dict[int, set[int]] = defaultdict(set)
    for line in lines:
        for start, end in _edges(line, inverse):
            for row, west, east in _cells_on(start, end, window, margin=margin):
                columns[row].update(range(west, east + 1))
    return columns


def _edges(line: Ring, inverse: Projection) -> Iterator[tuple[Position, Position]]:
    """Yield the edges in degrees; one that is bent there comes in pieces."""
    for start, end in pairwise(line):
        pieces = 1 if inverse is as_it_is else _pieces(start, end)
        points = [
            inverse(
                start[0] + (end[0] - start[0]) * step / pieces,
                start[1] + (end[1] - start[1]) * step / pieces,
            )
            for step in range(pieces + 1)
        ]
        yield from pairwise(points)


_PIECE = 2_000
"""Metres of an edge over which its bend in degrees is below 20 cm."""
_MOST_PIECES = 1_000


def _pieces(start: Position, end: Position) -> int:
    return min(max(ceil(hypot(end[0] - start[0], end[1] - start[1]) / _PIECE), 1), _MOST_PIECES)


def _cells_on(
    start: Position, end: Position, window: Window, *, margin: int
) -> Iterator[tuple[int, int, int]]:
    """Yield row, first and last column of the cells that an edge passes through.

    Columns beside the window are told as the one next to it: the side of the edge on which a cell
    lies still counts.
    """
    (x1, y1), (x2, y2) = sorted((start, end), key=lambda point: point[1])
    south, north = row_of(units(y1) - margin), row_of(units(y2) + margin)
    for row in range(max(south, window.south), min(north, window.north) + 1):
        x = sorted(
            x1 + (x2 - x1) * (min(max(y, y1), y2) - y1) / (y2 - y1) if y2 > y1 else either
            for y, either in ((south_of(row) / UNITS, x1), (south_of(row + 1) / UNITS, x2))
        )
        west, east = column_of(units(x[0]) - margin), column_of(units(x[1]) + margin)
        yield row, _beside(west, window), _beside(east, window)


def _beside(column: int, window: Window) -> int:
    return min(max(column, window.west - 1), window.east + 1)
