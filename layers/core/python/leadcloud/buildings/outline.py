"""Lines drawn across the grid: the outlines of areas, and which cells they pass through."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import ceil, floor, hypot

from leadcloud.buildings.grid import UNITS, Window, column_of, row_of, south_of, units

Position = tuple[float, float]
Ring = Sequence[Position]
Projection = Callable[[float, float], Position]
Edge = tuple[Position, Position]
Span = tuple[int, int]
"""First and last column of neighbouring cells of a row."""

_MOST_STRIPS = 256


def as_it_is(lon: float, lat: float) -> Position:
    """Return a position in degrees as it is: the projection of those who need none."""
    return lon, lat


class Strips:
    """The edges of rings by the strips across in which they lie, so that a position meets few."""

    def __init__(self, rings: Sequence[Ring]) -> None:
        edges = [edge for ring in rings for edge in pairwise(ring)]
        heights = [y for ring in rings for _, y in ring]
        self._low = min(heights, default=0.0)
        count = min(max(len(edges), 1), _MOST_STRIPS)
        self._height = (max(heights, default=0.0) - self._low) / count or 1.0
        self._edges: list[list[Edge]] = [[] for _ in range(count + 1)]
        for edge in edges:
            south, north = sorted((edge[0][1], edge[1][1]))
            for strip in self._edges[self._strip(south) : self._strip(north) + 1]:
                strip.append(edge)

    def at(self, y: float) -> Sequence[Edge]:
        """Return all edges that pass a height, and some that pass near it."""
        strip = self._strip(y)
        return self._edges[strip] if 0 <= strip < len(self._edges) else ()

    def _strip(self, y: float) -> int:
        return floor((y - self._low) / self._height)


def spans_of(
    lines: Sequence[Ring], inverse: Projection, window: Window
) -> Iterator[tuple[int, Sequence[Span]]]:
    """Yield the rows of cells through which lines pass, from the south, with the columns of each."""
    margin = 1 if inverse is as_it_is else 100  # units by which a line is thicker than it is
    spans: dict[int, list[Span]] = defaultdict(list)
    for line in lines:
        for start, end in _edges(line, inverse):
            for row, west, east in _cells_on(start, end, window, margin=margin):
                spans[row].append((west, east))
    for row in sorted(spans):
        yield row, _joined(sorted(spans[row]))


def _joined(spans: Sequence[Span]) -> Sequence[Span]:
    """Return spans of which none touches another."""
    found = [spans[0]]
    for west, east in spans[1:]:
        if west <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], east))
        else:
            found.append((west, east))
    return found


def _edges(line: Ring, inverse: Projection) -> Iterator[Edge]:
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
