"""Criteria as they come over the wire: field to operator to values, a range, or a place."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from leadcloud.http.wire import Wire

Values = Annotated[list[Annotated[str, StringConstraints(max_length=64)]], Field(max_length=1000)]


def _bound(value: object) -> str:
    """Return what a bound is meant to be: one that is neither is told once."""
    return "written" if isinstance(value, str) else "counted"


Bound = Annotated[
    Annotated[str, StringConstraints(max_length=10), Tag("written")]
    | Annotated[int, Field(ge=0, le=9999), Tag("counted")],
    Discriminator(_bound),
]


class RangeMessage(Wire):
    """From one value to another, both of which belong to it; either may be left out."""

    from_: Bound | None = Field(default=None, alias="from")
    to: Bound | None = None


Degrees = Annotated[float, Field(ge=-180, le=180)]
Point = Annotated[list[Degrees], Field(min_length=2, max_length=2)]


class Surroundings(Wire):
    """A GeoJSON polygon, or all within a radius of a point; longitude first."""

    type: Literal["Polygon"] | None = None
    coordinates: list[list[Point]] | None = None
    point: Point | None = None
    radius_m: float | None = Field(default=None, gt=0, le=50_000)


_PLACE = frozenset(Surroundings.model_fields)


def _shape(value: object) -> str:
    """Return which of the three a value is meant to be: the faults of the others are none of it.

    By a name that is no word of a search, as it would stand in where a fault is.
    """
    match value:
        case Surroundings():
            return "place"
        case dict() if _PLACE.intersection(value):
            return "place"
        case dict() | RangeMessage():
            return "span"
    return "values"


ValuesMessage = Annotated[
    Annotated[Values, Tag("values")]
    | Annotated[RangeMessage, Tag("span")]
    | Annotated[Surroundings, Tag("place")],
    Discriminator(_shape),
]
CriteriaMessage = dict[str, dict[str, ValuesMessage]]
