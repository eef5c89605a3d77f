"""The documents around the features: landing page, conformance, collections, queryables.

Source: OGC API Features Part 1 (17-069r4), Part 2 (18-058r1), Part 3 (19-079r2).
"""

import re

from functions.buildings.attribution import licence_links
from functions.buildings.crs import CRS84, CRS_LIST
from functions.buildings.link import Json, link
from functions.buildings.queryable import QUERYABLES
from leadcloud.buildings.release import Release
from leadcloud.errors import Fault, ParameterInvalid
from leadcloud.http.call import Call

ROOT = "/v1/buildings"
COLLECTION = f"{ROOT}/collections/buildings"
ITEMS = f"{COLLECTION}/items"
GEOJSON = "application/geo+json"
SCHEMA_JSON = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"

_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]{1,255}")
_CORE = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
_CRS = "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf"
_FILTER = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf"
_CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf"
_REL = "http://www.opengis.net/def/rel/ogc/1.0"

CONFORMANCE = (
    f"{_CORE}/core",
    f"{_CORE}/geojson",
    f"{_CORE}/oas30",
    f"{_CRS}/crs",
    f"{_FILTER}/queryables",
    f"{_FILTER}/queryables-query-parameters",
    f"{_FILTER}/filter",
    f"{_FILTER}/features-filter",
    f"{_CQL2}/cql2-text",
    f"{_CQL2}/cql2-json",
    f"{_CQL2}/basic-cql2",
    f"{_CQL2}/advanced-comparison-operators",
    f"{_CQL2}/case-insensitive-comparison",
    f"{_CQL2}/accent-insensitive-comparison",
    f"{_CQL2}/basic-spatial-functions",
    f"{_CQL2}/basic-spatial-functions-plus",
)


def base_url(call: Call) -> str:
    """Return where this service is, as the client reached it.

    Raises:
        ParameterInvalid: The Host header is none.
    """
    host = call.headers.get("host", "")
    if not _HOST.fullmatch(host):
        detail = "This must be the name of a host."
        raise ParameterInvalid(
            faults=[Fault(field="Host", code="parameter_invalid", detail=detail)]
        )
    scheme = "https" if call.headers.get("x-forwarded-proto") == "https" else "http"
    return f"{scheme}://{host}{call.base_path}"


def landing(base: str, release: Release) -> Json:
    """Return the landing page."""
    json = "application/json"
    return {
        "title": "Buildings",
        "description": "Age, place and type of buildings, from open data; never their owners.",
        "attribution": release.attribution,
        "links": [
            link(base + ROOT, "self", json, title="This page"),
            link(f"{base}{ROOT}/api", "service-desc", OPENAPI, title="This API as OpenAPI 3.0"),
            link(f"{base}/docs", "service-doc", "text/html", title="Reference for people"),
            link(
                f"{base}{ROOT}/conformance", "conformance", json, title="Standards that this keeps"
            ),
            link(f"{base}{ROOT}/collections", "data", json, title="Collections"),
            link(f"{base}/buildings", "alternate", "text/html", title="Map"),
            *licence_links(release),
        ],
    }


def collections(base: str, release: Release) -> Json:
    """Return the list of collections: there is one."""
    here = link(f"{base}{ROOT}/collections", "self", "application/json", title="This page")
    return {"links": [here], "collections": [collection(base, release)], "crs": _crs_uris()}


def collection(base: str, release: Release) -> Json:
    """Return what the collection of buildings is."""
    west, south, east, north = release.bbox
    first, last = release.years or (None, None)
    interval = [
        f"{year}-{day}T00:00:00Z" if year else None
        for year, day in ((first, "01-01"), (last, "12-31"))
    ]
    items = base + ITEMS
    return {
        "id": "buildings",
        "title": "Buildings",
        "description": "Points, one for each building.",
        "attribution": release.attribution,
        "itemType": "feature",
        "itemCount": release.count,
        "extent": {
            "spatial": {"bbox": [[west, south, east, north]], "crs": CRS84.uri},
            "temporal": {"interval": [interval]},
        },
        "crs": _crs_uris(),
        "storageCrs": CRS84.uri,
        "release": {
            "id": release.id,
            "created": release.created,
            "synthetic": release.synthetic,
            "sources": [
                {
                    "id": each.id,
                    "name": each.name,
                    "attribution": each.attribution,
                    "licence": each.licence,
                    "fetched": each.fetched,
                    "rows": each.rows,
                    "added_to": each.added_to,
                }
                for each in release.sources
            ],
        },
        "links": [
            link(base + COLLECTION, "self", "application/json", title="This page"),
            link(items, "items", GEOJSON, title="Buildings as GeoJSON"),
            link(f"{items}?f=csv", "items", "text/csv", title="Buildings as CSV"),
            link(
                f"{base}{COLLECTION}/queryables",
                f"{_REL}/queryables",
                SCHEMA_JSON,
                title="Queryables",
            ),
            *licence_links(release),
        ],
    }


def queryables(base: str) -> Json:
    """Return the JSON schema of the properties that filters may name."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{base}{COLLECTION}/queryables",
        "type": "object",
        "title": "Buildings",
        "properties": {
            "geometry": {"format": "geometry-point", "x-ogc-role": "primary-geometry"},
            **{name: each.schema() for name, each in QUERYABLES.items()},
        },
        "additionalProperties": False,
    }


def _crs_uris() -> list[str]:
    return [crs.uri for crs in CRS_LIST]
