"""One function's part of the API: binds handlers to routes and turns every outcome into an answer.

Powertools' own resolver is not used: it keeps the current event in a class attribute, so two
threads of the local server would answer each other's requests (docs/adr/0001).
"""

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from leadcloud.errors import InternalError, LeadCloudError, Unavailable
from leadcloud.events import Event, log, log_unexpected
from leadcloud.http.call import Call, Caller
from leadcloud.http.guard import Knock, admit, knock
from leadcloud.http.problem import problem, problem_headers
from leadcloud.http.route import JSON, Route
from leadcloud.http.routes import ROUTES
from leadcloud.http.wire import Parameters, Wire
from leadcloud.store.interface import StoreUnavailable


class Brake(Protocol):
    """Lets a caller's request through, and says in headers how many are left."""

    def take(self, caller: Caller) -> Mapping[str, str]:
        """Count one request.

        Raises:
            TooManyRequests: It is one too many.
        """


class Collaborators(Protocol):
    """What the edge itself needs of a function's collaborators."""

    @property
    def brake(self) -> Brake:
        """Stops callers that ask too often."""


S = TypeVar("S", bound=Collaborators)

_SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Answer:
    """What a handler answers. May hold contacts, hence no repr."""

    body: Wire | str | bytes | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    """Override the edge's own where the names are the same."""
    media_type: str = JSON


@dataclass(frozen=True, kw_only=True, slots=True)
class Contract:
    """What an operation takes and answers; checked at run time and published in OpenAPI."""

    request: type[BaseModel] | None = None
    response: type[BaseModel] | None = None
    """None where the answer is no JSON object of a fixed form."""
    parameters: type[Parameters] | None = None
    problems: tuple[type[LeadCloudError], ...] = ()
    """Errors of the handler's own, besides those of the edge."""
    status: int = 200
    media_type: str = JSON
    alternatives: tuple[str, ...] = ()
    """Media types that the answer comes in besides, by what is asked for."""
    also: tuple[int, ...] = ()
    """Other statuses that come in the same media type."""
    form: tuple[str, ...] = ()
    """Fields of the form that is taken, where it is no JSON."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Request headers that are read, and what each is."""
    page: Callable[[LeadCloudError], Answer] | None = None
    """Tells a person of an error, where the answer is read in a browser and not by a program."""


Handler = Callable[[Call, S], Answer]
"""Gets the call with `body` and `query` as the contract's models, and its collaborators."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation(Generic[S]):
    """A route, what it promises, and the handler that keeps it."""

    route: Route
    contract: Contract
    handle: Handler[S]


class Api(Generic[S]):
    """The operations of one function."""

    def __init__(self, function: str) -> None:
        self.operations: dict[str, Operation[S]] = {}
        self._routes = {route.operation: route for route in ROUTES if route.function == function}

    def operation(self, operation: str, contract: Contract) -> Callable[[Handler[S]], Handler[S]]:
        """Bind a handler to a route."""

        def bind(handle: Handler[S]) -> Handler[S]:
            self.operations[operation] = Operation(
                route=self._routes[operation], contract=contract, handle=handle
            )
            return handle

        return bind

    def answer(self, event: Mapping[str, Any], services: S) -> dict[str, Any]:
        """Answer one API Gateway proxy event; nothing is ever raised."""
        started = time.perf_counter()
        request_id = event["requestContext"]["requestId"]
        operation, code = "", ""
        limits: Mapping[str, str] = {}
        try:
            at_door = knock(event)
            operation = at_door.route.operation
            if at_door.caller:
                limits = services.brake.take(at_door.caller)
            answer = self._carry_out(event, at_door, services)
        except Exception as error:  # noqa: BLE001 the one boundary: every failure is an answer
            told = _told(error, request_id)
            code = told.code
            answer = self._failure(operation, told, request_id)
        log(
            Event.REQUEST_ANSWERED,
            request_id=request_id,
            operation=operation,
            status=answer.status,
            code=code,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        head = event["httpMethod"] == "HEAD"
        return proxy_answer(answer, request_id, headers=limits, head=head)

    def _failure(self, operation: str, error: LeadCloudError, request_id: str) -> Answer:
        bound = self.operations.get(operation)
        if bound is None or bound.contract.page is None:
            return problem_answer(error, request_id)
        return bound.contract.page(error)

    def _carry_out(self, event: Mapping[str, Any], at_door: Knock, services: S) -> Answer:
        operation = self.operations[at_door.route.operation]
        contract = operation.contract
        call = admit(event, at_door, parameters=contract.parameters, request=contract.request)
        return operation.handle(call, services)


def _told(error: Exception, request_id: str) -> LeadCloudError:
    """Return what the caller is told of an exception."""
    match error:
        case LeadCloudError():
            return error
        case StoreUnavailable():
            return Unavailable(retry_after=1)
    log_unexpected(request_id, error)
    return InternalError()


def problem_answer(error: LeadCloudError, request_id: str) -> Answer:
    """Return the answer that tells of an error."""
    return Answer(
        body=problem(error, request_id), status=error.status, headers=problem_headers(error)
    )


def proxy_answer(
    answer: Answer,
    request_id: str,
    *,
    headers: Mapping[str, str] = MappingProxyType({}),
    head: bool = False,
) -> dict[str, Any]:
    """Return an answer in the shape that API Gateway expects of a proxy function.

    Its own headers override those given here.
    """
    body = answer.body
    binary = isinstance(body, bytes)
    if isinstance(body, Wire):
        text = body.model_dump_json()
    elif isinstance(body, bytes):
        text = base64.b64encode(body).decode("ascii")
    else:
        text = body or ""
    return {
        "statusCode": answer.status,
        "headers": {
            "Content-Type": answer.media_type,
            "X-Request-Id": request_id,
            **_SECURITY_HEADERS,
            **headers,
            **answer.headers,
        },
        "body": "" if head else text,
        "isBase64Encoded": binary and not head,
    }
