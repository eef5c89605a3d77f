"""The local gateway makes the events that API Gateway makes."""

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.authorizer.handler import Unauthorized
from leadcloud.store.interface import StoreUnavailable
from local.gateway import MAX_BODY, Gateway, proxy_event
from tests.shared_data import shared


def scope(method: str, path: str, **changes: Any) -> dict[str, Any]:
    """Return an ASGI scope."""
    return {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(b"x-api-key", b"good")],
        "client": ("127.0.0.1", 1),
    } | changes


def serve(gateway: Gateway, scope: dict[str, Any], *chunks: bytes) -> tuple[int, bytes]:
    """Send a request through the gateway and return status and body."""
    messages = [
        {"type": "http.request", "body": chunk, "more_body": number < len(chunks) - 1}
        for number, chunk in enumerate(chunks or (b"",))
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(gateway(scope, receive, send))
    return sent[0]["status"], sent[1]["body"]


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
    return Gateway(functions, handlers.authorize, ThreadPoolExecutor(2))


def test_events_have_the_members_of_a_real_one() -> None:
    """Every member of our event is one of a recorded REST proxy event, with the same type."""
    recorded = json.loads(shared("data/real/aws/apiGatewayProxyEvent.json").read_text())
    event = proxy_event(scope("GET", "/", query_string=b"a=1&a=2&b=%C3%A4"), b"", "request-1")

    assert event.keys() <= recorded.keys()
    assert event["requestContext"].keys() <= recorded["requestContext"].keys()
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"], "b": ["ä"]}
    assert event["queryStringParameters"] == {"a": "2", "b": "ä"}
    assert event["body"] is None


def test_a_body_that_is_no_text_comes_as_base64() -> None:
    """Bytes that are not UTF-8 arrive marked, as API Gateway marks binary bodies."""
    event = proxy_event(scope("POST", "/"), b"\x1f\x8b", "request-1")

    assert (event["body"], event["isBase64Encoded"]) == ("H4s=", True)


def test_head_claims_no_length_of_its_own(gateway: Gateway) -> None:
    """What HEAD would say about length must be GET's; without the body we do not know it."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    for method in ("GET", "HEAD"):
        asyncio.run(gateway(scope(method, "/"), receive, send))

    assert (b"content-length", b"2") in sent[0]["headers"]
    assert b"content-length" not in dict(sent[2]["headers"])


def test_a_known_key_is_asked_about_once(gateway: Gateway, handlers: Handlers) -> None:
    """The authorizer's answer is remembered, and reaches the handler."""
    for _ in range(3):
        serve(gateway, scope("GET", "/v1/registers"))

    assert handlers.authorized == 1
    assert handlers.events[0]["requestContext"]["authorizer"]["account_id"] == "buyer"


def test_an_unknown_key_reaches_the_handler_without_an_account(
    gateway: Gateway, handlers: Handlers
) -> None:
    """The guard then answers 401; a refusal is never remembered as a permission."""
    wrong = scope("GET", "/v1/registers", headers=[(b"x-api-key", b"bad")])
    serve(gateway, wrong)
    serve(gateway, wrong)

    assert handlers.authorized == 2
    assert all("account_id" not in e["requestContext"]["authorizer"] for e in handlers.events)


def test_public_and_unknown_paths_need_no_key(gateway: Gateway, handlers: Handlers) -> None:
    """The authorizer is asked only where the route has a scope."""
    assert serve(gateway, scope("GET", "/health"))[1] == "ä".encode()
    assert serve(gateway, scope("GET", "/nowhere"))[0] == 200
    assert handlers.authorized == 0


def test_a_body_beyond_the_gateways_limit_is_413(gateway: Gateway, handlers: Handlers) -> None:
    """What API Gateway would not take never reaches a handler."""
    half = b"x" * (MAX_BODY // 2 + 1)

    status, body = serve(gateway, scope("POST", "/v1/search"), half, half)

    assert (status, json.loads(body)["code"]) == (413, "body_too_large")
    assert handlers.events == []


def test_an_authorizer_without_its_store_is_a_problem_of_ours(
    gateway: Gateway, handlers: Handlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller is told that another try may succeed."""

    def fail(_event: Mapping[str, Any], _context: object) -> dict[str, Any]:
        raise StoreUnavailable

    monkeypatch.setattr(gateway, "_authorizer", fail)
    status, body = serve(gateway, scope("GET", "/v1/registers"))

    assert (status, json.loads(body)["code"]) == (503, "unavailable")
    assert handlers.events == []
