"""What a request for buildings asks for: its query parameters, read together."""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b
from itertools import starmap
from typing import Any, Literal, TypeVar

from pydantic import Field, create_model

from functions.buildings.crs import CRS84, Crs, crs_named
from functions.buildings.filter import FILTER_LANGUAGES, Filter, read_filter
from functions.buildings.parameter import (
    DEFAULT_LIMIT,
    bbox_edges,
    fault,
    limit_of,
    numbers,
    whole_number,
    years_of,
)
from functions.buildings.queryable import QUERYABLES
from functions.buildings.town import town_of
from leadcloud.buildings.address import Address, read_address
from leadcloud.buildings.area import ALWAYS, Circle, Condition, Value
from leadcloud.buildings.store import Selection
from leadcloud.errors import Fault, ParameterInvalid
from leadcloud.http.media_type import prefers
from leadcloud.http.wire import Parameters

FAR = 50_000.0
"""Metres: the widest radius, and as far as the nearest are looked for."""
_CURSOR = re.compile(r"([0-9a-f]{16}):([0-9a-f]{8}):([0-9]{1,10}):([0-9]{0,10})")
_OF_THE_PAGE = frozenset({"cursor", "offset", "limit", "f", "crs"})
"""Parameters that decide how buildings are shown, and not which."""

Query = Mapping[str, str]
Format = Literal["json", "csv"]
_FORMATS: Mapping[str, Format] = {"json": "json", "geojson": "json", "csv": "csv"}
_CSV = ("text/csv",)
_JSON = ("application/geo+json", "application/json")
DESCRIBED = {
    "limit": "How many buildings to return, 1 to 5000; 100 where not given.",
    "bbox": "West, south, east, north; only buildings within.",
    "bbox-crs": "Coordinate system of bbox.",
    "crs": "Coordinate system of the answer.",
    "datetime": "A date or an interval in which buildings were completed.",
    "filter": "A CQL2 filter.",
    "filter-lang": f"{', '.join(FILTER_LANGUAGES[:-1])} or {FILTER_LANGUAGES[-1]}.",
    "filter-crs": "Coordinate system of the filter.",
    "cursor": "Where to go on; from a link of the page before.",
    "offset": "How many buildings to leave out first.",
    "f": "json or csv.",
    "near": "Longitude and latitude; the nearest buildings first.",
    "radius": "Metres from `near`.",
    "address": "Street, number and postal code or town, in Finnish or Swedish.",
    "built_from": "First year of completion.",
    "built_to": "Last year of completion.",
}


def _parameter(name: str, description: str) -> tuple[str, tuple[Any, Any]]:
    return name.replace("-", "_"), (
        str | None,
        Field(default=None, alias=name, description=description),
    )


_PARAMETERS: dict[str, Any] = dict(
    starmap(
        _parameter,
        (*DESCRIBED.items(), *((each.name, each.title) for each in QUERYABLES.values())),
    )
)
ItemsParameters = create_model("ItemsParameters", __base__=Parameters, **_PARAMETERS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cursor:
    """Where a page ended."""

    release: str
    question: str
    """Of which question it is a page."""
    after: int
    matched: int | None
    """What the first page counted, so that the next need not."""

    def token(self) -> str:
        """Return the cursor as a link carries it."""
        matched = "" if self.matched is None else self.matched
        text = f"{self.release}:{self.question}:{self.after}:{matched}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, token: str, release: str, question: str) -> "Cursor":
        """Read a link's cursor."""
        try:
            text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("ascii")
        except (ValueError, binascii.Error):
            text = ""
        match = _CURSOR.fullmatch(text)
        if match is None:
            raise fault("cursor", "This is no cursor of ours.")
        if match[1] != release:
            raise fault("cursor", "The building database was renewed; start again without it.")
        if match[2] != question:
            raise fault("cursor", "This cursor belongs to another question; start without it.")
        return cls(
            release=release,
            question=question,
            after=int(match[3]),
            matched=int(match[4]) if match[4] else None,
        )


def question_of(query: Query) -> str:
    """Return a short name of which buildings are asked for."""
    asked = sorted(item for item in query.items() if item[0] not in _OF_THE_PAGE)
    return blake2b(repr(asked).encode(), digest_size=4).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemsQuery:
    """A request for buildings, understood."""

    selection: Selection
    limit: int
    offset: int
    cursor: Cursor | None
    crs: Crs
    format: Format
    near: Circle | None
    wide: bool
    """`near` came without a radius: as far as it takes."""
    address: Address | None


T = TypeVar("T")


class _Reader:
    """Reads parameters one after the other and collects what is wrong with them."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self._faults: list[Fault] = []

    def read(self, name: str, parse: Callable[[str], T]) -> T | None:
        """Return what a parameter says; None where it is not given or unusable."""
        text = self.query.get(name)
        if text is None:
            return None
        try:
            return parse(text)
        except ParameterInvalid as error:
            self._faults += error.faults
            return None

    def refuse(self, name: str, detail: str) -> None:
        """Note that a parameter is unusable beside the others."""
        self._faults += fault(name, detail).faults

    def finish(self) -> None:
        """Raise all that was wrong."""
        if self._faults:
            raise ParameterInvalid(faults=self._faults)


def read_items_query(query: Query, *, release: str, accept: str) -> ItemsQuery:
    """Understand a request's parameters.

    Raises:
        ParameterInvalid: With every fault at once.
    """
    reader = _Reader(query)
    found = ItemsQuery(
        selection=_selection(reader),
        limit=reader.read("limit", limit_of) or DEFAULT_LIMIT,
        offset=reader.read("offset", lambda text: whole_number(text, "offset")) or 0,
        cursor=reader.read("cursor", lambda text: Cursor.read(text, release, question_of(query))),
        crs=reader.read("crs", lambda text: crs_named(text, "crs")) or CRS84,
        format=reader.read("f", _format) or ("csv" if prefers(accept, _CSV, _JSON) else "json"),
        near=_near(reader),
        wide="radius" not in query,
        address=reader.read("address", _address),
    )
    _check_together(reader)
    if found.near is not None and found.format == "csv":
        reader.refuse("near", "The nearest are answered as GeoJSON only.")
    reader.finish()
    return found


_APART = (
    ("near", "bbox"),
    ("near", "address"),
    ("near", "cursor"),
    ("near", "offset"),
    ("offset", "cursor"),
)


def _check_together(reader: _Reader) -> None:
    for one, other in _APART:
        if one in reader.query and other in reader.query:
            reader.refuse(one, f"This does not go together with {other}.")
    if "radius" in reader.query and "near" not in reader.query:
        reader.refuse("radius", "This needs near.")


def _format(text: str) -> Format:
    if text not in _FORMATS:
        raise fault("f", f"Known are {', '.join(_FORMATS)}.")
    return _FORMATS[text]


def _address(text: str) -> Address:
    address = read_address(text)
    if not address.street:
        raise fault("address", "Give a street, and after it a house number and a postal code.")
    before, _, last = text.rpartition("," if "," in text else " ")
    return replace(address, municipality=town_of(last) if before.strip() else None)


def _near(reader: _Reader) -> Circle | None:
    radius = reader.read("radius", _radius)
    point = reader.read("near", _point)
    if point is None:
        return None
    return Circle(lon=point[0], lat=point[1], metres=radius or FAR)


def _radius(text: str) -> float:
    (radius,) = numbers(text, "radius", (1,))
    if not 0 < radius <= FAR:
        raise fault("radius", f"A radius is more than 0 and at most {FAR:.0f} metres.")
    return radius


def _point(text: str) -> tuple[float, float]:
    lon, lat = numbers(text, "near", (2,))
    return CRS84.point(lon, lat, "near")


def _selection(reader: _Reader) -> Selection:
    bbox_crs = reader.read("bbox-crs", lambda text: crs_named(text, "bbox-crs")) or CRS84
    box = reader.read("bbox", lambda text: bbox_crs.box(bbox_edges(text), "bbox"))
    filtered = _filtered(reader)
    condition, area = (
        filtered.condition if filtered else ALWAYS,
        filtered.area if filtered else None,
    )
    if box is not None and area is not None:
        condition &= area.condition("in_filter_area")
    for part in _equalities(reader):
        condition &= part
    years = reader.read("datetime", years_of)
    if years is not None:
        # What has no date is not left out for its date: /req/core/datetime-response C.
        condition &= Condition(
            sql="(completed_year IS NULL OR completed_year BETWEEN ? AND ?)", values=years
        )
    equals = {**(filtered.equals if filtered else {}), **reader.query}
    return Selection(
        area=box or area,
        condition=condition,
        postal_code=_text(equals.get("postal_code")),
        municipality=_text(equals.get("municipality")),
    )


def _text(value: Value | None) -> str | None:
    return value if isinstance(value, str) else None


def _filtered(reader: _Reader) -> Filter | None:
    language = reader.read("filter-lang", _language) or "cql2-text"
    crs = reader.read("filter-crs", lambda text: crs_named(text, "filter-crs")) or CRS84
    return reader.read("filter", lambda text: read_filter(text, language, crs))


def _language(text: str) -> str:
    if text not in FILTER_LANGUAGES:
        raise fault("filter-lang", f"Known are {', '.join(FILTER_LANGUAGES)}.")
    return text


def _equalities(reader: _Reader) -> Iterator[Condition]:
    for name in QUERYABLES.keys() & reader.query.keys():
        queryable = QUERYABLES[name]
        value = reader.read(name, queryable.value_of_text)
        if value is not None:
            yield Condition(sql=f"{queryable.sql} = ?", values=(value,))
    for name, operator in (("built_from", ">="), ("built_to", "<=")):
        year = reader.read(name, partial(whole_number, name=name))
        if year is not None:
            yield Condition(sql=f"completed_year {operator} ?", values=(year,))
