"""Areas against a reckoning of their own: every building asked one by one."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest

from functions.buildings.crs import CRS_LIST, Crs
from leadcloud.buildings.area import Condition, Polygon
from leadcloud.buildings.grid import UNITS
from leadcloud.buildings.line import Line
from leadcloud.buildings.store import BuildingStore, Selection
from tests.plugins.buildings import soon

Ring = Sequence[tuple[float, float]]


SOME = Condition(sql="rid % 4 = 1")
"""One in four is enough, and quicker to ask one by one."""


def _ring(
    random: Random, crs: Crs, corners: int, *, within: tuple[float, float, float, float]
) -> list[tuple[float, float]]:
    """Return a ring of random corners, most of which cross itself, in a system's axis order."""
    west, south, east, north = within
    ring = []
    for _ in range(corners):
        lon, lat = random.uniform(west, east), random.uniform(south, north)
        x, y = crs.grid.forward(lon, lat) if crs.grid else (lon, lat)
        ring.append((y, x) if crs.northing_first else (x, y))
    return [*ring, ring[0]]


def _crosses_odd(rings: Sequence[Ring], x: float, y: float) -> bool:
    """Count the edges that a ray to the north crosses."""
    crossed = 0
    for ring in rings:
        for (x1, y1), (x2, y2) in pairwise(ring):
            if min(x1, x2) <= x < max(x1, x2):
                crossed += y1 + (x - x1) / (x2 - x1) * (y2 - y1) > y
    return crossed % 2 == 1


@pytest.mark.parametrize("crs", CRS_LIST, ids=lambda crs: crs.uri[-6:])
@pytest.mark.parametrize("corners", [3, 12, 100])
def test_a_polygon_holds_what_a_ray_says(
    synthetic_store: BuildingStore, crs: Crs, corners: int
) -> None:
    """Crossing itself, with a second ring, in every system: the same buildings are counted."""
    random = Random(corners)  # noqa: S311 the same polygons every time
    within = synthetic_store.release.bbox
    positions = synthetic_store.query("SELECT lon, lat FROM building WHERE rid % 4 = 1")
    for _ in range(3):
        rings = [_ring(random, crs, number, within=within) for number in (corners, 5)]
        area = crs.polygon(rings, "filter")
        expected = sum(
            _crosses_odd(area.rings, *area.forward(lon / UNITS, lat / UNITS))
            for lon, lat in positions
        )

        assert 0 < expected < len(positions)
        assert synthetic_store.count(Selection(area=area, condition=SOME), soon()) == expected


def test_a_polygon_over_the_country_stays_small() -> None:
    """Ten thousand cells wide and in many teeth, it is asked about in a few runs for each row."""
    from leadcloud.buildings.grid import Window, column_of, row_of

    teeth = [(19 + 13 * (i % 2), 59.5 + 10.5 * i / 600) for i in range(600)]
    area = Polygon(rings=[[*teeth, teeth[0]]])
    window = Window(
        column_of(19 * UNITS), row_of(59 * UNITS), column_of(32 * UNITS), row_of(71 * UNITS)
    )

    runs = list(area.runs(window))

    assert len(runs) < 10_000
    assert all(run.west <= run.east for run in runs)


def test_a_line_holds_the_buildings_that_it_is_drawn_through(
    synthetic_store: BuildingStore,
) -> None:
    """A line from house to house holds these houses, and hardly others."""
    houses = [
        (lon / UNITS, lat / UNITS)
        for lon, lat in synthetic_store.query("SELECT lon, lat FROM building WHERE rid % 97 = 1")
    ]

    found = synthetic_store.count(Selection(area=Line(parts=[houses])), soon())

    assert len(houses) <= found < len(houses) + 10
