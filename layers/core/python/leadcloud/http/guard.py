"""The guard in front of every function: what passes it has the form that the route promises.

The order is from cheap to dear and from outside to inside: path, method, key, scope, query,
idempotency key, media type, size, then the one parse of the body.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from leadcloud.errors import (
    BodyTooLarge,
    BodyUnreadable,
    Fault,
    IdempotencyKeyMissing,
    MediaTypeUnsupported,
    MethodNotAllowed,
    NotFound,
    ParameterInvalid,
    ParameterUnknown,
    ScopeMissing,
    Unauthenticated,
)
from leadcloud.http.call import Call, Caller
from leadcloud.http.json_body import read_json, unusable
from leadcloud.http.route import ANY_SCOPE, JSON, Route
from leadcloud.http.routes import routes_at
from leadcloud.http.wire import Parameters, parse, parse_parameters

CHALLENGE = {"WWW-Authenticate": 'ApiKey header="X-API-Key"'}
"""Headers that go with the answer to who has no good key."""

_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_BASE_PATH = re.compile(r"(/[A-Za-z0-9_.-]+)*")
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})

Event = Mapping[str, Any]
"""An API Gateway REST proxy event."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Knock:
    """Who wants what, before anything else of a request is looked at."""

    route: Route
    path_parameters: Mapping[str, str]
    caller: Caller | None
    """None on public routes."""


def knock(event: Event) -> Knock:
    """Return who wants what.

    Raises:
        RequestRefused: There is no such route, or it needs a key.
    """
    route, path_parameters = _route(event)
    return Knock(route=route, path_parameters=path_parameters, caller=_caller(event, route))


def admit(
    event: Event,
    knock: Knock,
    *,
    parameters: type[Parameters] | None,
    request: type[BaseModel] | None,
) -> Call:
    """Return the call that an event holds.

    Args:
        event: Who knocked with it.
        knock: Who wants what.
        parameters: What the query is read as; None where there may be none.
        request: What the body is read as; None where it stays as it came.

    Raises:
        RequestRefused: The first thing that does not fit, as one of its subclasses.
    """
    route, caller = knock.route, knock.caller
    _check_scope(route, caller)
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    return Call(
        route=route,
        request_id=event["requestContext"]["requestId"],
        caller=caller,
        path_parameters=knock.path_parameters,
        query=_query(event, parameters),
        headers=headers,
        base_path=_base_path(event),
        idempotency_key=_idempotency_key(route, headers),
        source_ip=(event["requestContext"].get("identity") or {}).get("sourceIp") or "",
        body=_body(event, route, headers, request=request),
    )


def _route(event: Event) -> tuple[Route, Mapping[str, str]]:
    routes = routes_at(event["path"])
    if not routes:
        raise NotFound("There is no such path.")
    method = event["httpMethod"]
    found = routes.get("GET" if method == "HEAD" else method)
    if found is None:
        allowed = sorted(routes.keys() | ({"HEAD"} if "GET" in routes else set()))
        raise MethodNotAllowed(headers={"Allow": ", ".join(allowed)})
    return found


def _caller(event: Event, route: Route) -> Caller | None:
    if route.scope is None:
        return None
    context = event["requestContext"].get("authorizer") or {}
    if "account_id" not in context:
        raise Unauthenticated(headers=CHALLENGE)
    return Caller(
        account_id=context["account_id"],
        key_id=context["key_id"],
        scopes=frozenset(context["scopes"].split()),
        tier=context.get("tier", "standard"),
        expires_at=datetime.fromisoformat(ends) if (ends := context.get("expires_at")) else None,
    )


def _check_scope(route: Route, caller: Caller | None) -> None:
    if caller and route.scope not in (ANY_SCOPE, *caller.scopes):
        raise ScopeMissing(f"This needs a key with the scope {route.scope}.")


def _base_path(event: Event) -> str:
    """Return what stands before the path that a route has, in the path that the caller asked for.

    Source: AWS, "Input format of a Lambda function for proxy integration": the context's path has
    the stage, or what a domain maps to it, in front.
    """
    asked, path = str(event["requestContext"].get("path") or ""), event["path"]
    if asked == path:
        return ""
    asked, path = asked.rstrip("/"), path.rstrip("/")
    base_path = asked.removesuffix(path)
    found = asked.endswith(path) and _BASE_PATH.fullmatch(base_path)
    return base_path if found else ""


def _query(event: Event, parameters: type[Parameters] | None) -> Parameters | None:
    query: dict[str, str] = {}
    for name, values in (event.get("multiValueQueryStringParameters") or {}).items():
        if len(values) != 1:
            raise ParameterUnknown("A query parameter is given more than once.")
        if unusable(values[0]):
            raise ParameterInvalid("A query parameter holds NUL or half a character.")
        query[name] = values[0]
    if parameters is None:
        if query:
            raise ParameterUnknown
        return None
    return parse_parameters(parameters, query)


def _idempotency_key(route: Route, headers: Mapping[str, str]) -> str | None:
    if not route.idempotent:
        return None
    key = headers.get("idempotency-key", "")
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        fault = Fault(
            field="Idempotency-Key", code="missing", detail="1 to 255 visible ASCII characters."
        )
        raise IdempotencyKeyMissing(faults=[fault])
    return key


def _body(
    event: Event, route: Route, headers: Mapping[str, str], *, request: type[BaseModel] | None
) -> Any:
    if route.method not in _WITH_BODY:
        return None
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != route.consumes:
        raise MediaTypeUnsupported(f"The Content-Type must be {route.consumes}.")
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise MediaTypeUnsupported("The body must not be compressed.")
    body = _bytes(event)
    if len(body) > route.max_bytes:
        raise BodyTooLarge(f"The body may have at most {route.max_bytes} bytes.")
    if route.consumes != JSON or route.raw:
        return body
    value = read_json(body)
    return parse(request, value) if request else value


def _bytes(event: Event) -> bytes:
    text = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(text).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BodyUnreadable from None
