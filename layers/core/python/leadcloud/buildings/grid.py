"""The grid that orders the buildings of a release: neighbours on the map are neighbours on disk.

Positions are whole 1e-7 degrees (a centimetre), so that comparing them is exact. A cell is 0.01
degrees by 0.005, about 560 m square in southern Finland; cells are numbered row by row, so that a
part of a row is one unbroken run of buildings.
"""

from array import array
from bisect import bisect_left
from dataclasses import dataclass
from typing import NamedTuple

UNITS = 10_000_000
"""Units of a position in a degree."""
_COLUMN, _ROW = 100_000, 50_000
_COLUMN_BITS = 16


def units(degrees: float) -> int:
    """Return degrees as whole units of position."""
    return round(degrees * UNITS)


def column_of(lon: int) -> int:
    """Return the column of a longitude in units."""
    return (lon + 180 * UNITS) // _COLUMN


def row_of(lat: int) -> int:
    """Return the row of a latitude in units."""
    return (lat + 90 * UNITS) // _ROW


def west_of(column: int) -> int:
    """Return the western edge of a column in units."""
    return column * _COLUMN - 180 * UNITS


def south_of(row: int) -> int:
    """Return the southern edge of a row in units."""
    return row * _ROW - 90 * UNITS


def cell_number(column: int, row: int) -> int:
    """Return the number of a cell."""
    return row << _COLUMN_BITS | column


def cell_of(lon: int, lat: int) -> int:
    """Return the number of the cell in which a position lies."""
    return cell_number(column_of(lon), row_of(lat))


def square_of(cell: int, side: int) -> tuple[int, int]:
    """Return which square of `side` cells by `side` a cell belongs to."""
    return (cell & (1 << _COLUMN_BITS) - 1) // side, (cell >> _COLUMN_BITS) // side


def middle_of_square(square: tuple[int, int], side: int) -> tuple[int, int]:
    """Return the position in the middle of a square."""
    column, row = square[0] * side, square[1] * side
    return west_of(column) + side * _COLUMN // 2, south_of(row) + side * _ROW // 2


class CellRun(NamedTuple):
    """Neighbouring cells of one row. A tuple, as a page may need hundreds."""

    row: int
    west: int
    """First column."""
    east: int
    """Last column, included."""
    whole: bool
    """Every position in these cells lies in the area that they cover."""


@dataclass(frozen=True, slots=True)
class Window:
    """Columns and rows in which a release has buildings at all."""

    west: int
    south: int
    east: int
    north: int


class Directory:
    """Which cells hold buildings, and where in the file each begins."""

    def __init__(self, cells: bytes, firsts: bytes, count: int) -> None:
        self._cells = array("I", cells)
        self._firsts = array("I", firsts)
        self._firsts.append(count + 1)
        self._count = count

    def rows_of(self, run: CellRun) -> tuple[int, int]:
        """Return the first row id of a run of cells and the one after its last."""
        start = bisect_left(self._cells, cell_number(run.west, run.row))
        most = min(start + run.east - run.west + 1, len(self._cells))
        end = bisect_left(self._cells, cell_number(run.east, run.row) + 1, start, most)
        return self._firsts[start], self._firsts[end]
