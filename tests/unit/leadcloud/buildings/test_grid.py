"""The directory of cells against a look at every building."""

from array import array
from random import Random

import pytest

from leadcloud.buildings.grid import CellRun, Directory, cell_number


@pytest.mark.parametrize("occupied", [0, 1, 2, 20, 120])
def test_a_run_of_cells_gives_the_rows_of_its_buildings(occupied: int) -> None:
    """No row of another cell, and none where no cell of the run has buildings."""
    random = Random(occupied)  # noqa: S311 the same cells every time
    for _ in range(100):
        cells = sorted(
            {cell_number(random.randrange(20), random.randrange(8)) for _ in range(occupied)}
        )
        buildings = [cell for cell in cells for _ in range(random.randrange(1, 4))]
        firsts = [buildings.index(cell) + 1 for cell in cells]
        directory = Directory(
            array("I", cells).tobytes(), array("I", firsts).tobytes(), len(buildings)
        )
        row, west = random.randrange(8), random.randrange(20)
        east = random.choice((west, random.randrange(west, 20), 36_000))

        first, end = directory.rows_of(CellRun(row, west, east, whole=True))

        within = range(cell_number(west, row), cell_number(east, row) + 1)
        assert buildings[first - 1 : end - 1] == [cell for cell in buildings if cell in within]
