"""Pages of buildings: GeoJSON and CSV, with links, counts, and where the facts are from."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from functions.buildings.attribution import Attribution, attribution_of
from functions.buildings.document import COLLECTION, GEOJSON, ITEMS
from functions.buildings.items import FAR, Cursor, ItemsQuery, question_of
from functions.buildings.link import Json, link
from functions.buildings.queryable import QUERYABLES
from leadcloud.buildings.address_book import buildings_at
from leadcloud.buildings.area import Circle
from leadcloud.buildings.connections import OutOfTime
from leadcloud.buildings.rendering import PROPERTIES
from leadcloud.buildings.store import BuildingStore, Features, Selection, Slice
from leadcloud.clock import Clock, Deadline

PAGE_SECONDS = 6.0
"""For the buildings themselves."""
COUNT_SECONDS = 2.0
"""For counting them; where that is too little, the answer goes without numberMatched."""
_FORMATS = {"json": (GEOJSON, "csv", "text/csv"), "csv": ("text/csv", "json", GEOJSON)}
"""The media type of each format, and the other format with its media type."""
_READABLE = ",:/"
"""May stand in a query as they are (RFC 3986, section 3.4), and boxes and URIs are full of them."""
_NEAR_STEPS = (300.0, 1_200.0, 5_000.0, FAR)
"""Metres: circles in which the nearest are looked for, until there are enough."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page of an answer."""

    body: str
    media_type: str
    links: Sequence[Json]


class PageWriter:
    """Answers requests for buildings from one release."""

    def __init__(self, store: BuildingStore, clock: Clock, base: str) -> None:
        self._store = store
        self._clock = clock
        self._base = base

    def page(self, asked: ItemsQuery, query: dict[str, str]) -> Page:
        """Return the page that a request asks for."""
        if asked.address is not None:
            rows = buildings_at(self._store, asked.address)
            asked = replace(asked, selection=replace(asked.selection, rows=rows))
        if asked.near is not None:
            return self._nearest(asked, asked.near, query)
        if asked.format == "csv":
            return self._csv(asked, query)
        found = self._store.features(
            asked.selection,
            self._slice(asked),
            deadline=self._deadline(),
            coordinates=asked.crs.coordinates(),
        )
        shown = found.first(asked.limit)
        after = shown.until if found.number > shown.number else None
        matched = self._matched(asked, shown.number, last=after is None)
        links = self._links(asked, query, after=after, matched=matched)
        return self._collection(shown, matched, links)

    def _nearest(self, asked: ItemsQuery, circle: Circle, query: dict[str, str]) -> Page:
        """Return the nearest buildings; nothing follows them."""
        steps = _NEAR_STEPS if asked.wide else (circle.metres,)
        deadline, condition = self._deadline(), asked.selection.condition
        if asked.selection.area is not None:
            condition &= asked.selection.area.condition("in_filter_area")
        for metres in steps:
            found = self._store.nearest(
                replace(circle, metres=metres),
                condition,
                limit=asked.limit,
                deadline=deadline,
                coordinates=asked.crs.coordinates(),
            )
            if found.number == asked.limit:
                break
        matched: int | None = found.number
        if matched == asked.limit:
            # How many there are up to the end of the country tells nothing of what is near.
            within = Selection(area=circle, condition=condition)
            matched = None if asked.wide else self._counted(within)
        return self._collection(found, matched, self._links(asked, query))

    def _csv(self, asked: ItemsQuery, query: dict[str, str]) -> Page:
        """Return a page as a table; where it goes on is told in the Link header."""
        rows = self._store.records(asked.selection, self._slice(asked), self._deadline())
        shown = rows[: asked.limit]
        after = shown[-1]["rid"] if len(rows) > len(shown) else None
        table = io.StringIO()
        writer = csv.writer(table, lineterminator="\r\n")
        writer.writerow([*asked.crs.columns, *PROPERTIES])
        for row in shown:
            cells = [_cell(name, row[name]) for name in PROPERTIES]
            writer.writerow([*asked.crs.cells(row["lon"], row["lat"]), *cells])
        return Page(
            body=table.getvalue(),
            media_type="text/csv; charset=utf-8",
            links=self._links(asked, query, after=after),
        )

    def _slice(self, asked: ItemsQuery) -> Slice:
        """Return the part of the file to read; one building more tells whether a page follows."""
        after = asked.cursor.after if asked.cursor else 0
        return Slice(limit=asked.limit + 1, after=after, offset=asked.offset)

    def _matched(self, asked: ItemsQuery, shown: int, *, last: bool) -> int | None:
        """Return how many buildings match in all, where there is time to count them."""
        if asked.cursor is not None:
            return asked.cursor.matched
        if last and asked.offset == 0:
            return shown
        return self._counted(asked.selection)

    def _counted(self, selection: Selection) -> int | None:
        """Return how many buildings are selected, or None where that takes too long."""
        try:
            return self._store.count(selection, Deadline.after(COUNT_SECONDS, self._clock))
        except OutOfTime:
            return None

    def _links(
        self,
        asked: ItemsQuery,
        query: dict[str, str],
        *,
        after: int | None = None,
        matched: int | None = None,
    ) -> list[Json]:
        if asked.format == "csv":
            query = {**query, "f": "csv"}  # whoever follows a link may not say what was preferred
        items, here = self._base + ITEMS, urlencode(query, safe=_READABLE)
        mine, other, its = _FORMATS[asked.format]
        links = [
            link(_href(items, here), "self", mine, title="This page"),
            link(self._base + COLLECTION, "collection", "application/json", title="Buildings"),
        ]
        if asked.near is None:
            href = _href(items, _without(frozenset({"f"}), query, here), f"f={other}")
            links.append(link(href, "alternate", its, title="This page"))
        if after is not None:
            cursor = Cursor(
                release=self._store.release.id,
                question=question_of(query),
                after=after,
                matched=matched,
            )
            rest = _without(frozenset({"offset", "cursor"}), query, here)
            href = _href(items, rest, f"cursor={cursor.token()}")
            links.append(link(href, "next", mine, title="Next page"))
        return links

    def _collection(self, found: Features, matched: int | None, links: Sequence[Json]) -> Page:
        counted = "" if matched is None else f'"numberMatched":{matched},'
        body = (
            f'{{"type":"FeatureCollection",{counted}"numberReturned":{found.number},'
            f'{attribution_of(self._store).members(links)},"features":[{found.lines}]}}'
        )
        return Page(body=body, media_type=GEOJSON, links=links)

    def _deadline(self) -> Deadline:
        return Deadline.after(PAGE_SECONDS, self._clock)


def _cell(name: str, value: Any) -> Any:
    """Return a property as GeoJSON would write it."""
    return json.dumps(bool(value)) if QUERYABLES[name].kind == "boolean" else value


def feature_with_links(
    feature: str, identifier: str, *, base: str, attribution: Attribution
) -> str:
    """Return a feature that stands alone: with links and where its facts are from."""
    links = [
        link(f"{base}{ITEMS}/{identifier}", "self", GEOJSON, title="This building"),
        link(base + COLLECTION, "collection", "application/json", title="Buildings"),
    ]
    return f"{feature[:-1]},{attribution.members(links)}}}"


def _href(path: str, *parts: str) -> str:
    """Return a path with the parts of its query."""
    query = "&".join(filter(None, parts))
    return f"{path}?{query}" if query else path


def _without(names: frozenset[str], query: dict[str, str], encoded: str) -> str:
    """Return a query without some parameters; `encoded` is the whole of it."""
    if names.isdisjoint(query):
        return encoded
    kept = {name: text for name, text in query.items() if name not in names}
    return urlencode(kept, safe=_READABLE)
