"""API Gateway on one machine: HTTP in, REST proxy events to the handlers, HTTP out.

It does what the deployed gateway does and no more: finds the function by the route table, asks the
authorizer about the key, and bounds the size of a body. Everything else is the functions' own.
"""

import base64
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from functions.authorizer.handler import HEADER, Unauthorized
from leadcloud.errors import BodyTooLarge, BodyUnreadable, LeadCloudError, Unavailable
from leadcloud.http.api import problem_answer, proxy_answer
from leadcloud.http.routes import routes_at
from leadcloud.store.interface import StoreUnavailable
from local.server import Environ, StartResponse

Handler = Callable[[Mapping[str, Any], object], dict[str, Any]]

MAX_BODY = 10 * 1024 * 1024
"""Bytes. Source: Amazon API Gateway quotas, payload size."""

_STATUS_LINES = {each.value: f"{each.value} {each.phrase}" for each in HTTPStatus}
_STAGE_ARN = "arn:aws:execute-api:local:000000000000:local/local"
_AUTHORIZATION_SECONDS = 60
"""A key's authorization is remembered, as the deployed gateway does for longer. A key that is revoked
is stopped by the functions' brake, within seconds."""


class Gateway:
    """A WSGI application in front of the handlers."""

    def __init__(self, handlers: Mapping[str, Handler], authorizer: Handler) -> None:
        """Take the handlers by function, and the authorizer."""
        self._handlers = handlers
        self._authorizer = authorizer
        self._authorized: dict[str, tuple[float, dict[str, str]]] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request_id = _request_id()
        try:
            answer = self._handle(proxy_event(environ, _body(environ), request_id))
        except LeadCloudError as error:
            answer = proxy_answer(problem_answer(error, request_id), request_id)
        return _begun(answer, environ["REQUEST_METHOD"], start_response)

    def _handle(self, event: dict[str, Any]) -> dict[str, Any]:
        routes = routes_at(event["path"])
        route = next(iter(routes.values()))[0] if routes else None
        if route and route.scope:
            try:
                event["requestContext"]["authorizer"] = self._authorize(event)
            except StoreUnavailable:
                raise Unavailable(retry_after=1) from None
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


def _request_id() -> str:
    """Return a random UUID, as AWS's are, at a third of what Python's class for them costs.

    Numbers would cost less still, and tell every caller how much the others ask.
    """
    drawn = os.urandom(16).hex()
    return f"{drawn[:8]}-{drawn[8:12]}-4{drawn[13:16]}-a{drawn[17:20]}-{drawn[20:]}"


def proxy_event(environ: Environ, body: bytes, request_id: str) -> dict[str, Any]:
    """Return a request as API Gateway hands it to a proxy function (REST API, payload 1.0)."""
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
    headers = dict(_headers(environ))
    query = parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
    text, encoded = _body_text(body)
    return {
        "resource": path,
        "path": path,
        "httpMethod": environ["REQUEST_METHOD"],
        "headers": headers,
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _grouped(query) or None,
        "requestContext": {
            "requestId": request_id,
            "path": path,
            "stage": "local",
            "identity": {"sourceIp": environ["REMOTE_ADDR"]},
        },
        "body": text,
        "isBase64Encoded": encoded,
    }


def _headers(environ: Environ) -> Iterator[tuple[str, str]]:
    """Yield the headers as WSGI has them: several of one name are one, joined by commas."""
    for name, value in environ.items():
        if name in {"CONTENT_TYPE", "CONTENT_LENGTH"} or name.startswith("HTTP_"):
            yield _header_name(name), value


@lru_cache
def _header_name(name: str) -> str:
    return name.removeprefix("HTTP_").replace("_", "-").lower()


def _body(environ: Environ) -> bytes:
    """Return a request's body.

    Raises:
        BodyTooLarge: It is more than the gateway takes.
        BodyUnreadable: It ended before it was whole, as when the caller goes away.
    """
    body: bytes = environ["wsgi.input"].read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise BodyTooLarge
    if len(body) < int(environ.get("CONTENT_LENGTH") or 0):
        raise BodyUnreadable
    return body


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


def _begun(answer: Mapping[str, Any], method: str, start: StartResponse) -> list[bytes]:
    """Send an answer's status and headers; return its body."""
    text = answer["body"]
    body = base64.b64decode(text) if answer["isBase64Encoded"] else text.encode("utf-8")
    headers = list(answer["headers"].items())
    status = answer["statusCode"]
    if method != "HEAD" and status != HTTPStatus.NOT_MODIFIED:
        # There it would be the length of what GET sends (RFC 9110, section 8.6).
        headers.append(("content-length", str(len(body))))
    start(_STATUS_LINES[status], headers)
    return [body]
