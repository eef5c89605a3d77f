"""Areas to look for buildings in: which cells each covers, and which positions it holds."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from math import cos, hypot, radians, sin, sqrt
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
from leadcloud.buildings.outline import Projection, Ring, Span, Strips, as_it_is, spans_of

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
        return other if self is ALWAYS else Condition.joined("AND", (self, other))

    @classmethod
    def joined(cls, word: str, parts: Sequence["Condition"]) -> "Condition":
        """Return conditions as one that holds where all (AND), or any (OR), of them hold."""
        return cls(
            sql=f"({f' {word} '.join(part.sql for part in parts)})",
            values=tuple(chain.from_iterable(part.values for part in parts)),
            functions=dict(chain.from_iterable(part.functions.items() for part in parts)),
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
        columns = column_of(units(self.west)), column_of(units(self.east))
        south, north = row_of(units(self.south)), row_of(units(self.north))
        at_edge = _spans(columns, window, whole=False)
        between = _spans(columns, window, whole=True)
        for row in range(max(south, window.south), min(north, window.north) + 1):
            for west, east, whole in between if south < row < north else at_edge:
                yield CellRun(row, west, east, whole)

    def condition(self, name: str) -> Condition:  # noqa: ARG002 a box needs no function
        """Return the exact test of a position."""
        between = "OR" if self.west > self.east else "AND"
        return Condition(
            sql=f"((lon >= ? {between} lon <= ?) AND lat BETWEEN ? AND ?)",
            values=(units(self.west), units(self.east), units(self.south), units(self.north)),
        )

    def holds(self, lon: int, lat: int) -> bool:
        """Tell whether a position, in units, lies inside."""
        east, west = lon >= units(self.west), lon <= units(self.east)
        within = east or west if self.west > self.east else east and west
        return within and units(self.south) <= lat <= units(self.north)


def _spans(columns: tuple[int, int], window: Window, *, whole: bool) -> list[tuple[int, int, bool]]:
    """Return a row of a box as first and last columns, and whether all between is inside.

    A row that is not `whole` lies at the northern or southern edge.
    """
    first, last = max(columns[0], window.west), min(columns[1], window.east)
    if first > last:
        return []
    inner_first, inner_last = max(columns[0] + 1, first), min(columns[1] - 1, last)
    if not whole or inner_first > inner_last:
        return [(first, last, False)]
    spans = [(inner_first, inner_last, True)]
    if first < inner_first:
        spans.insert(0, (first, first, False))
    if inner_last < last:
        spans.append((last, last, False))
    return spans


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Polygon:
    """An area within rings, its edge included, by the even-odd rule: a ring in a ring is a hole.

    The corners may be of any coordinate system; lines between them are straight in it.
    """

    rings: Sequence[Ring]
    forward: Projection = as_it_is
    """From degrees to the rings' own coordinates."""
    inverse: Projection = as_it_is
    _strips: Strips = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the edges, once for all positions that will be asked for."""
        object.__setattr__(self, "_strips", Strips(self.rings))

    def holds(self, lon: int, lat: int) -> bool:
        """Tell whether a position, in units, lies inside."""
        x, y = self.forward(lon / UNITS, lat / UNITS)
        inside = False
        for (x1, y1), (x2, y2) in self._strips.at(y):
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
        for row, spans in spans_of(self.rings, self.inverse, window):
            yield from self._row(row, spans, window)

    def _row(self, row: int, edges: Sequence[Span], window: Window) -> Iterator[CellRun]:
        before = edges[0][0] - 1
        for west, east in edges:
            if west > before + 1 and self._holds_middle(row, before + 1):
                yield CellRun(row, before + 1, west - 1, whole=True)
            first, last = max(west, window.west), min(east, window.east)
            if first <= last:
                yield CellRun(row, first, last, whole=False)
            before = east

    def _holds_middle(self, row: int, column: int) -> bool:
        return self.holds(
            (west_of(column) + west_of(column + 1)) // 2, (south_of(row) + south_of(row + 1)) // 2
        )
