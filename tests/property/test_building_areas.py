"""Areas of any shape select exactly the buildings that a look at every building selects."""

from hypothesis import given, settings
from hypothesis import strategies as st

from leadcloud.buildings.area import Area, Box, Circle, Polygon
from leadcloud.buildings.projection import TM35FIN
from leadcloud.buildings.store import BuildingStore, Selection
from tests.effort import times
from tests.plugins.buildings import soon

LON, LAT = st.floats(24.95, 25.13), st.floats(60.24, 60.34)
CORNERS = st.tuples(LON, LAT)


def _box(corners: list[tuple[float, float]]) -> Box:
    (x1, y1), (x2, y2) = corners
    return Box(west=min(x1, x2), east=max(x1, x2), south=min(y1, y2), north=max(y1, y2))


def _closed(ring: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [*ring, ring[0]]


def _projected(rings: list[list[tuple[float, float]]]) -> Polygon:
    forward = [[TM35FIN.forward(*corner) for corner in ring] for ring in rings]
    return Polygon(rings=forward, forward=TM35FIN.forward, inverse=TM35FIN.inverse)


RINGS = st.lists(st.lists(CORNERS, min_size=3, max_size=9).map(_closed), min_size=1, max_size=2)
AREAS = st.one_of(
    st.lists(CORNERS, min_size=2, max_size=2).map(_box),
    st.lists(CORNERS, min_size=2, max_size=2)
    .map(_box)
    .map(lambda box: Box(west=box.east, east=box.west, south=box.south, north=box.north)),
    st.builds(Circle, lon=LON, lat=LAT, metres=st.floats(1, 20_000)),
    RINGS.map(lambda rings: Polygon(rings=rings)),
    RINGS.map(_projected),
)


@given(area=AREAS)
@settings(max_examples=times(60), deadline=None)
def test_an_area_selects_what_brute_force_selects(
    synthetic_store: BuildingStore, area: Area
) -> None:
    """No building in a touched cell is lost, none is counted twice, whole cells are whole.

    Self-crossing rings, holes and boxes over the antimeridian included.
    """
    everyone = synthetic_store.query("SELECT lon, lat, rid FROM building ORDER BY rid")
    expected = [row[2] for row in everyone if area.holds(row[0], row[1])]
    selection = Selection(area=area)

    found = synthetic_store.select("rid", selection, deadline=soon())

    assert [row[0] for row in found] == expected
    assert synthetic_store.count(selection, soon()) == len(expected)
