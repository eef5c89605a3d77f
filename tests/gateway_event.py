"""Requests as API Gateway hands them to a function, and answers as it gets them back."""

import json
from collections.abc import Mapping
from typing import Any


def gateway_event(
    method: str,
    path: str,
    body: Any = None,
    *,
    key: str = "",
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    request_id: str = "request-1",
    **caller: str,
) -> dict[str, Any]:
    """Return the event of a request by the account `buyer`, with the scope `search`.

    Args:
        method: Of the request.
        path: Below the stage.
        body: Anything that JSON has; a text goes out as it is.
        key: The Idempotency-Key, where there is one.
        query: Parameters, each given once.
        headers: Besides those that body and key need.
        request_id: As the gateway numbers it.
        caller: What the authorizer tells otherwise: account_id, key_id, scopes and the like.
    """
    sent = {"Content-Type": "application/json"} if body is not None else {}
    sent |= {"Idempotency-Key": key} if key else {}
    return {
        "httpMethod": method,
        "path": path,
        "headers": sent | dict(headers or {}),
        "multiValueQueryStringParameters": {name: [each] for name, each in (query or {}).items()},
        "requestContext": {
            "requestId": request_id,
            "authorizer": {"account_id": "buyer", "key_id": "k", "scopes": "search"} | caller,
        },
        "body": body if body is None or isinstance(body, str) else json.dumps(body),
    }


def status_and_body(answer: Mapping[str, Any]) -> tuple[int, Any]:
    """Return the status of an answer, and its JSON."""
    return answer["statusCode"], json.loads(answer["body"])


def faults_in(problem: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the field and code of each fault that a problem names."""
    return [(fault["field"], fault["code"]) for fault in problem["errors"]]
