"""How many buildings of which decade and use an area has."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from functions.buildings.crs import CRS84
from functions.buildings.geometry import read_polygons
from functions.buildings.parameter import bbox_edges, fault
from functions.buildings.queryable import QUERYABLES
from leadcloud.buildings.area import Area, Condition
from leadcloud.buildings.store import BuildingStore, Selection
from leadcloud.clock import Deadline
from leadcloud.http.wire import Parameters, Wire

_AREAS = ("bbox", "polygon", "postal_code", "municipality")


class StatisticsParameters(Parameters):
    """The area: exactly one of these."""

    bbox: str | None = Field(default=None, description="West, south, east, north.")
    polygon: str | None = Field(
        default=None,
        description="Well-known text: POLYGON((24.9 60.1, …)) or MULTIPOLYGON; longitude first.",
    )
    postal_code: str | None = None
    municipality: str | None = None


class DecadeStatistics(Wire):
    """The buildings of one decade."""

    decade: int | None = Field(description="First year; null where the year is not known.")
    buildings: int
    dwellings: int = Field(description="Dwellings that the source tells of.")
    uses: Mapping[str, int] = Field(description="Buildings by use.")


class Statistics(Wire):
    """The buildings of an area."""

    buildings: int
    dwellings: int
    decades: tuple[DecadeStatistics, ...]
    attribution: str


def statistics(store: BuildingStore, asked: StatisticsParameters, deadline: Deadline) -> Statistics:
    """Count the buildings of the area that is asked for.

    Raises:
        ParameterInvalid: It is not one area, or unusable.
        OutOfTime: The deadline passed first.
    """
    rows = store.select(
        "completed_year / 10 * 10 AS decade, coalesce(use, 'unknown') AS use, count(*) AS buildings,"
        " sum(coalesce(dwellings, 0)) AS dwellings",
        _selection(asked),
        tail="GROUP BY 1, 2 ORDER BY 1, 2",
        deadline=deadline,
    )
    by_decade: dict[int | None, list[Any]] = {}
    for row in rows:
        by_decade.setdefault(row["decade"], []).append(row)
    decades = tuple(
        DecadeStatistics(
            decade=decade,
            buildings=sum(row["buildings"] for row in its),
            dwellings=sum(row["dwellings"] for row in its),
            uses={row["use"]: row["buildings"] for row in its},
        )
        for decade, its in by_decade.items()
    )
    return Statistics(
        buildings=sum(each.buildings for each in decades),
        dwellings=sum(each.dwellings for each in decades),
        decades=decades,
        attribution=store.release.attribution,
    )


def _selection(asked: StatisticsParameters) -> Selection:
    given = {name: text for name in _AREAS if (text := getattr(asked, name)) is not None}
    if len(given) != 1:
        raise fault("bbox", f"Give one of {', '.join(_AREAS)}.")
    ((name, text),) = given.items()
    if name == "bbox":
        return Selection(area=CRS84.box(bbox_edges(text), "bbox"))
    if name == "polygon":
        return _within(read_polygons(text, "polygon"))
    queryable = QUERYABLES[name]
    value = str(queryable.value_of_text(text))
    return Selection(
        condition=Condition(sql=f"{queryable.sql} = ?", values=(value,)),
        postal_code=value if name == "postal_code" else None,
        municipality=value if name == "municipality" else None,
    )


def _within(areas: Sequence[Area]) -> Selection:
    """Return what lies in any of the areas, each building once."""
    if len(areas) == 1:
        return Selection(area=areas[0])
    conditions = [area.condition(f"in_area_{number}") for number, area in enumerate(areas)]
    return Selection(condition=Condition.joined("OR", conditions))
