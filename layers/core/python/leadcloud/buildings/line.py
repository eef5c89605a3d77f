"""Lines to look for buildings on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot

from leadcloud.buildings.area import Condition
from leadcloud.buildings.grid import UNITS, CellRun, Window
from leadcloud.buildings.outline import Position, Projection, Ring, as_it_is, spans_of

_CENTIMETRE = 0.01
_DEGREE_UNIT = 1 / UNITS


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """All within a centimetre of lines, which is how exactly positions are kept.

    The corners may be of any coordinate system; lines between them are straight in it.
    """

    parts: Sequence[Ring]
    forward: Projection = as_it_is
    """From degrees to the lines' own coordinates."""
    inverse: Projection = as_it_is

    def runs(self, window: Window) -> Iterator[CellRun]:
        """Yield the cells within the window through which the lines pass."""
        for row, spans in spans_of(self.parts, self.inverse, window):
            for west, east in spans:
                first, last = max(west, window.west), min(east, window.east)
                if first <= last:
                    yield CellRun(row, first, last, whole=False)

    def condition(self, name: str) -> Condition:
        """Return the exact test of a position."""
        return Condition(sql=f"{name}(lon, lat)", functions={name: self.holds})

    def holds(self, lon: int, lat: int) -> bool:
        """Tell whether a position, in units, lies on one of the lines."""
        near = _DEGREE_UNIT if self.forward is as_it_is else _CENTIMETRE
        point = self.forward(lon / UNITS, lat / UNITS)
        return any(
            _distance(point, start, end) <= near
            for part in self.parts
            for start, end in pairwise(part)
        )


def _distance(point: Position, start: Position, end: Position) -> float:
    """Return how far a point is from an edge, in the unit of their coordinates."""
    across, up = end[0] - start[0], end[1] - start[1]
    x, y = point[0] - start[0], point[1] - start[1]
    length = across**2 + up**2
    along = min(max((x * across + y * up) / length, 0), 1) if length else 0
    return hypot(x - along * across, y - along * up)
