"""How a building becomes a GeoJSON feature: SQLite writes it, from pieces written at build time.

A feature in Python is 5 µs of json.dumps and more of row handling; joined in SQL from the pieces
in `place` and `traits` it is 3 (docs/adr/0010-buildings-in-one-file.md).
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

PROPERTIES: Mapping[str, str] = MappingProxyType(
    {
        "id": "building.id",
        "street": "place.street",
        "street_sv": "place.street_sv",
        "postal_code": "place.postal_code",
        "municipality": "place.municipality",
        "house_number": "building.house_number",
        "use": "traits.use",
        "building_class": "traits.building_class",
        "heating": "traits.heating",
        "energy_source": "traits.energy_source",
        "facade": "traits.facade",
        "frame": "traits.frame",
        "usage_status": "traits.usage_status",
        "id_valid": "traits.id_valid",
        "source": "traits.source",
        "also_from": "traits.also_from",
        "completed_year": "building.completed_year",
        "storeys": "building.storeys",
        "dwellings": "building.dwellings",
        "gross_floor_area": "building.gross_floor_area",
        "floor_area": "building.floor_area",
        "updated": "date(building.updated + 2440587.5)",
    }
)
"""Where each property of a feature is read from."""

PLACE_PROPERTIES = ("street", "street_sv", "postal_code", "municipality")
TRAIT_PROPERTIES = (
    "use",
    "building_class",
    "heating",
    "energy_source",
    "facade",
    "frame",
    "usage_status",
    "id_valid",
    "source",
    "also_from",
)
_NUMBERS = ("completed_year", "storeys", "dwellings", "gross_floor_area", "floor_area")

JOINS = "building LEFT JOIN place USING (place) LEFT JOIN traits USING (traits)"
"""Left joins: SQLite leaves out those of which a statement reads nothing."""

Coordinates = Callable[[int, int], str]
"""From a position in units to the two numbers of a GeoJSON position."""

DEGREES = ("%d.%07d,%d.%07d", "lon / 10000000, lon % 10000000, lat / 10000000, lat % 10000000")
"""Longitude and latitude, as a format and its arguments; positions in Finland are positive."""
PROJECTED = ("%s", "coordinates(lon, lat)")
"""Any other coordinates: a function of Python's, named so on the connection."""

ROW = ", ".join(f"{sql} AS {name}" for name, sql in PROPERTIES.items())
"""The properties as columns."""


def feature_sql(position: tuple[str, str]) -> str:
    """Return the SQL expression of a building's feature, with its position written as given.

    One call of format: a chain of || copies what it has so far at every step.
    """
    form, coordinates = position
    numbers = "".join(f',"{name}":%s' for name in _NUMBERS)
    updated = f"""coalesce('"' || {PROPERTIES["updated"]} || '"', 'null')"""
    return (
        """format('{"type":"Feature","id":"%s","geometry":{"type":"Point","coordinates":["""
        f"""{form}]}},"properties":{{%s,"house_number":%s,%s{numbers},"updated":%s}}}}', id,"""
        f""" {coordinates}, place.json, coalesce('"' || house_number || '"', 'null'), traits.json,"""
        f""" {", ".join(f"coalesce({PROPERTIES[name]}, 'null')" for name in _NUMBERS)}, {updated})"""
    )
