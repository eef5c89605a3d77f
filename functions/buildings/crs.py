"""The coordinate systems that positions may be asked and given in.

Source: OGC API Features Part 2 (18-058r1); axis orders are those of the EPSG register.
"""

from dataclasses import dataclass
from math import isfinite

from functions.buildings.parameter import fault
from leadcloud.buildings.area import Box, Polygon
from leadcloud.buildings.grid import UNITS
from leadcloud.buildings.line import Line
from leadcloud.buildings.outline import Position, Ring
from leadcloud.buildings.projection import TM35FIN, TransverseMercator, gauss_kruger
from leadcloud.buildings.rendering import Coordinates

_REACH = 1_500_000
"""Metres from its central meridian within which a grid's series hold."""
_NORTHINGS = (5_500_000, 8_500_000)

EAST_LIMIT, NORTH_LIMIT = 180.0, 90.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Crs:
    """A coordinate system."""

    uri: str
    northing_first: bool = False
    grid: TransverseMercator | None = None
    """None where coordinates are degrees."""

    def coordinates(self) -> Coordinates | None:
        """Return how positions are written; None for plain longitude and latitude."""
        if self.grid is None:
            return _latitude_first if self.northing_first else None
        forward = self.grid.forward

        def metres(lon: int, lat: int) -> str:
            easting, northing = forward(lon / UNITS, lat / UNITS)
            pair = (northing, easting) if self.northing_first else (easting, northing)
            return f"{pair[0]:.2f},{pair[1]:.2f}"

        return metres

    @property
    def columns(self) -> tuple[str, str]:
        """Name the two columns of a position in a table; axes have names there, and no order."""
        return ("lon", "lat") if self.grid is None else ("easting", "northing")

    def cells(self, lon: int, lat: int) -> tuple[str, str]:
        """Return a position as the cells of these columns."""
        if self.grid is None:
            return f"{lon / UNITS:.7f}", f"{lat / UNITS:.7f}"
        easting, northing = self.grid.forward(lon / UNITS, lat / UNITS)
        return f"{easting:.2f}", f"{northing:.2f}"

    def box(self, edges: tuple[float, float, float, float], name: str) -> Box | Polygon:
        """Return the area between two corners, given in this system's axis order."""
        x1, y1, x2, y2 = self._swapped(edges)
        if self.grid is None:
            self._check_degrees(((x1, y1), (x2, y2)), name)
            if y1 > y2:
                raise fault(name, "The south of the box lies north of its north.")
            return Box(west=x1, south=y1, east=x2, north=y2)
        if x1 > x2 or y1 > y2:
            raise fault(name, "The first corner of the box is not its lower left one.")
        middle = self.grid.false_easting
        x1, x2 = (min(max(x, middle - _REACH), middle + _REACH) for x in (x1, x2))
        y1, y2 = (min(max(y, _NORTHINGS[0]), _NORTHINGS[1]) for y in (y1, y2))
        return self._polygon([[(x1, y1), (x2, y1), (x2, y2), (x1, y2), (x1, y1)]])

    def spot(self, x: float, y: float, name: str) -> Box | Line:
        """Return what stands at a position in this system's axis order, to the centimetre."""
        if self.grid is not None:
            return self.line([[(x, y), (x, y)]], name)
        lon, lat = self.point(x, y, name)
        return Box(west=lon, south=lat, east=lon, north=lat)

    def line(self, parts: list[list[tuple[float, float]]], name: str) -> Line:
        """Return what lies on lines, given in this system's axis order."""
        swapped = self._all_swapped(parts)
        for part in swapped:
            if len(part) < 2:  # noqa: PLR2004 a line has two ends
                raise fault(name, "A line has at least two positions.")
            self._check(part, name)
        if self.grid is None:
            return Line(parts=swapped)
        return Line(parts=swapped, forward=self.grid.forward, inverse=self.grid.inverse)

    def polygon(self, rings: list[list[tuple[float, float]]], name: str) -> Polygon:
        """Return the area within rings, given in this system's axis order."""
        swapped = self._all_swapped(rings)
        for ring in swapped:
            if len(ring) < 4 or ring[0] != ring[-1]:  # noqa: PLR2004 GeoJSON's linear ring
                raise fault(
                    name, "A ring has at least four positions, the last equal to the first."
                )
            self._check(ring, name)
        return self._polygon(swapped)

    def point(self, x: float, y: float, name: str) -> tuple[float, float]:
        """Return longitude and latitude of a position in this system's axis order."""
        position = (y, x) if self.northing_first else (x, y)
        self._check([position], name)
        return position if self.grid is None else self.grid.inverse(*position)

    def _polygon(self, rings: list[Ring] | list[list[Position]]) -> Polygon:
        if self.grid is None:
            return Polygon(rings=rings)
        return Polygon(rings=rings, forward=self.grid.forward, inverse=self.grid.inverse)

    def _check(self, positions: Ring, name: str) -> None:
        if self.grid is None:
            self._check_degrees(positions, name)
            return
        for easting, northing in positions:
            if not (
                isfinite(easting)
                and abs(easting - self.grid.false_easting) <= _REACH
                and _NORTHINGS[0] <= northing <= _NORTHINGS[1]
            ):
                raise fault(name, "A position lies outside what this coordinate system covers.")

    @staticmethod
    def _check_degrees(positions: Ring, name: str) -> None:
        for lon, lat in positions:
            if not (-EAST_LIMIT <= lon <= EAST_LIMIT and -NORTH_LIMIT <= lat <= NORTH_LIMIT):
                raise fault(name, "A position lies outside the world; the order of axes matters.")

    def _all_swapped(self, parts: list[list[tuple[float, float]]]) -> list[list[Position]]:
        return [[(y, x) if self.northing_first else (x, y) for x, y in part] for part in parts]

    def _swapped(
        self, edges: tuple[float, float, float, float]
    ) -> tuple[float, float, float, float]:
        a, b, c, d = edges
        return (b, a, d, c) if self.northing_first else edges


def _latitude_first(lon: int, lat: int) -> str:
    return f"{lat / UNITS:.7f},{lon / UNITS:.7f}"


_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = Crs(uri="http://www.opengis.net/def/crs/OGC/1.3/CRS84")
CRS_LIST = (
    CRS84,
    Crs(uri=f"{_EPSG}4326", northing_first=True),
    Crs(uri=f"{_EPSG}3067", grid=TM35FIN),
    Crs(uri=f"{_EPSG}3879", northing_first=True, grid=gauss_kruger(25)),
)
_BY_URI = {crs.uri: crs for crs in CRS_LIST}


def crs_named(uri: str | None, name: str) -> Crs:
    """Return the system of a URI; CRS84 where none is given.

    Raises:
        ParameterInvalid: It is none of ours.
    """
    if uri is None:
        return CRS84
    if uri not in _BY_URI:
        raise fault(name, f"Known are {', '.join(_BY_URI)}.")
    return _BY_URI[uri]
