"""The route table: what the API consists of, read by the edge, the local server and the CDK."""

import re
from collections.abc import Iterable, Mapping
from functools import partial

from leadcloud.http.route import ANY_SCOPE, FORM, KIB, Route

_PAGES = partial(Route, function="pages", scope=None)
_SEARCH = partial(Route, function="search", scope="search")
# A thousand records of the longest names, with every letter written as \ud801\udc00 and indented.
_AGES = partial(Route, function="predict_age", scope="predict", max_bytes=1536 * KIB)
_BUILDINGS = partial(Route, function="buildings", scope="buildings")
_ACCOUNTS = partial(Route, function="accounts", scope="admin")
_SUBJECT_REQUESTS = partial(Route, function="dsar_router", scope=None)

ROUTES: tuple[Route, ...] = (
    _PAGES(operation="showIndex", method="GET", path="/", summary="What this service is"),
    _PAGES(
        operation="showDocs",
        method="GET",
        path="/docs",
        summary="Interactive reference of this API",
    ),
    _PAGES(
        operation="getDocsAsset",
        method="GET",
        path="/docs/{asset}",
        summary="A script or style sheet of the reference",
    ),
    _PAGES(
        operation="getOpenApi",
        method="GET",
        path="/openapi.json",
        summary="This API as an OpenAPI 3.1 document",
    ),
    _PAGES(
        operation="getHealth", method="GET", path="/health", summary="Whether the service is alive"
    ),
    _SEARCH(
        operation="listRegisters",
        method="GET",
        path="/v1/registers",
        summary="The registers this account may search, and what each can be asked",
    ),
    _SEARCH(
        operation="getCodes",
        method="GET",
        path="/v1/codes/{list}",
        summary="The codes that a criterion may hold, with labels, version and source",
    ),
    _SEARCH(
        operation="quoteSearch",
        method="POST",
        path="/v1/search/quotes",
        summary="What a search would cost at most; free, and nobody is delivered",
    ),
    _SEARCH(
        operation="searchContacts",
        method="POST",
        path="/v1/search",
        summary="Search registers for contacts of a target group",
        idempotent=True,
    ),
    _SEARCH(
        operation="setRegisterPolicy",
        method="PUT",
        path="/v1/operator/registers/{id}/policy",
        scope="operator",
        summary="What is switched off at a register, from the next search on",
    ),
    _AGES(
        operation="predictAge",
        method="POST",
        path="/v1/predict-age",
        summary="The probable age group of each of a register's contacts",
    ),
    _AGES(
        operation="summarizeAge",
        method="POST",
        path="/v1/predict-age/summary",
        summary="How many of a register's contacts are probably in each age group",
    ),
    _BUILDINGS(
        operation="showBuildings",
        method="GET",
        path="/v1/buildings",
        summary="Buildings by OGC API Features: landing page",
    ),
    _BUILDINGS(
        operation="listBuildingConformance",
        method="GET",
        path="/v1/buildings/conformance",
        summary="Standards that the building look-up keeps",
    ),
    _BUILDINGS(
        operation="describeBuildingApi",
        method="GET",
        path="/v1/buildings/api",
        summary="The building look-up as OpenAPI 3.0, for OGC clients",
    ),
    _BUILDINGS(
        operation="listBuildingCollections",
        method="GET",
        path="/v1/buildings/collections",
        summary="Collections of the building look-up",
    ),
    _BUILDINGS(
        operation="describeBuildingCollection",
        method="GET",
        path="/v1/buildings/collections/buildings",
        summary="The collection of buildings: extent, sources, release",
    ),
    _BUILDINGS(
        operation="listBuildingQueryables",
        method="GET",
        path="/v1/buildings/collections/buildings/queryables",
        summary="Properties to filter buildings by",
    ),
    _BUILDINGS(
        operation="listBuildings",
        method="GET",
        path="/v1/buildings/collections/buildings/items",
        summary="Buildings by place, age, kind or address",
    ),
    _BUILDINGS(
        operation="getBuilding",
        method="GET",
        path="/v1/buildings/collections/buildings/items/{building}",
        summary="One building by its permanent identifier",
    ),
    _BUILDINGS(
        operation="suggestAddresses",
        method="GET",
        path="/v1/buildings/suggest",
        summary="Complete an address, one typo forgiven",
    ),
    _BUILDINGS(
        operation="countBuildings",
        method="GET",
        path="/v1/buildings/statistics",
        summary="Buildings of an area by decade and use",
    ),
    _BUILDINGS(
        operation="showMap",
        method="GET",
        path="/buildings",
        summary="A map of the buildings",
        scope=None,
    ),
    _BUILDINGS(
        operation="getMapAsset",
        method="GET",
        path="/buildings/{asset}",
        summary="A script or style sheet of the map",
        scope=None,
    ),
    _ACCOUNTS(
        operation="getAccount",
        method="GET",
        path="/v1/account",
        summary="The account that the key stands for",
        scope=ANY_SCOPE,
    ),
    _ACCOUNTS(
        operation="changeAccount",
        method="PATCH",
        path="/v1/account",
        summary="Accept the terms of use, or change settings",
    ),
    _ACCOUNTS(
        operation="listContactPersons",
        method="GET",
        path="/v1/account/contact-persons",
        summary="Whom we speak with at the account",
    ),
    _ACCOUNTS(
        operation="replaceContactPersons",
        method="PUT",
        path="/v1/account/contact-persons",
        summary="Name others, or nobody, to speak with; the ones before are forgotten",
    ),
    _ACCOUNTS(
        operation="getUsage",
        method="GET",
        path="/v1/usage",
        scope="billing",
        summary="What was used by day, register and sub-account",
    ),
    _ACCOUNTS(
        operation="getStatement",
        method="GET",
        path="/v1/statements/{month}",
        scope="billing",
        summary="What the account had, was charged and paid in a month, as JSON or CSV",
    ),
    _ACCOUNTS(
        operation="openSubAccount",
        method="POST",
        path="/v1/sub-accounts",
        summary="Open a sub-account, as a reseller",
    ),
    _ACCOUNTS(
        operation="listSubAccounts",
        method="GET",
        path="/v1/sub-accounts",
        summary="A reseller's sub-accounts",
    ),
    _ACCOUNTS(
        operation="issueKey",
        method="POST",
        path="/v1/api-keys",
        summary="Issue a key for the account or one of its sub-accounts; shown once",
    ),
    _ACCOUNTS(
        operation="listKeys",
        method="GET",
        path="/v1/api-keys",
        summary="The keys of the account or one of its sub-accounts",
    ),
    _ACCOUNTS(
        operation="revokeKey",
        method="DELETE",
        path="/v1/api-keys/{id}",
        summary="Revoke a key; felt everywhere within seconds",
    ),
    _SUBJECT_REQUESTS(
        operation="fileSubjectRequest",
        method="POST",
        path="/v1/subject-requests",
        summary="File a data subject's request, or a marketing prohibition",
        idempotent=True,
    ),
    _SUBJECT_REQUESTS(
        operation="getSubjectRequest",
        method="GET",
        path="/v1/subject-requests/{reference}",
        summary="Where a request stands, and to whom it went",
    ),
    _SUBJECT_REQUESTS(
        operation="withdrawSubjectRequest",
        method="DELETE",
        path="/v1/subject-requests/{reference}",
        summary="Withdraw a request",
    ),
    _SUBJECT_REQUESTS(
        operation="reportOnSubjectRequest",
        method="POST",
        path="/v1/controller-callbacks/{callback_id}",
        summary="Report, as a controller, what became of a request; signed",
        raw=True,
    ),
    _SUBJECT_REQUESTS(
        operation="sendControllerNotice",
        method="POST",
        path="/v1/controller-notices/{controller_id}",
        summary="Tell, as a source's controller, those who received its data; signed",
        raw=True,
    ),
    _SUBJECT_REQUESTS(
        operation="showSubjectRequestForm",
        method="GET",
        path="/subject-request",
        summary="The form for data subjects",
    ),
    _SUBJECT_REQUESTS(
        operation="sendSubjectRequestForm",
        method="POST",
        path="/subject-request",
        summary="Check or file what the form holds",
        consumes=FORM,
    ),
    _SUBJECT_REQUESTS(
        operation="showSubjectRequest",
        method="GET",
        path="/subject-request/{reference}",
        summary="The page of a request",
    ),
    _SUBJECT_REQUESTS(
        operation="changeSubjectRequest",
        method="POST",
        path="/subject-request/{reference}",
        summary="Confirm the contact channel, add who called, or withdraw",
        consumes=FORM,
    ),
    _SUBJECT_REQUESTS(
        operation="showControllerPage",
        method="GET",
        path="/controller-page/{page_id}",
        summary="The one-time page of a controller without an interface",
    ),
    _SUBJECT_REQUESTS(
        operation="useControllerPage",
        method="POST",
        path="/controller-page/{page_id}",
        summary="Read the request once, or report what became of it",
        consumes=FORM,
    ),
    _SUBJECT_REQUESTS(
        operation="listSubjectRequests",
        method="GET",
        path="/v1/operator/subject-requests",
        summary="Requests by state, overdue first, then by days left",
        scope="operator",
    ),
    _SUBJECT_REQUESTS(
        operation="enterSubjectRequest",
        method="POST",
        path="/v1/operator/subject-requests",
        summary="Enter a request that came by telephone, letter or mail",
        scope="operator",
        idempotent=True,
    ),
    _SUBJECT_REQUESTS(
        operation="decideSubjectRequest",
        method="POST",
        path="/v1/operator/subject-requests/{reference}",
        summary="Release, route, restart, report on, or forget a request",
        scope="operator",
    ),
    _SUBJECT_REQUESTS(
        operation="getAudit",
        method="GET",
        path="/v1/operator/audit/{reference}",
        summary="One request's timeline",
        scope="operator",
    ),
    _SUBJECT_REQUESTS(
        operation="showOperatorPage",
        method="GET",
        path="/operator",
        summary="The operators' page; its data stands behind their key",
    ),
)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))


Found = Mapping[str, tuple[Route, Mapping[str, str]]]
"""Routes of a path by method, each with the path's parameters."""


def _found(routes: Iterable[Route], parameters: Mapping[str, str]) -> Found:
    return {route.method: (route, parameters) for route in routes}


_BY_PATH = {
    path: [each for each in ROUTES if each.path == path]
    for path in dict.fromkeys(route.path for route in ROUTES)
}
_PLAIN = {path: _found(its, {}) for path, its in _BY_PATH.items() if "{" not in path}
_WITH_PARAMETERS = [
    (path.count("/"), _pattern(path), its) for path, its in _BY_PATH.items() if "{" in path
]


def routes_at(path: str) -> Found:
    """Return the routes of a path by method, each with the path's parameters.

    To read, a path without parameters may end in a slash: clients of OGC API ask for a landing page
    so.
    """
    if plain := _PLAIN.get(path):
        return plain
    depth = path.count("/")
    for its_depth, pattern, routes in _WITH_PARAMETERS:
        if its_depth == depth and (match := pattern.fullmatch(path)):
            return _found(routes, match.groupdict())
    read = _PLAIN.get(path.removesuffix("/"), {}).get("GET")
    return {"GET": read} if read else {}
