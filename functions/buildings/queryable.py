"""The properties that buildings can be filtered by, what each means, and where it is stored."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from functions.buildings.parameter import fault
from functions.buildings.place_code import municipality_objection, postal_code_objection
from leadcloud.buildings import code_list
from leadcloud.buildings.area import Value
from leadcloud.buildings.rendering import PROPERTIES

Kind = Literal["text", "integer", "date", "boolean"]

_LONGEST = 200
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,9}", re.ASCII)
_FLAGS = {"true": 1, "1": 1, "false": 0, "0": 0}
"""GDAL hands a condition on a boolean down as 1 or 0."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Queryable:
    """One property."""

    name: str
    kind: Kind
    title: str
    words: Mapping[str, str] | None = None
    """Its values and what they mean in Finnish, where there are only so many."""
    objection: Callable[[str], str | None] = lambda _: None
    """What to say of a text that no building can have there. In a filter it merely matches none."""

    @property
    def sql(self) -> str:
        """The expression that reads it."""
        return PROPERTIES[self.name]

    def schema(self) -> dict[str, Any]:
        """Return its JSON schema."""
        schema: dict[str, Any] = {"title": self.title, "type": _JSON_TYPES[self.kind]}
        if self.kind == "date":
            schema["format"] = "date"
        if self.words:
            schema["enum"] = list(self.words)
        return schema

    def value_of_text(self, text: str) -> Value:
        """Return what a query parameter asks for."""
        if self.kind == "integer" and _WHOLE.fullmatch(text):
            return int(text)
        if self.kind == "boolean" and text in _FLAGS:
            return _FLAGS[text]
        if self.kind == "date" and _DATE.fullmatch(text):
            return text
        if self.kind == "text" and len(text) <= _LONGEST:
            return self._known(text)
        raise fault(self.name, _FORMS[self.kind])

    def _known(self, text: str) -> str:
        if self.words is not None and text not in self.words:
            raise fault(self.name, f"Known are {', '.join(self.words)}.")
        objection = self.objection(text)
        if objection is not None:
            raise fault(self.name, objection)
        return text


_JSON_TYPES: Mapping[Kind, str] = {
    "text": "string",
    "integer": "integer",
    "date": "string",
    "boolean": "boolean",
}
_FORMS: Mapping[Kind, str] = {
    "text": f"A text has at most {_LONGEST} characters.",
    "integer": "This must be a whole number.",
    "date": "Dates are written 2025-03-05.",
    "boolean": "This must be true or false.",
}

QUERYABLES: Mapping[str, Queryable] = {
    each.name: each
    for each in (
        Queryable(name="id", kind="text", title="Permanent building identifier (VTJ-PRT)"),
        Queryable(
            name="municipality",
            kind="text",
            title="Municipality, three digits",
            objection=municipality_objection,
        ),
        Queryable(
            name="postal_code",
            kind="text",
            title="Postal code, five digits",
            objection=postal_code_objection,
        ),
        Queryable(name="street", kind="text", title="Street, in Finnish"),
        Queryable(name="street_sv", kind="text", title="Street, in Swedish"),
        Queryable(name="house_number", kind="text", title="House number, such as 5a or 17-19"),
        Queryable(name="use", kind="text", title="Main use", words=code_list.USES),
        Queryable(
            name="building_class",
            kind="text",
            title="Class of Rakennusluokitus 2018, four digits",
        ),
        Queryable(name="completed_year", kind="integer", title="Year of completion"),
        Queryable(name="storeys", kind="integer", title="Number of storeys"),
        Queryable(name="dwellings", kind="integer", title="Number of dwellings"),
        Queryable(name="gross_floor_area", kind="integer", title="Gross floor area, m²"),
        Queryable(name="floor_area", kind="integer", title="Total area, m²"),
        Queryable(name="heating", kind="text", title="Heating", words=code_list.HEATINGS),
        Queryable(
            name="energy_source",
            kind="text",
            title="Energy source of the heating",
            words=code_list.ENERGY_SOURCES,
        ),
        Queryable(name="facade", kind="text", title="Facade", words=code_list.FACADES),
        Queryable(name="frame", kind="text", title="Load-bearing frame", words=code_list.FRAMES),
        Queryable(
            name="usage_status",
            kind="text",
            title="What it is used for now",
            words=code_list.USAGE_STATUSES,
        ),
        Queryable(
            name="id_valid",
            kind="boolean",
            title="Whether the identifier's check character is right",
        ),
        Queryable(name="source", kind="text", title="Source of the row"),
        Queryable(
            name="also_from",
            kind="text",
            title="Sources that told what the row's own did not, with commas between them",
        ),
        Queryable(name="updated", kind="date", title="Last change in the source"),
    )
}
