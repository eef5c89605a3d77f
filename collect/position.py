"""Where a row says its building is: any of Finland's coordinate systems, either axis first."""

from collections.abc import Iterator, Mapping
from typing import Any

from leadcloud.buildings.grid import units
from leadcloud.buildings.projection import TM35FIN, TransverseMercator, gauss_kruger

# Ranges that hold Finland and do not overlap: they tell system and axis order of a pair of numbers
# whatever the file claims. ETRS-GKn eastings carry the meridian as their first two digits.
_LON, _LAT = (19.0, 32.0), (59.0, 71.0)
_EASTING, _NORTHING = (50_000.0, 760_000.0), (6_600_000.0, 7_800_000.0)
_MERIDIANS = range(19, 32)
_PAIR = 2
_DEEPEST = 4
"""Lists around a number in a MultiPolygon, GeoJSON's deepest geometry."""


def position(x: float, y: float) -> tuple[int, int] | None:
    """Return longitude and latitude in units of a pair of numbers, or None outside Finland."""
    for first, second in ((x, y), (y, x)):
        if _within(first, _LON) and _within(second, _LAT):
            return units(first), units(second)
        grid = _grid(first, second)
        if grid is not None:
            lon, lat = grid.inverse(first, second)
            inside = _within(lon, _LON) and _within(lat, _LAT)
            return (units(lon), units(lat)) if inside else None
    return None


def _grid(easting: float, northing: float) -> TransverseMercator | None:
    if not _within(northing, _NORTHING):
        return None
    if _within(easting, _EASTING):
        return TM35FIN
    meridian = int(easting // 1_000_000)
    # A city may use its zone beyond the zone's own width; half a million metres is the digit's end.
    return gauss_kruger(meridian) if meridian in _MERIDIANS else None


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def position_of(geometry: Mapping[str, Any] | None) -> tuple[float, float] | None:
    """Return the middle of a GeoJSON geometry's bounding box, in its own coordinates."""
    if not isinstance(geometry, Mapping):
        return None
    points = list(_points(geometry.get("coordinates"), _DEEPEST))
    if not points:
        return None
    xs, ys = zip(*points, strict=True)
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def _points(coordinates: Any, depth: int) -> Iterator[tuple[float, float]]:
    if not isinstance(coordinates, list) or depth == 0:
        return
    if len(coordinates) >= _PAIR and all(_is_number(item) for item in coordinates[:2]):
        yield float(coordinates[0]), float(coordinates[1])
        return
    for item in coordinates:
        yield from _points(item, depth - 1)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
