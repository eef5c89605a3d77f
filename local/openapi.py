"""The API as an OpenAPI 3.1 document, generated from the routes and the functions' contracts.

`python -m local.openapi` writes docs/openapi.json; with --check it fails where that file is stale.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from leadcloud.errors import (
    BodyTooLarge,
    BodyUnreadable,
    IdempotencyKeyMissing,
    InternalError,
    LeadCloudError,
    MediaTypeUnsupported,
    NotFound,
    ParameterUnknown,
    RequestInvalid,
    ScopeMissing,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)
from leadcloud.http.api import Operation
from leadcloud.http.problem import MEDIA_TYPE, Problem
from leadcloud.http.route import ANY_SCOPE, Route
from leadcloud.http.routes import ROUTES

DOCUMENT = Path(__file__).parents[1] / "docs" / "openapi.json"

_REFERENCE = "#/components/schemas/{model}"
_AlwaysPossible: tuple[type[LeadCloudError], ...] = (ParameterUnknown, InternalError, Unavailable)
_WithKey: tuple[type[LeadCloudError], ...] = (Unauthenticated, ScopeMissing, TooManyRequests)
_WithBody: tuple[type[LeadCloudError], ...] = (
    BodyUnreadable,
    BodyTooLarge,
    MediaTypeUnsupported,
    RequestInvalid,
)

Json = dict[str, Any]

_HEADERS: Json = {
    "RateLimit": {
        "description": "What is left of each policy (draft-ietf-httpapi-ratelimit-headers-11).",
        "schema": {"type": "string"},
        "example": '"key";r=999;t=1, "account";r=1999;t=1',
    },
    "RateLimit-Policy": {
        "description": "How often the key and its account may ask.",
        "schema": {"type": "string"},
        "example": '"key";q=1000;w=20, "account";q=2000;w=20',
    },
    "Retry-After": {
        "description": "Seconds after which another try makes sense.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
}
_TOLD_TO_KEYS = ("RateLimit", "RateLimit-Policy")


def document() -> Json:
    """Return the OpenAPI document of the whole API."""
    operations = [_operation(route) for route in ROUTES]
    schemas = _schemas(operations)
    paths: dict[str, Json] = {}
    for operation in operations:
        route = operation.route
        paths.setdefault(route.path, {})[route.method.lower()] = _describe(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "LeadCloud",
            "version": "1.0.0",
            "summary": "Target groups for telemarketing, out of registers that stay where they are.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"apiKey": []}],
        "tags": _tags(),
        "paths": paths,
        "components": {
            "schemas": schemas.definitions,
            "headers": _HEADERS,
            "securitySchemes": {"apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"}},
        },
    }


def _tags() -> list[Json]:
    """Name the functions as their packages describe themselves, the public pages last."""
    functions = sorted(
        {route.function for route in ROUTES}, key=lambda name: (name == "pages", name)
    )
    return [
        {"name": name, "description": import_module(f"functions.{name}").__doc__}
        for name in functions
    ]


class _Schemas:
    """The models of the API by name, in both directions."""

    def __init__(self, references: dict[Any, Json], definitions: Json) -> None:
        self._references = references
        self.definitions = definitions

    def of_request(self, model: type[BaseModel]) -> Json:
        return self._references[(model, "validation")]

    def of_response(self, model: type[BaseModel]) -> Json:
        return self._references[(model, "serialization")]


def _schemas(operations: list[Operation[Any]]) -> _Schemas:
    requests = {each.contract.request for each in operations if each.contract.request}
    responses = {each.contract.response for each in operations if each.contract.response}
    by_name = sorted(requests, key=_name), sorted(responses | {Problem}, key=_name)
    references, schema = models_json_schema(
        [(model, "validation") for model in by_name[0]]
        + [(model, "serialization") for model in by_name[1]],
        ref_template=_REFERENCE,
    )
    return _Schemas(references, schema["$defs"])


def _name(model: type[BaseModel]) -> str:
    return model.__name__


def _operation(route: Route) -> Operation[Any]:
    api = import_module(f"functions.{route.function}.handler").api
    operation: Operation[Any] = api.operations[route.operation]
    return operation


def _describe(operation: Operation[Any], schemas: _Schemas) -> Json:
    route, contract = operation.route, operation.contract
    described: Json = {
        "operationId": route.operation,
        "summary": route.summary,
        "tags": [route.function],
        "parameters": [*_path_parameters(route), *_query(operation), *_headers(operation)],
        "responses": _responses(operation, schemas),
    }
    if contract.request:
        described["requestBody"] = {
            "required": True,
            "content": {route.consumes: {"schema": schemas.of_request(contract.request)}},
        }
    if contract.form:
        fields = {name: {"type": "string"} for name in contract.form}
        form = {"type": "object", "properties": fields, "additionalProperties": False}
        described["requestBody"] = {
            "required": True,
            "content": {route.consumes: {"schema": form}},
        }
    if route.scope is None:
        described["security"] = []
    else:
        scope = "" if route.scope == ANY_SCOPE else f" with the scope `{route.scope}`"
        described["description"] = f"Needs a key{scope}."
    return described


def _responses(operation: Operation[Any], schemas: _Schemas) -> Json:
    contract = operation.contract
    schema = schemas.of_response(contract.response) if contract.response else {}
    responses: Json = {
        str(contract.status): {
            "description": operation.route.summary,
            "content": {contract.media_type.partition(";")[0]: {"schema": schema}}
            | {other: {"schema": {"type": "string"}} for other in contract.alternatives},
        }
    }
    for status in contract.also:
        responses[str(status)] = responses[str(contract.status)]
    if operation.route.scope:
        responses[str(contract.status)]["headers"] = _told(*_TOLD_TO_KEYS)
    errors: dict[int, list[type[LeadCloudError]]] = {}
    for error in _errors(operation):
        errors.setdefault(error.status, []).append(error)
    for status, those in sorted(errors.items()):
        codes = dict.fromkeys(f"`{error.code}`: {error.title}." for error in those)
        told_on_page = contract.page is not None or status in contract.also
        page: Json = {contract.media_type.partition(";")[0]: {"schema": {}}} if told_on_page else {}
        responses[str(status)] = {
            "description": " ".join(codes),
            "content": {**page, MEDIA_TYPE: {"schema": schemas.of_response(Problem)}},
        }
        if status == TooManyRequests.status and operation.route.scope:
            responses[str(status)]["headers"] = _told("Retry-After", *_TOLD_TO_KEYS)
        elif status in (TooManyRequests.status, Unavailable.status):
            responses[str(status)]["headers"] = _told("Retry-After")
    return responses


def _told(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _errors(operation: Operation[Any]) -> Iterator[type[LeadCloudError]]:
    """Yield what the edge and the handler may refuse, the edge's first."""
    route = operation.route
    yield from _AlwaysPossible
    if route.scope:
        yield from _WithKey
    if route.idempotent:
        yield IdempotencyKeyMissing
    if operation.contract.request or operation.contract.form:
        yield from _WithBody
    if operation.contract.parameters:
        yield RequestInvalid
    if "{" in route.path:
        yield NotFound
    yield from operation.contract.problems


def _path_parameters(route: Route) -> Iterator[Json]:
    for name in re.findall(r"\{(\w+)\}", route.path):
        schema = {"type": "string", "minLength": 1, "pattern": "^[^/]+$"}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query(operation: Operation[Any]) -> Iterator[Json]:
    if operation.contract.parameters is None:
        return
    schema = operation.contract.parameters.model_json_schema()
    for name, described in schema.get("properties", {}).items():
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": described,
        }


def _headers(operation: Operation[Any]) -> Iterator[Json]:
    for name, what in operation.contract.headers.items():
        yield {"name": name, "in": "header", "description": what, "schema": {"type": "string"}}
    if operation.route.idempotent:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": True,
            "description": "The same key and body again have the same effect once.",
            "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,255}$"},
        }


def main() -> None:
    """Write the document, or compare it."""
    parser = argparse.ArgumentParser(prog="python -m local.openapi", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if docs/openapi.json is stale")
    text = json.dumps(document(), indent=2, ensure_ascii=False) + "\n"
    if not parser.parse_args().check:
        DOCUMENT.write_text(text, encoding="utf-8")
    elif DOCUMENT.read_text(encoding="utf-8") != text:
        sys.exit("docs/openapi.json is stale; run: python -m local.openapi")


if __name__ == "__main__":
    main()
