"""The area that a search is limited to: a circle or a polygon on the map."""

from collections.abc import Iterator

from functions.search.criteria_message import Surroundings, ValuesMessage
from leadcloud.buildings.area import Area, Circle, Polygon
from leadcloud.buildings.facts import Neighbourhoods
from leadcloud.errors import Fault

_MAX_POINTS = 1_000
_POLE = 90


def read_area(where: str, value: ValuesMessage, neighbourhoods: Neighbourhoods) -> Area | Fault:
    """Return the area that was meant, or what is wrong with it."""
    area = _area(where, value) if isinstance(value, Surroundings) else _formless(where)
    if isinstance(area, Fault) or neighbourhoods.reach(area):
        return area
    detail = "No building is known there, nor near it. In a position, longitude comes first."
    return Fault(field=where, code="area_unknown", detail=detail)


def _area(where: str, value: Surroundings) -> Area | Fault:
    if any(abs(lat) > _POLE for _, lat in _positions(value)):
        detail = "A position lies outside the world; longitude comes first."
        return Fault(field=where, code="form", detail=detail)
    if value.point and value.radius_m and value.coordinates is None and value.type is None:
        return Circle(lon=value.point[0], lat=value.point[1], metres=value.radius_m)
    rings = value.coordinates
    if rings and value.point is None and sum(map(len, rings)) <= _MAX_POINTS and _closed(rings):
        return Polygon(rings=[[(point[0], point[1]) for point in ring] for ring in rings])
    return _formless(where)


def _formless(where: str) -> Fault:
    detail = f"Give a GeoJSON polygon of at most {_MAX_POINTS} positions, or point and radius_m."
    return Fault(field=where, code="form", detail=detail)


def _positions(value: Surroundings) -> Iterator[list[float]]:
    yield from [value.point] if value.point else ()
    for ring in value.coordinates or ():
        yield from ring


def _closed(rings: list[list[list[float]]]) -> bool:
    return all(len(ring) >= 4 and ring[0] == ring[-1] for ring in rings)  # noqa: PLR2004 RFC 7946
