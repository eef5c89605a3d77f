"""Boxes against a look at every cell by itself."""

from itertools import pairwise, product
from random import Random

import pytest

from leadcloud.buildings.area import Box
from leadcloud.buildings.grid import CellRun, Window, column_of, row_of, units

PLACES = {
    "Finland": (25.0, 60.3),
    "the antimeridian from the west": (180.0, 60.3),
    "the antimeridian from the east": (-180.0, 60.3),
    "the north pole": (25.0, 90.0),
    "the south pole": (25.0, -90.0),
}
Cell = tuple[int, int]


def _near(random: Random, middle: float, limit: float) -> float:
    """Return degrees near others; in one of three on the edge of a cell or of the earth."""
    away = random.choice((0.0, 0.01, random.uniform(-0.04, 0.04)))
    return max(-limit, min(limit, middle + away))


def _box(random: Random, lon: float, lat: float) -> Box:
    west, east = _near(random, lon, 180), _near(random, lon, 180)
    south, north = sorted((_near(random, lat, 90), _near(random, lat, 90)))
    return Box(west=west, south=south, east=east, north=north)


def _window(random: Random, lon: float, lat: float) -> Window:
    column = column_of(units(lon)) + random.randrange(-4, 4)
    row = row_of(units(lat)) + random.randrange(-8, 8)
    return Window(column, row, column + random.randrange(6), row + random.randrange(12))


def _expected(box: Box, window: Window) -> dict[Cell, bool]:
    """Return the cells that a box touches, and whether an edge of it runs through none of each."""
    spans = [(box.west, box.east)]
    if box.west > box.east:
        spans = [(-180.0, box.east), (box.west, 180.0)]
    south, north = row_of(units(box.south)), row_of(units(box.north))
    found: dict[Cell, bool] = {}
    for row, column in product(
        range(window.south, window.north + 1), range(window.west, window.east + 1)
    ):
        for west, east in spans:
            first, last = column_of(units(west)), column_of(units(east))
            if first <= column <= last and south <= row <= north:
                found[row, column] = first < column < last and south < row < north
    return found


def _cells(runs: list[CellRun]) -> list[tuple[Cell, bool]]:
    return [
        ((run.row, column), run.whole) for run in runs for column in range(run.west, run.east + 1)
    ]


@pytest.mark.parametrize("place", PLACES)
def test_a_box_touches_what_each_cell_says(place: str) -> None:
    """In order, and those through which no edge runs are whole.

    Boxes without width or height, and boxes and windows apart from each other included. A cell
    comes once, but where a box begins in it and goes around the world to end there, too.
    """
    random = Random(place)  # noqa: S311 the same boxes every time
    for _ in range(300):
        box, window = _box(random, *PLACES[place]), _window(random, *PLACES[place])

        runs = list(box.runs(window))

        assert dict(_cells(runs)) == _expected(box, window), (box, window)
        assert runs == sorted(runs)
        assert all(run.west <= run.east for run in runs)
        if box.west <= box.east:
            assert all(one.row < two.row or one.east < two.west for one, two in pairwise(runs))


def test_a_box_of_a_few_rows_is_a_run_or_three_in_each() -> None:
    """Neighbouring cells are looked up together: a page may need hundreds of rows."""
    box = Box(west=25.001, south=60.301, east=25.099, north=60.319)

    runs = list(box.runs(Window(0, 0, 36_000, 36_000)))

    assert [sum(run.row == row for run in runs) for row in sorted({run.row for run in runs})] == [
        1,
        3,
        3,
        1,
    ]
