"""The route table: what the API consists of, read by the edge, the local server and the CDK."""

import re
from dataclasses import dataclass
from functools import cache

KIB = 1024

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


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
    raw: bool = False
    """The handler gets the body as it came: a signature is checked before anything is parsed."""


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
    Route(
        operation="fileSubjectRequest",
        method="POST",
        path="/v1/subject-requests",
        function="dsar_router",
        scope=None,
        summary="File a data subject's request, or a marketing prohibition",
        idempotent=True,
    ),
    Route(
        operation="getSubjectRequest",
        method="GET",
        path="/v1/subject-requests/{reference}",
        function="dsar_router",
        scope=None,
        summary="Where a request stands, and to whom it went",
    ),
    Route(
        operation="withdrawSubjectRequest",
        method="DELETE",
        path="/v1/subject-requests/{reference}",
        function="dsar_router",
        scope=None,
        summary="Withdraw a request",
    ),
    Route(
        operation="reportOnSubjectRequest",
        method="POST",
        path="/v1/controller-callbacks/{callback_id}",
        function="dsar_router",
        scope=None,
        summary="Report, as a controller, what became of a request; signed",
        raw=True,
    ),
    Route(
        operation="sendControllerNotice",
        method="POST",
        path="/v1/controller-notices/{controller_id}",
        function="dsar_router",
        scope=None,
        summary="Tell, as a source's controller, those who received its data; signed",
        raw=True,
    ),
    Route(
        operation="showSubjectRequestForm",
        method="GET",
        path="/subject-request",
        function="dsar_router",
        scope=None,
        summary="The form for data subjects",
    ),
    Route(
        operation="sendSubjectRequestForm",
        method="POST",
        path="/subject-request",
        function="dsar_router",
        scope=None,
        summary="Check or file what the form holds",
        consumes=FORM,
    ),
    Route(
        operation="showSubjectRequest",
        method="GET",
        path="/subject-request/{reference}",
        function="dsar_router",
        scope=None,
        summary="The page of a request",
    ),
    Route(
        operation="changeSubjectRequest",
        method="POST",
        path="/subject-request/{reference}",
        function="dsar_router",
        scope=None,
        summary="Confirm the contact channel, add who called, or withdraw",
        consumes=FORM,
    ),
    Route(
        operation="showControllerPage",
        method="GET",
        path="/controller-page/{page_id}",
        function="dsar_router",
        scope=None,
        summary="The one-time page of a controller without an interface",
    ),
    Route(
        operation="useControllerPage",
        method="POST",
        path="/controller-page/{page_id}",
        function="dsar_router",
        scope=None,
        summary="Read the request once, or report what became of it",
        consumes=FORM,
    ),
    Route(
        operation="listSubjectRequests",
        method="GET",
        path="/v1/operator/subject-requests",
        function="dsar_router",
        scope="operator",
        summary="Requests by state, overdue first, then by days left",
    ),
    Route(
        operation="enterSubjectRequest",
        method="POST",
        path="/v1/operator/subject-requests",
        function="dsar_router",
        scope="operator",
        summary="Enter a request that came by telephone, letter or mail",
        idempotent=True,
    ),
    Route(
        operation="decideSubjectRequest",
        method="POST",
        path="/v1/operator/subject-requests/{reference}",
        function="dsar_router",
        scope="operator",
        summary="Release, route, restart, report on, or forget a request",
    ),
    Route(
        operation="getAudit",
        method="GET",
        path="/v1/operator/audit/{reference}",
        function="dsar_router",
        scope="operator",
        summary="One request's timeline",
    ),
    Route(
        operation="showOperatorPage",
        method="GET",
        path="/operator",
        function="dsar_router",
        scope=None,
        summary="The operators' page; its data stands behind their key",
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
