"""Links of the public pages, where the API lies below a stage's path and where it does not."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib import import_module
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from leadcloud.http.route import Route
from leadcloud.http.routes import ROUTES, routes_at
from leadcloud.wiring import Services
from local.openapi import document as published
from tests.house import House

HOST = "https://api.example"
BASE_PATHS = ["", "/prod"]
PAGES = [
    route
    for route in ROUTES
    if route.method == "GET" and route.scope is None and "{" not in route.path
]
VENDORED = ("leaflet.js", "swagger-ui.js")
"""Scripts that name no path of ours."""
FIRST_PARTS = "|".join(sorted({re.escape(route.path.split("/")[1]) for route in ROUTES} - {""}))
PATH_IN_SCRIPT = re.compile(rf"[\"'`](/?(?:{FIRST_PARTS})(?:/[^\"'`\s]*)?)[\"'`]")


class Links(HTMLParser):
    """Collects what a page leads to, and the scripts that stand in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in {"href", "src", "action"}]


def answer(services: Services, route: Route, path: str, base_path: str) -> Any:
    """Answer a GET as below a stage's path."""
    event = {
        "httpMethod": "GET",
        "path": path,
        "headers": {"host": urlsplit(HOST).netloc, "x-forwarded-proto": "https"},
        "requestContext": {"requestId": "request-1", "path": base_path + path},
    }
    api = import_module(f"functions.{route.function}.handler").api
    found = api.answer(event, services)
    assert found["statusCode"] == 200
    return found


def addresses(found: Any, path: str, base_path: str) -> Iterator[str]:
    """Yield where the links of an answer lead a browser that sees it at a path."""
    here = HOST + base_path + path
    media_type, text = found["headers"]["Content-Type"].split(";")[0], found["body"]
    links = Links(text).found if media_type == "text/html" else []
    if media_type in {"text/html", "text/javascript"}:
        links += PATH_IN_SCRIPT.findall(text)
    for link in links:
        if not link.startswith(("#", "data:")):
            yield urljoin(here, re.sub(r"\$\{[^}]*\}", "x", link))


def lies_in_the_api(address: str, base_path: str) -> bool:
    """Tell whether an address is one of a route below the base path."""
    path = urlsplit(address).path
    return (
        address.startswith(f"{HOST}{base_path}/")
        and routes_at(path.removeprefix(base_path) or "/") != {}
    )


@pytest.mark.parametrize("base_path", BASE_PATHS)
@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.operation)
def test_every_link_of_a_page_leads_into_the_api(
    services: Services, route: Route, base_path: str
) -> None:
    """A page's links, and those of the scripts that it loads, are routes below the same path."""
    found = answer(services, route, route.path, base_path)
    for address in addresses(found, route.path, base_path):
        assert lies_in_the_api(address, base_path), address
        path = urlsplit(address).path.removeprefix(base_path)
        if path.endswith(".js") and not path.endswith(VENDORED):
            script = answer(services, routes_at(path)["GET"][0], path, base_path)
            # A script's links are resolved where the page is, not where the script is.
            for inner in addresses(script, route.path, base_path):
                assert lies_in_the_api(inner, base_path), inner


def test_there_are_links_to_check(services: Services) -> None:
    """The pages are found, and so are links in text and in scripts."""
    pages = {route.operation: route for route in PAGES}
    assert {"showIndex", "showDocs", "showMap", "showOperatorPage"} <= pages.keys()
    for operation, path in {
        "showDocs": "/prod/docs/start.js",
        "showOperatorPage": "/prod/v1/operator",
    }.items():
        route = pages[operation]
        found = addresses(answer(services, route, route.path, "/prod"), route.path, "/prod")
        assert any(address.startswith(HOST + path) for address in found)


def test_a_stage_without_a_slash_has_the_same_links(services: Services) -> None:
    """The first page is also served at the stage's name alone, where nothing relative would do."""
    route = next(route for route in PAGES if route.operation == "showIndex")
    page = answer(services, route, "/", "/prod")
    assert all(address.startswith(f"{HOST}/prod/") for address in addresses(page, "", "/prod"))


@pytest.mark.parametrize("base_path", BASE_PATHS)
def test_the_reference_says_where_the_api_is(services: Services, base_path: str) -> None:
    """Clients that are made from the OpenAPI document call below the same path."""
    route = next(route for route in PAGES if route.operation == "getOpenApi")
    document = json.loads(answer(services, route, route.path, base_path)["body"])
    assert document["servers"] == [{"url": base_path or "/"}]


def test_a_filed_form_is_followed_below_the_stage(house: House) -> None:
    """The redirect after the form leads to the request's page below the same path."""
    house.base_path = "/prod"
    _, page = house.call("GET", "/subject-request")
    house.clock.move(10)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    typed = {"right": "access", "email": "person@synthetic.example", "step": "send"}
    status, location = house.form("/subject-request", hidden | typed)
    assert status == 303
    assert location.startswith("/prod/subject-request/SR-")


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.operation)
def test_every_part_of_a_page_comes_as_the_document_says(services: Services, route: Route) -> None:
    """Whoever generates a client from it is told of each media type there is."""
    paths = published()["paths"]
    for address in addresses(answer(services, route, route.path, ""), route.path, ""):
        for part, parameters in routes_at(urlsplit(address).path).values():
            if part.method == "GET" and "asset" in parameters:
                found = answer(services, part, urlsplit(address).path, "")
                declared = paths[part.path]["get"]["responses"]["200"]["content"]
                assert found["headers"]["Content-Type"].split(";")[0] in declared
