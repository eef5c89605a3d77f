"""Geometries that callers draw: GeoJSON and well-known text, in any of our coordinate systems."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

import cql2

from functions.buildings.crs import CRS84, Crs
from functions.buildings.filter_shape import check_shape
from functions.buildings.parameter import fault
from leadcloud.buildings.area import Area
from leadcloud.errors import ParameterInvalid

MAX_POINTS = 1_000
_MOST = 100
"""Parts of a geometry, and of all in it: each is a term of the SQL."""

Json = Any


def read_polygons(text: str, name: str) -> list[Area]:
    """Return the areas of a polygon or of several, in well-known text, in degrees, longitude first.

    Raises:
        ParameterInvalid: It is none, or has too many positions.
    """
    check_shape(text, name)
    if not text.lstrip().upper().startswith(("POLYGON", "MULTIPOLYGON")):
        raise fault(name, "Give POLYGON((24.9 60.1, …)).")
    try:
        _, geometry = cql2.parse_text(f"S_INTERSECTS(geometry, {text})").to_json()["args"]
        return areas_of(geometry, CRS84)
    except ParameterInvalid as error:
        raise fault(name, error.faults[0].detail) from None
    except (cql2.ParseError, ValueError, KeyError, TypeError):
        raise fault(name, "This is no polygon in well-known text.") from None


def areas_of(geometry: Json, crs: Crs) -> list[Area]:
    """Return the areas of a geometry as GeoJSON, or as a box.

    Raises:
        ParameterInvalid: It is none, or larger than is looked at here.
    """
    try:
        return list(_at_most(list(_areas(geometry, crs)), _MOST))
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
    read = _READERS.get(str(geometry.get("type")))
    if read is None:
        _refuse("This is no geometry of GeoJSON's, nor a box.")
    yield from read(geometry, crs)


def _points(geometry: Json, crs: Crs) -> Iterator[Area]:
    several = geometry["type"] == "MultiPoint"
    for point in _at_most(geometry["coordinates"], _MOST) if several else [geometry["coordinates"]]:
        yield crs.spot(float(point[0]), float(point[1]), "filter")


def _lines(geometry: Json, crs: Crs) -> Iterator[Area]:
    several = geometry["type"] == "MultiLineString"
    parts = _at_most(geometry["coordinates"], _MOST) if several else [geometry["coordinates"]]
    yield crs.line(_positions(parts), "filter")


def _polygons(geometry: Json, crs: Crs) -> Iterator[Area]:
    several = geometry["type"] == "MultiPolygon"
    for rings in _at_most(geometry["coordinates"], _MOST) if several else [geometry["coordinates"]]:
        yield crs.polygon(_positions(rings), "filter")


def _collected(geometry: Json, crs: Crs) -> Iterator[Area]:
    for part in _at_most(geometry["geometries"], _MOST):
        yield from _areas(part, crs)


_READERS: Mapping[str, Callable[[Json, Crs], Iterator[Area]]] = {
    "Point": _points,
    "MultiPoint": _points,
    "LineString": _lines,
    "MultiLineString": _lines,
    "Polygon": _polygons,
    "MultiPolygon": _polygons,
    "GeometryCollection": _collected,
}


def _at_most(items: Json, most: int) -> Sequence[Json]:
    if not isinstance(items, list) or not 1 <= len(items) <= most:
        _refuse(f"A geometry has at most {most} parts.")
    return items


def _positions(parts: Json) -> list[list[tuple[float, float]]]:
    if not parts or sum(len(part) for part in parts) > MAX_POINTS:
        _refuse(f"A line or polygon has 1 to {MAX_POINTS} positions.")
    return [[(float(point[0]), float(point[1])) for point in part] for part in parts]


def _refuse(detail: str) -> NoReturn:
    raise fault("filter", detail)
