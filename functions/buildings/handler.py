"""The building look-up's part of the API. Thin: what is asked is read, looked up and written."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic import Field

from functions.buildings import document
from functions.buildings.api_document import api_document
from functions.buildings.attribution import attribution_of
from functions.buildings.crs import CRS84, Crs, crs_named
from functions.buildings.document import GEOJSON, OPENAPI, SCHEMA_JSON, base_url
from functions.buildings.feature_page import PAGE_SECONDS, PageWriter, feature_with_links
from functions.buildings.items import ItemsParameters, read_items_query
from functions.buildings.link import Json
from functions.buildings.map_page import asset, map_page
from functions.buildings.parameter import fault, limit_of
from functions.buildings.statistics import Statistics, StatisticsParameters, statistics
from functions.buildings.suggestion import MAX_TYPED, MOST, suggestions
from leadcloud.buildings.connections import OutOfTime
from leadcloud.buildings.identifier import is_valid, is_well_formed
from leadcloud.buildings.release import Release
from leadcloud.buildings.store import BuildingStore
from leadcloud.clock import Deadline
from leadcloud.errors import NotFound, ParameterInvalid, QuestionTooLarge
from leadcloud.http.api import Answer, Api, Contract
from leadcloud.http.call import Call
from leadcloud.http.entity_tag import is_known
from leadcloud.http.wire import Parameters, Wire
from leadcloud.wiring import Services, services

api: Api[Services] = Api("buildings")

_CHECKED_AGAIN = "private, no-cache"
"""Kept by the client, and asked about each time; the answer is 304 until the next release."""


def lambda_handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer one API Gateway proxy event."""
    return api.answer(event, services())


class FormatParameters(Parameters):
    """For clients that always say it."""

    f: str | None = Field(default=None, description="json")


class FeatureParameters(FormatParameters):
    """How one building is wanted."""

    crs: str | None = Field(default=None, description="Coordinate system of the answer.")


class SuggestParameters(Parameters):
    """What was typed so far."""

    q: str = Field(description="The beginning of an address, in Finnish or Swedish.")
    limit: str | None = Field(default=None, description="1 to 20; 10 where not given.")


class AddressSuggestion(Wire):
    """An address that what was typed may become."""

    street: str
    house_number: str | None
    postal_code: str | None
    municipality: str | None
    buildings: int


class Suggestions(Wire):
    """Addresses, the likeliest first."""

    suggestions: tuple[AddressSuggestion, ...]
    attribution: str


_JSON_DOCUMENT = Contract(parameters=FormatParameters, problems=(ParameterInvalid,))


@api.operation("showBuildings", _JSON_DOCUMENT)
def show_landing(call: Call, services: Services) -> Answer:
    """Say what there is and where."""
    return _document(call, services, document.landing)


@api.operation("listBuildingConformance", _JSON_DOCUMENT)
def list_conformance(call: Call, services: Services) -> Answer:
    """Say which standards are kept."""
    return _document(call, services, lambda _base, _release: {"conformsTo": document.CONFORMANCE})


@api.operation(
    "describeBuildingApi",
    Contract(parameters=FormatParameters, problems=(ParameterInvalid,), media_type=OPENAPI),
)
def describe_api(call: Call, services: Services) -> Answer:
    """Return this part of the API as OpenAPI 3.0."""
    return _document(call, services, api_document, media_type=OPENAPI)


@api.operation("listBuildingCollections", _JSON_DOCUMENT)
def list_collections(call: Call, services: Services) -> Answer:
    """Return the collections."""
    return _document(call, services, document.collections)


@api.operation("describeBuildingCollection", _JSON_DOCUMENT)
def describe_collection(call: Call, services: Services) -> Answer:
    """Return what the collection holds and from when it is."""
    return _document(call, services, document.collection)


@api.operation(
    "listBuildingQueryables",
    Contract(parameters=FormatParameters, problems=(ParameterInvalid,), media_type=SCHEMA_JSON),
)
def list_queryables(call: Call, services: Services) -> Answer:
    """Return the properties to filter by."""
    return _document(
        call, services, lambda base, _: document.queryables(base), media_type=SCHEMA_JSON
    )


@api.operation(
    "listBuildings",
    Contract(
        parameters=ItemsParameters,
        problems=(ParameterInvalid, QuestionTooLarge),
        media_type=GEOJSON,
    ),
)
def list_buildings(call: Call, services: Services) -> Answer:
    """Return the buildings that are asked for, a page at a time."""
    store = services.buildings.store()
    query = call.query.model_dump(by_alias=True, exclude_none=True)
    accept = call.headers.get("accept", "")
    tag = _tag(store, query, accept, call.headers.get("host", ""))
    if is_known(call, tag):
        return _unchanged(tag)
    asked = read_items_query(query, release=store.release.id, accept=accept)
    with _answerable():
        page = PageWriter(store, services.clock, base_url(call)).page(asked, query)
    links = attribution_of(store).link_header(page.links)
    return Answer(
        body=page.body,
        media_type=page.media_type,
        headers={**_kept(tag), "Link": links, "Content-Crs": f"<{asked.crs.uri}>"},
    )


@api.operation(
    "getBuilding",
    Contract(
        parameters=FeatureParameters, problems=(ParameterInvalid, NotFound), media_type=GEOJSON
    ),
)
def get_building(call: Call, services: Services) -> Answer:
    """Return one building by its permanent identifier."""
    store = services.buildings.store()
    _check_format(call.query.f)
    crs: Crs = crs_named(call.query.crs, "crs") if call.query.crs else CRS84
    identifier = call.path_parameters["building"]
    tag = _tag(store, identifier, crs.uri, call.headers.get("host", ""))
    known = is_well_formed(identifier)
    feature = store.feature(identifier, crs.coordinates()) if known else None
    if feature is None:
        mistyped = known and not is_valid(identifier)
        hint = " Its check character does not fit its digits." if mistyped else ""
        raise NotFound(f"There is no building of this identifier.{hint}")
    if is_known(call, tag):
        return _unchanged(tag)
    return Answer(
        body=feature_with_links(
            feature, identifier, base=base_url(call), attribution=attribution_of(store)
        ),
        media_type=GEOJSON,
        headers={**_kept(tag), **_licence(store), "Content-Crs": f"<{crs.uri}>"},
    )


@api.operation(
    "suggestAddresses",
    Contract(parameters=SuggestParameters, response=Suggestions, problems=(ParameterInvalid,)),
)
def suggest_addresses(call: Call, services: Services) -> Answer:
    """Complete an address."""
    if not 1 <= len(call.query.q) <= MAX_TYPED:
        raise fault("q", f"Give 1 to {MAX_TYPED} characters.")
    store = services.buildings.store()
    found = suggestions(store, call.query.q, limit_of(call.query.limit, most=MOST, default=10))
    return Answer(
        body=Suggestions(
            suggestions=tuple(
                AddressSuggestion(
                    street=each.street,
                    house_number=each.house_number,
                    postal_code=each.postal_code,
                    municipality=each.municipality,
                    buildings=each.buildings,
                )
                for each in found
            ),
            attribution=store.release.attribution,
        ),
        headers=_licence(store),
    )


@api.operation(
    "countBuildings",
    Contract(
        parameters=StatisticsParameters,
        response=Statistics,
        problems=(ParameterInvalid, QuestionTooLarge),
    ),
)
def count_buildings(call: Call, services: Services) -> Answer:
    """Count the buildings of an area by decade and use."""
    deadline = Deadline.after(PAGE_SECONDS, services.clock)
    store = services.buildings.store()
    with _answerable():
        return Answer(body=statistics(store, call.query, deadline), headers=_licence(store))


@api.operation("showMap", Contract(media_type="text/html"))
def show_map(_call: Call, _services: Services) -> Answer:
    """Show the buildings on a map."""
    return map_page()


@api.operation(
    "getMapAsset",
    Contract(media_type="text/javascript", alternatives=("text/css",), problems=(NotFound,)),
)
def get_map_asset(call: Call, _services: Services) -> Answer:
    """Return a script or a style sheet of the map."""
    return asset(call.path_parameters["asset"])


@contextmanager
def _answerable() -> Iterator[None]:
    """Tell a caller whose question cannot be answered in time to ask for less."""
    try:
        yield
    except OutOfTime:
        raise QuestionTooLarge(
            "Ask for a smaller area, or for less that must be compared."
        ) from None


def _document(
    call: Call,
    services: Services,
    write: Callable[[str, Release], Json],
    *,
    media_type: str = "application/json",
) -> Answer:
    """Return a document that stays the same until the next release."""
    _check_format(call.query.f)
    store = services.buildings.store()
    base = base_url(call)
    tag = _tag(store, call.route.operation, base)
    if is_known(call, tag):
        return _unchanged(tag)
    return Answer(
        body=json.dumps(write(base, store.release), ensure_ascii=False),
        media_type=media_type,
        headers={**_kept(tag), **_licence(store)},
    )


def _check_format(text: str | None) -> None:
    if text not in {None, "json"}:
        raise fault("f", "Known is json.")


def _tag(store: BuildingStore, *asked: object) -> str:
    """Return the entity tag of an answer: a release answers the same question the same way."""
    digest = hashlib.blake2b(repr(asked).encode(), digest_size=8).hexdigest()
    return f'"{store.release.id}-{digest}"'


def _licence(store: BuildingStore) -> dict[str, str]:
    return {"Link": attribution_of(store).header}


def _unchanged(tag: str) -> Answer:
    return Answer(status=304, headers=_kept(tag))


def _kept(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": _CHECKED_AGAIN, "Vary": "Accept"}
