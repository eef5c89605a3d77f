"""API Gateway on one machine: HTTP in, REST proxy events to the handlers, HTTP out.

It does what the deployed gateway does and no more: finds the function by the route table, asks the
authorizer about the key, and bounds the size of a body. Everything else is the functions' own.
"""

import asyncio
import base64
import contextlib
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from concurrent.futures import Executor
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from functions.authorizer.handler import HEADER, Unauthorized
from leadcloud.errors import BodyTooLarge, Unavailable
from leadcloud.http.api import problem_answer, proxy_answer
from leadcloud.http.routes import routes_at
from leadcloud.store.interface import StoreUnavailable

Handler = Callable[[Mapping[str, Any], object], dict[str, Any]]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MAX_BODY = 10 * 1024 * 1024
"""Bytes. Source: Amazon API Gateway quotas, payload size."""

_STAGE_ARN = "arn:aws:execute-api:local:000000000000:local/local"
_AUTHORIZATION_SECONDS = 60
"""A key's authorization is remembered, as the deployed gateway does for longer; revoking a key
takes that long to be felt."""


class _Disconnected(Exception):
    """The client has gone."""


class Gateway:
    """An ASGI application in front of the handlers."""

    def __init__(
        self, handlers: Mapping[str, Handler], authorizer: Handler, executor: Executor
    ) -> None:
        """Take the handlers by function, the authorizer, and the threads to run them in."""
        self._handlers = handlers
        self._authorizer = authorizer
        self._executor = executor
        self._authorized: dict[str, tuple[float, dict[str, str]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's request."""
        if scope["type"] != "http":
            return
        with contextlib.suppress(_Disconnected):
            answer = await self._answer(scope, receive)
            await _send(send, answer, head=scope["method"] == "HEAD")

    async def _answer(self, scope: Scope, receive: Receive) -> dict[str, Any]:
        request_id = str(uuid.uuid4())
        body = await _read_body(receive)
        if body is None:
            return proxy_answer(problem_answer(BodyTooLarge(), request_id), request_id)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._handle, scope, body, request_id)

    def _handle(self, scope: Scope, body: bytes, request_id: str) -> dict[str, Any]:
        event = proxy_event(scope, body, request_id)
        routes = routes_at(event["path"])
        route = next(iter(routes.values()))[0] if routes else None
        if route and route.scope:
            try:
                event["requestContext"]["authorizer"] = self._authorize(event)
            except StoreUnavailable:
                answer = problem_answer(Unavailable(retry_after=1), request_id)
                return proxy_answer(answer, request_id)
        return self._handlers[route.function if route else "pages"](event, None)

    def _authorize(self, event: Mapping[str, Any]) -> dict[str, str]:
        """Return the authorizer's context for a request, empty where the key is not known."""
        key = event["headers"].get(HEADER, "")
        if not key:
            return {}
        expires, context = self._authorized.get(key, (0.0, {}))
        if time.monotonic() < expires:
            return context
        arn = f"{_STAGE_ARN}/{event['httpMethod']}{event['path']}"
        try:
            answer = self._authorizer({"headers": event["headers"], "methodArn": arn}, None)
        except Unauthorized:
            return {}
        context = dict(answer["context"])
        self._authorized[key] = (time.monotonic() + _AUTHORIZATION_SECONDS, context)
        return context


def proxy_event(scope: Scope, body: bytes, request_id: str) -> dict[str, Any]:
    """Return a request as API Gateway hands it to a proxy function (REST API, payload 1.0)."""
    headers = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
    ]
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    text, encoded = _body_text(body)
    return {
        "resource": scope["path"],
        "path": scope["path"],
        "httpMethod": scope["method"],
        "headers": dict(headers),
        "multiValueHeaders": _grouped(headers),
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _grouped(query) or None,
        "requestContext": {
            "requestId": request_id,
            "path": scope["path"],
            "stage": "local",
            "identity": {"sourceIp": (scope.get("client") or ("",))[0]},
        },
        "body": text,
        "isBase64Encoded": encoded,
    }


def _body_text(body: bytes) -> tuple[str | None, bool]:
    if not body:
        return None, False
    try:
        return body.decode("utf-8"), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode("ascii"), True


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped


async def _read_body(receive: Receive) -> bytes | None:
    """Return a request's body, or None where it is larger than the gateway takes."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Disconnected
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= MAX_BODY:
            chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks) if size <= MAX_BODY else None


async def _send(send: Send, answer: Mapping[str, Any], *, head: bool) -> None:
    text = answer["body"]
    body = base64.b64decode(text) if answer["isBase64Encoded"] else text.encode("utf-8")
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in answer["headers"].items()
    ]
    if not head and answer["statusCode"] != HTTPStatus.NOT_MODIFIED:
        # There it would be the length of what GET sends (RFC 9110, section 8.6).
        headers.append((b"content-length", str(len(body)).encode("ascii")))
    await send({"type": "http.response.start", "status": answer["statusCode"], "headers": headers})
    await send({"type": "http.response.body", "body": body})
