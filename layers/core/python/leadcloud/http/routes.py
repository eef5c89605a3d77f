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
        operation="predictAge",
        method="POST",
        path="/v1/predict-age",
        function="predict_age",
        scope="predict",
        summary="The probable age group of each of a register's contacts",
        max_bytes=512 * KIB,
    ),
    Route(
        operation="summarizeAge",
        method="POST",
        path="/v1/predict-age/summary",
        function="predict_age",
        scope="predict",
        summary="How many of a register's contacts are probably in each age group",
        max_bytes=512 * KIB,
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
