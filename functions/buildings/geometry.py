"""Geometries that callers draw: GeoJSON and well-known text, in any of our coordinate systems."""

from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import cql2

from functions.buildings.crs import CRS84, Crs
from functions.buildings.filter_shape import check_shape
from functions.buildings.parameter import fault
from leadcloud.buildings.area import Area, Box

MAX_POINTS = 1_000
_MAX_SPOTS, _MAX_POLYGONS = 100, 20

Json = Any


def read_polygon(text: str, name: str) -> Area:
    """Return the area of a polygon in well-known text, in degrees, longitude first.

    Raises:
        ParameterInvalid: It is none, or has too many positions.
    """
    check_shape(text, name)
    if not text.lstrip().upper().startswith(("POLYGON", "MULTIPOLYGON")):
        raise fault(name, "Give POLYGON((24.9 60.1, …)).")
    try:
        arguments = cql2.parse_text(f"S_INTERSECTS(geometry, {text})").to_json()["args"]
        (area,) = areas_of(arguments[1], CRS84)
    except (cql2.ParseError, ValueError, KeyError, TypeError):
        raise fault(name, "This is no polygon in well-known text.") from None
    return area


def areas_of(geometry: Json, crs: Crs) -> list[Area]:
    """Return the areas of a geometry as GeoJSON, or as a box.

    Raises:
        ParameterInvalid: It is none, or larger than is looked at here.
    """
    try:
        return list(_areas(geometry, crs))
    except (TypeError, ValueError, IndexError, KeyError):
        return _refuse("A geometry is not well formed.")


def _areas(geometry: Json, crs: Crs) -> Iterator[Area]:
    if not isinstance(geometry, dict):
        _refuse("S_INTERSECTS compares the property geometry with a geometry.")
    if "bbox" in geometry:
        box = geometry["bbox"]
        edges = box if len(box) == 4 else [*box[:2], *box[3:5]]  # noqa: PLR2004 without heights
        yield crs.box((edges[0], edges[1], edges[2], edges[3]), "filter")
        return
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    match kind:
        case "Point":
            yield _spot(coordinates, crs)
        case "MultiPoint":
            yield from (_spot(point, crs) for point in _at_most(coordinates, _MAX_SPOTS))
        case "Polygon":
            yield _polygon(coordinates, crs)
        case "MultiPolygon":
            yield from (_polygon(rings, crs) for rings in _at_most(coordinates, _MAX_POLYGONS))
        case _:
            _refuse("Points, polygons and boxes are offered.")


def _at_most(items: Json, most: int) -> Sequence[Json]:
    if not isinstance(items, list) or not 1 <= len(items) <= most:
        _refuse(f"A geometry has at most {most} parts.")
    return items


def _spot(coordinates: Json, crs: Crs) -> Area:
    lon, lat = crs.point(float(coordinates[0]), float(coordinates[1]), "filter")
    return Box(west=lon, south=lat, east=lon, north=lat)


def _polygon(rings: Json, crs: Crs) -> Area:
    if not rings or sum(len(ring) for ring in rings) > MAX_POINTS:
        _refuse(f"A polygon has at most {MAX_POINTS} positions.")
    return crs.polygon(
        [[(float(point[0]), float(point[1])) for point in ring] for ring in rings], "filter"
    )


def _refuse(detail: str) -> NoReturn:
    raise fault("filter", detail)
