"""This part of the API as OpenAPI 3.0, for clients of OGC API Features that read it.

GDAL, for one, hands down a filter only where the parameter that takes it stands in here.
"""

from functions.buildings.crs import CRS_LIST
from functions.buildings.document import COLLECTION, GEOJSON, ROOT, SCHEMA_JSON
from functions.buildings.filter import FILTER_LANGUAGES
from functions.buildings.items import DESCRIBED
from functions.buildings.link import Json
from functions.buildings.parameter import DEFAULT_LIMIT, MAX_LIMIT
from functions.buildings.queryable import QUERYABLES
from leadcloud.buildings.release import Release
from leadcloud.http.problem import MEDIA_TYPE

_TEXT: Json = {"type": "string"}
_NUMBERS: Json = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
_OF_ITS_OWN: dict[str, Json] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    "offset": {"type": "integer", "minimum": 0, "default": 0},
    "bbox": _NUMBERS,
    "near": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
    "radius": {"type": "number", "maximum": 50_000},
    "built_from": {"type": "integer"},
    "built_to": {"type": "integer"},
    "filter-lang": {"type": "string", "enum": [*FILTER_LANGUAGES], "default": "cql2-text"},
    "f": {"type": "string", "enum": ["json", "geojson", "csv"]},
    **{
        name: {"type": "string", "format": "uri", "enum": [crs.uri for crs in CRS_LIST]}
        for name in ("crs", "bbox-crs", "filter-crs")
    },
}


def api_document(base: str, release: Release) -> Json:
    """Return the OpenAPI 3.0 document."""
    collection = COLLECTION.removeprefix(ROOT)
    paths = {
        "/conformance": ("Standards that this keeps", "application/json", []),
        "/collections": ("Collections", "application/json", []),
        collection: ("The collection of buildings", "application/json", []),
        f"{collection}/queryables": ("Properties to filter by", SCHEMA_JSON, []),
        f"{collection}/items": ("Buildings", GEOJSON, _item_parameters()),
        f"{collection}/items/{{featureId}}": (
            "One building",
            GEOJSON,
            [_feature_id(), _query("crs")],
        ),
    }
    landing = {**_path("Landing page", "application/json", []), "servers": [{"url": base}]}
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "LeadCloud buildings",
            "version": "1.0.0",
            "description": f"OGC API Features. {release.attribution}.",
        },
        # GDAL looks for /collections/…/items, so paths begin where the landing page is.
        "servers": [{"url": base + ROOT}],
        "security": [{"apiKey": []}],
        "paths": {ROOT: landing} | {path: _path(*described) for path, described in paths.items()},
        "components": {
            "securitySchemes": {"apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}
        },
    }


def _path(title: str, media_type: str, parameters: list[Json]) -> Json:
    problem = {"content": {MEDIA_TYPE: {"schema": {"type": "object"}}}}
    operation: Json = {
        "summary": title,
        "responses": {
            "200": {
                "description": title,
                "content": {media_type: {"schema": {"type": "object"}}},
            },
            "default": {"description": "What went wrong (RFC 9457)", **problem},
        },
    }
    if parameters:
        operation["parameters"] = parameters
    return {"get": operation}


def _item_parameters() -> list[Json]:
    return [*map(_query, DESCRIBED), *map(_property, QUERYABLES)]


def _query(name: str) -> Json:
    schema = _OF_ITS_OWN.get(name, _TEXT)
    return _parameter(name, DESCRIBED[name], schema)


def _property(name: str) -> Json:
    queryable = QUERYABLES[name]
    return _parameter(name, queryable.title, queryable.schema())


def _parameter(name: str, description: str, schema: Json) -> Json:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
        "style": "form",
        "explode": False,
    }


def _feature_id() -> Json:
    return {
        "name": "featureId",
        "in": "path",
        "required": True,
        "description": "Permanent building identifier.",
        "schema": _TEXT,
    }
