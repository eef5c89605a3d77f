"""The local gateway makes the events that API Gateway makes."""

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest

from functions.authorizer.handler import Unauthorized
from leadcloud.store.interface import StoreUnavailable
from local.gateway import MAX_BODY, Gateway, proxy_event
from tests.shared_data import shared


def request(method: str, path: str, body: bytes = b"", **changes: Any) -> dict[str, Any]:
    """Return a WSGI environ."""
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "HTTP_X_API_KEY": "good",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": BytesIO(body),
    } | changes


def serve(gateway: Gateway, environ: dict[str, Any]) -> tuple[str, dict[str, str], bytes]:
    """Send a request through the gateway and return status, headers and body."""
    began: list[Any] = []
    body = b"".join(gateway(environ, lambda *begun: began.append(begun)))
    ((status, headers),) = began
    return status, dict(headers), body


class Handlers:
    """Answers with what it was given."""

    def __init__(self) -> None:
        self.events: list[Mapping[str, Any]] = []
        self.authorized = 0

    def handle(self, event: Mapping[str, Any], _context: object) -> dict[str, Any]:
        self.events.append(event)
        return {"statusCode": 200, "headers": {}, "body": "ä", "isBase64Encoded": False}

    def authorize(self, event: Mapping[str, Any], _context: object) -> dict[str, Any]:
        self.authorized += 1
        if event["headers"]["x-api-key"] != "good":
            raise Unauthorized
        return {"context": {"account_id": "buyer", "key_id": "k", "scopes": "search"}}


@pytest.fixture
def handlers() -> Handlers:
    """Handlers that remember their events."""
    return Handlers()


@pytest.fixture
def gateway(handlers: Handlers) -> Gateway:
    """A gateway in front of them."""
    functions = {"pages": handlers.handle, "search": handlers.handle}
    return Gateway(functions, handlers.authorize)


def test_events_have_the_members_of_a_real_one() -> None:
    """Every member of our event is one of a recorded REST proxy event, with the same type."""
    recorded = json.loads(shared("data/real/aws/apiGatewayProxyEvent.json").read_text())
    event = proxy_event(request("GET", "/", QUERY_STRING="a=1&a=2&b=%C3%A4"), b"", "request-1")

    assert event.keys() <= recorded.keys()
    assert event["requestContext"].keys() <= recorded["requestContext"].keys()
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"], "b": ["ä"]}
    assert event["queryStringParameters"] == {"a": "2", "b": "ä"}
    assert event["body"] is None


def test_a_body_that_is_no_text_comes_as_base64() -> None:
    """Bytes that are not UTF-8 arrive marked, as API Gateway marks binary bodies."""
    event = proxy_event(request("POST", "/"), b"\x1f\x8b", "request-1")

    assert (event["body"], event["isBase64Encoded"]) == ("H4s=", True)


def test_head_claims_no_length_of_its_own(gateway: Gateway) -> None:
    """What HEAD would say about length must be GET's; without the body we do not know it."""
    assert serve(gateway, request("GET", "/"))[1]["content-length"] == "2"
    assert "content-length" not in serve(gateway, request("HEAD", "/"))[1]


def test_what_is_not_sent_again_claims_no_length(handlers: Handlers) -> None:
    """304 has no body, and the length would be that of 200 (RFC 9110, section 8.6)."""
    unchanged = {"statusCode": 304, "headers": {}, "body": "", "isBase64Encoded": False}
    gateway = Gateway({"pages": lambda _event, _context: unchanged}, handlers.authorize)

    status, headers, body = serve(gateway, request("GET", "/"))

    assert (status, headers, body) == ("304 Not Modified", {}, b"")


def test_every_request_has_an_id_of_its_own(gateway: Gateway, handlers: Handlers) -> None:
    """A random UUID, as AWS gives: two ids do not tell how much was asked between them."""
    for _ in range(20):
        serve(gateway, request("GET", "/v1/registers"))

    ids = [event["requestContext"]["requestId"] for event in handlers.events]
    assert [(str(UUID(each)), UUID(each).version) for each in ids] == [(each, 4) for each in ids]
    assert all(len({each[part] for each in ids}) == 20 for part in (slice(8), slice(24, None)))


def test_a_known_key_is_asked_about_once(gateway: Gateway, handlers: Handlers) -> None:
    """The authorizer's answer is remembered, and reaches the handler."""
    for _ in range(3):
        serve(gateway, request("GET", "/v1/registers"))

    assert handlers.authorized == 1
    assert handlers.events[0]["requestContext"]["authorizer"]["account_id"] == "buyer"


def test_an_unknown_key_reaches_the_handler_without_an_account(
    gateway: Gateway, handlers: Handlers
) -> None:
    """The guard then answers 401; a refusal is never remembered as a permission."""
    wrong = request("GET", "/v1/registers", HTTP_X_API_KEY="bad")
    serve(gateway, wrong)
    serve(gateway, wrong)

    assert handlers.authorized == 2
    assert all("account_id" not in e["requestContext"]["authorizer"] for e in handlers.events)


def test_public_and_unknown_paths_need_no_key(gateway: Gateway, handlers: Handlers) -> None:
    """The authorizer is asked only where the route has a scope."""
    assert serve(gateway, request("GET", "/health"))[2] == "ä".encode()
    assert serve(gateway, request("GET", "/nowhere"))[0] == "200 OK"
    assert handlers.authorized == 0


def test_a_body_beyond_the_gateways_limit_is_413(gateway: Gateway, handlers: Handlers) -> None:
    """What API Gateway would not take never reaches a handler."""
    status, _, body = serve(gateway, request("POST", "/v1/search", b"x" * (MAX_BODY + 1)))

    assert (status[:3], json.loads(body)["code"]) == ("413", "body_too_large")
    assert handlers.events == []


def test_a_body_that_ends_early_reaches_no_handler(gateway: Gateway, handlers: Handlers) -> None:
    """A caller that went away in the middle did not ask for what the beginning happens to say."""
    cut = request("POST", "/v1/search", b"{}", CONTENT_LENGTH="3")

    status, _, body = serve(gateway, cut)

    assert (status[:3], json.loads(body)["code"]) == ("400", "body_unreadable")
    assert handlers.events == []


def test_an_authorizer_without_its_store_is_a_problem_of_ours(
    gateway: Gateway, handlers: Handlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller is told that another try may succeed."""

    def fail(_event: Mapping[str, Any], _context: object) -> dict[str, Any]:
        raise StoreUnavailable

    monkeypatch.setattr(gateway, "_authorizer", fail)
    status, _, body = serve(gateway, request("GET", "/v1/registers"))

    assert (status[:3], json.loads(body)["code"]) == ("503", "unavailable")
    assert handlers.events == []
