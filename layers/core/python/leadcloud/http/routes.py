"""The route table: what the API consists of, read by the edge, the local server and the CDK."""

import re
from dataclasses import dataclass
from functools import cache

KIB = 1024

JSON = "application/json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """One operation of the API."""

    operation: str
    """The operationId; the function binds its handler to it."""
    method: str
    path: str
    """A parameter stands in braces: /v1/statements/{month}."""
    function: str
    """Folder in functions/ that answers."""
    scope: str | None
    """What the key must be good for; None for public routes."""
    summary: str
    idempotent: bool = False
    """An Idempotency-Key is required."""
    consumes: str = JSON
    """Media type of the body, where the method has one."""
    max_bytes: int = 64 * KIB


ROUTES = (
    Route(
        operation="showIndex",
        method="GET",
        path="/",
        function="pages",
        scope=None,
        summary="What this service is",
    ),
    Route(
        operation="showDocs",
        method="GET",
        path="/docs",
        function="pages",
        scope=None,
        summary="Interactive reference of this API",
    ),
    Route(
        operation="getDocsAsset",
        method="GET",
        path="/docs/{asset}",
        function="pages",
        scope=None,
        summary="A script or style sheet of the reference",
    ),
    Route(
        operation="getOpenApi",
        method="GET",
        path="/openapi.json",
        function="pages",
        scope=None,
        summary="This API as an OpenAPI 3.1 document",
    ),
    Route(
        operation="getHealth",
        method="GET",
        path="/health",
        function="pages",
        scope=None,
        summary="Whether the service is alive",
    ),
    Route(
        operation="listRegisters",
        method="GET",
        path="/v1/registers",
        function="search",
        scope="search",
        summary="The registers this account may search, and what each can be asked",
    ),
    Route(
        operation="searchContacts",
        method="POST",
        path="/v1/search",
        function="search",
        scope="search",
        summary="Search registers for contacts of a target group",
        idempotent=True,
    ),
    Route(
        operation="showBuildings",
        method="GET",
        path="/v1/buildings",
        function="buildings",
        scope="buildings",
        summary="Buildings by OGC API Features: landing page",
    ),
    Route(
        operation="listBuildingConformance",
        method="GET",
        path="/v1/buildings/conformance",
        function="buildings",
        scope="buildings",
        summary="Standards that the building look-up keeps",
    ),
    Route(
        operation="describeBuildingApi",
        method="GET",
        path="/v1/buildings/api",
        function="buildings",
        scope="buildings",
        summary="The building look-up as OpenAPI 3.0, for OGC clients",
    ),
    Route(
        operation="listBuildingCollections",
        method="GET",
        path="/v1/buildings/collections",
        function="buildings",
        scope="buildings",
        summary="Collections of the building look-up",
    ),
    Route(
        operation="describeBuildingCollection",
        method="GET",
        path="/v1/buildings/collections/buildings",
        function="buildings",
        scope="buildings",
        summary="The collection of buildings: extent, sources, release",
    ),
    Route(
        operation="listBuildingQueryables",
        method="GET",
        path="/v1/buildings/collections/buildings/queryables",
        function="buildings",
        scope="buildings",
        summary="Properties to filter buildings by",
    ),
    Route(
        operation="listBuildings",
        method="GET",
        path="/v1/buildings/collections/buildings/items",
        function="buildings",
        scope="buildings",
        summary="Buildings by place, age, kind or address",
    ),
    Route(
        operation="getBuilding",
        method="GET",
        path="/v1/buildings/collections/buildings/items/{building}",
        function="buildings",
        scope="buildings",
        summary="One building by its permanent identifier",
    ),
    Route(
        operation="suggestAddresses",
        method="GET",
        path="/v1/buildings/suggest",
        function="buildings",
        scope="buildings",
        summary="Complete an address, one typo forgiven",
    ),
    Route(
        operation="countBuildings",
        method="GET",
        path="/v1/buildings/statistics",
        function="buildings",
        scope="buildings",
        summary="Buildings of an area by decade and use",
    ),
    Route(
        operation="showMap",
        method="GET",
        path="/buildings",
        function="buildings",
        scope=None,
        summary="A map of the buildings",
    ),
    Route(
        operation="getMapAsset",
        method="GET",
        path="/buildings/{asset}",
        function="buildings",
        scope=None,
        summary="A script or style sheet of the map",
    ),
)


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))


def routes_at(path: str) -> dict[str, tuple[Route, dict[str, str]]]:
    """Return the routes of a path by method, each with the path's parameters."""
    found = {}
    for route in ROUTES:
        match = _pattern(route.path).fullmatch(path)
        if match:
            found[route.method] = (route, match.groupdict())
    return found
