"""The edge: what is admitted, and how every refusal is told."""

import base64
import json
from typing import Any

import pytest

from functions.search.handler import api
from leadcloud.errors import Unavailable
from leadcloud.http.api import Answer, Api, Contract, problem_answer
from leadcloud.http.call import Call
from leadcloud.http.guard import admit, knock
from leadcloud.store.interface import StoreUnavailable
from leadcloud.wiring import Services
from tests.contacts import OpenAccount, company, person, register
from tests.plugins.buildings import release, row

SEARCH_BODY = {"purpose": "telemarketing_b2c", "registers": ["a"], "criteria": {}}


def event(method: str, path: str, **changes: Any) -> dict[str, Any]:
    """Return a proxy event as API Gateway makes it."""
    context = {"account_id": "buyer", "key_id": "k", "scopes": "search"}
    return {
        "httpMethod": method,
        "path": path,
        "headers": {"content-type": "application/json", "Idempotency-Key": "one"},
        "multiValueQueryStringParameters": None,
        "requestContext": {"requestId": "request-1", "authorizer": context},
        "body": json.dumps(SEARCH_BODY),
        "isBase64Encoded": False,
    } | changes


def refusal(services: Services, event: dict[str, Any]) -> tuple[int, str, dict[str, Any]]:
    """Return the status, code and whole problem of an answer that must be one."""
    answer = api.answer(event, services)
    problem = json.loads(answer["body"])
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert answer["statusCode"] == problem["status"]
    assert problem["request_id"] == answer["headers"]["X-Request-Id"] == "request-1"
    return answer["statusCode"], problem["code"], problem


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"path": "/v1/nothing"}, 404, "not_found"),
        ({"path": "/v1/search/"}, 404, "not_found"),
        ({"httpMethod": "DELETE"}, 405, "method_not_allowed"),
        ({"httpMethod": "BREW"}, 405, "method_not_allowed"),
        ({"requestContext": {"requestId": "request-1"}}, 401, "unauthenticated"),
        ({"multiValueQueryStringParameters": {"verbose": ["1"]}}, 400, "parameter_unknown"),
        (
            {"multiValueQueryStringParameters": {"verbose": ["1"]}, "headers": {}, "body": "["},
            400,
            "parameter_unknown",
        ),
        ({"headers": {"content-type": "application/json"}}, 400, "idempotency_key_missing"),
        ({"headers": {"Idempotency-Key": "a"}}, 415, "media_type_unsupported"),
        (
            {"headers": {"Idempotency-Key": "a", "Content-Type": "text/plain"}},
            415,
            "media_type_unsupported",
        ),
        (
            {
                "headers": {
                    "Idempotency-Key": "a",
                    "Content-Type": "application/json",
                    "Content-Encoding": "gzip",
                }
            },
            415,
            "media_type_unsupported",
        ),
        ({"body": "x" * 70_000}, 413, "body_too_large"),
        ({"body": None}, 400, "body_unreadable"),
        ({"body": "[" * 1000}, 400, "body_unreadable"),
        (
            {"body": base64.b64encode(b"\xff").decode(), "isBase64Encoded": True},
            400,
            "body_unreadable",
        ),
        ({"body": "not base64!", "isBase64Encoded": True}, 400, "body_unreadable"),
        ({"body": "[]"}, 422, "request_invalid"),
        ({"body": "{}"}, 422, "request_invalid"),
    ],
)
def test_every_refusal_is_a_problem(
    services: Services, changes: dict[str, Any], status: int, code: str
) -> None:
    """What does not fit is refused with its own status and code; first what the URL says."""
    assert refusal(services, event("POST", "/v1/search") | changes)[:2] == (status, code)


def test_a_wrong_method_names_the_right_ones(services: Services) -> None:
    """405 says in Allow what the path knows."""
    assert api.answer(event("PUT", "/v1/registers"), services)["headers"]["Allow"] == "GET, HEAD"


def test_a_key_without_the_scope_is_refused(services: Services) -> None:
    """A good key for something else is 403, not 401."""
    authorizer = {"account_id": "buyer", "key_id": "k", "scopes": "billing predict"}
    context = {"requestId": "request-1", "authorizer": authorizer}

    got = refusal(services, event("GET", "/v1/registers", requestContext=context))

    assert got[:2] == (403, "scope_missing")


def test_all_faults_are_told_at_once_and_none_is_quoted(services: Services) -> None:
    """Every fault has its field; what the caller wrote appears nowhere."""
    body = {
        "purpose": 5,
        "registers": ["Virtanen Matti"],
        "criteria": [],
        "page_size": "0401234567",
        "matti_virtanen": 1,
    }

    _, _, problem = refusal(services, event("POST", "/v1/search", body=json.dumps(body)))

    fields = sorted(fault["field"] for fault in problem["errors"])
    assert fields == ["", "criteria", "page_size", "purpose", "registers.0"]
    assert "irtanen" not in json.dumps(problem)
    assert "0401234567" not in json.dumps(problem)


def test_who_names_an_unknown_member_is_told_the_known_ones(services: Services) -> None:
    """In their names on the wire, without the one that was sent."""
    body = {"purpose": "telemarketing_b2c", "registers": ["ytj"], "criteria": {}, "registres": []}

    _, _, problem = refusal(services, event("POST", "/v1/search", body=json.dumps(body)))

    (fault,) = problem["errors"]
    assert (fault["field"], fault["code"]) == ("", "extra_forbidden")
    assert "purpose, registers, criteria" in fault["detail"]
    assert "registres" not in json.dumps(problem)


@pytest.mark.parametrize(
    ("criteria", "field"),
    [
        ({"Testi Synteettinen": {"in": ["x"]}}, "criteria"),
        ({"Testi Synteettinen": 5}, "criteria"),
        ({"Testi Synteettinen": {"0457001": 5}}, "criteria"),
        ({"gender": {"Testi Synteettinen": ["x"]}}, "criteria.gender"),
        ({"gender": {"Testi Synteettinen": 5}}, "criteria.gender"),
        ({"building_type": {"Testi Synteettinen": ["x"]}}, "criteria.building_type"),
        ({"area": {"Testi Synteettinen": {"point": [1, 2]}}}, "criteria.area"),
        ({"gender": {"in": ["x" * 65]}}, "criteria.gender.in.0"),
    ],
)
def test_a_name_that_a_caller_invents_is_not_quoted(
    services: Services, open_account: OpenAccount, criteria: Any, field: str
) -> None:
    """Criteria are named by the caller: what is no word of ours may be a person's name."""
    open_account(register("a", [person(1)]))
    release(services.settings.buildings, [row(1)])
    body = json.dumps(SEARCH_BODY | {"criteria": criteria})

    status, _, problem = refusal(services, event("POST", "/v1/search", body=body))

    assert status == 422
    assert {fault["field"] for fault in problem["errors"]} >= {field}
    assert "Synteettinen" not in json.dumps(problem)
    assert "0457001" not in json.dumps(problem)


def test_a_place_without_a_name_is_not_quoted_for_companies(
    services: Services, open_account: OpenAccount
) -> None:
    """Their area is read elsewhere."""
    open_account(register("a", [company(1)], kind="business"))
    release(services.settings.buildings, [row(1)])
    asked = {"purpose": "telemarketing_b2b", "criteria": {"area": {"Testi": {"point": [1, 2]}}}}

    _, _, problem = refusal(
        services, event("POST", "/v1/search", body=json.dumps(SEARCH_BODY | asked))
    )

    assert [fault["field"] for fault in problem["errors"]] == ["criteria.area"]


def test_strict_types(services: Services) -> None:
    """A number in a text, or true for a number, is not what it looks like."""
    for page_size in ("5", True, 5.0, None):
        body = json.dumps(SEARCH_BODY | {"page_size": page_size})
        assert refusal(services, event("POST", "/v1/search", body=body))[0] == 422


def test_an_unforeseen_failure_is_our_500_and_says_nothing(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    """An exception's text may hold a contact, so only its type and place are logged."""
    broken: Api[Services] = Api("search")

    @broken.operation("listRegisters", Contract())
    def fail(_call: Call, _services: Services) -> Answer:
        raise RuntimeError("Matti Virtanen +358401234567")

    answer = broken.answer(event("GET", "/v1/registers", body=None), services)

    output = capsys.readouterr()
    logged = output.out + output.err
    assert answer["statusCode"] == 500
    assert json.loads(answer["body"])["code"] == "internal_error"
    assert "RuntimeError" in logged
    assert "test_api" in logged
    assert "irtanen" not in logged + answer["body"]
    assert "+358" not in logged + answer["body"]


def test_a_store_that_does_not_answer_is_503(services: Services) -> None:
    """The caller is told that another try may succeed, and when."""
    api_without_store: Api[Services] = Api("search")

    @api_without_store.operation("listRegisters", Contract())
    def fail(_call: Call, _services: Services) -> Answer:
        raise StoreUnavailable

    answer = api_without_store.answer(event("GET", "/v1/registers", body=None), services)

    assert answer["statusCode"] == 503
    assert json.loads(answer["body"])["retryable"] is True
    assert answer["headers"]["Retry-After"] == "1"


def test_every_503_says_when_to_come_back() -> None:
    """Also where whoever raises it knows nothing of when."""
    assert problem_answer(Unavailable(), "request-1").headers["Retry-After"] == "1"


def test_head_is_get_without_a_body(services: Services, open_account: OpenAccount) -> None:
    """HEAD answers as GET does, and sends nothing."""
    open_account()

    answer = api.answer(event("HEAD", "/v1/registers", body=None), services)

    assert (answer["statusCode"], answer["body"]) == (200, "")


def test_answers_that_may_hold_contacts_are_not_cached(
    services: Services, open_account: OpenAccount
) -> None:
    """No intermediary keeps an answer."""
    open_account()

    answer = api.answer(event("GET", "/v1/registers", body=None), services)

    assert answer["headers"]["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("asked", "base_path"),
    [
        ("/v1/registers", ""),
        ("/prod/v1/registers", "/prod"),
        ("/prod/v1/registers/", "/prod"),
        ("/of/two/v1/registers", "/of/two"),
        ("/v1/registers/prod", ""),
        ('/"><script>/v1/registers', ""),
        ("//elsewhere.example/v1/registers", ""),
        (None, ""),
    ],
)
def test_the_base_path_is_what_stands_before_the_route(asked: str | None, base_path: str) -> None:
    """A stage's name is known by the path asked for; what could not be one is none."""
    at_stage = event(
        "GET",
        "/v1/registers",
        requestContext={
            "requestId": "request-1",
            "path": asked,
            "authorizer": {"account_id": "buyer", "key_id": "k", "scopes": "search"},
        },
    )
    call = admit(at_stage, knock(at_stage), parameters=None, request=None)
    assert call.base_path == base_path
