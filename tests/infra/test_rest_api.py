"""The API, against the route table."""

import json
from collections.abc import Mapping
from typing import Any

from leadcloud.accounts.tier import TIERS, usage_key
from leadcloud.errors import every_error
from leadcloud.http.problem import Problem
from leadcloud.http.routes import ROUTES
from tests.infra.deployment import Deployment, Resource, name_of


def methods(deployment: Deployment) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Return the API's methods by path and name."""
    resources = deployment.of_type("AWS::ApiGateway::Resource")

    def path(reference: Mapping[str, Any]) -> str:
        if "Ref" not in reference:
            return ""
        properties = resources[reference["Ref"]]["Properties"]
        return f"{path(properties['ParentId'])}/{properties['PathPart']}"

    return {
        (path(each["ResourceId"]) or "/", each["HttpMethod"]): each
        for each in deployment.properties("AWS::ApiGateway::Method")
    }


def function_of(deployment: Deployment, method: Resource) -> str:
    """Return the name of the function that answers a method."""
    ids = {each: name for name, each in called_by(deployment).items()}
    (called,) = [
        name
        for part in method["Integration"]["Uri"]["Fn::Join"][1]
        if isinstance(part, dict) and (name := part.get("Fn::GetAtt", [part.get("Ref")])[0]) in ids
    ]
    return ids[called]


def called_by(deployment: Deployment) -> dict[str, str]:
    """Return the logical id of what the gateway calls of each function: it, or its live version."""
    found = function_ids(deployment)
    names = {each: name for name, each in found.items()}
    for alias, each in deployment.of_type("AWS::Lambda::Alias").items():
        found[names[each["Properties"]["FunctionName"]["Ref"]]] = alias
    return found


def function_ids(deployment: Deployment) -> dict[str, str]:
    """Return the logical ids of the functions by name."""
    found = deployment.of_type("AWS::Lambda::Function")
    return {name_of(each): name for name, each in found.items()}


def test_the_methods_are_those_of_the_route_table(deployment: Deployment) -> None:
    """Each route with its function, HEAD beside GET, and ANY for the guard's 404 and 405."""
    found = {key: function_of(deployment, each) for key, each in methods(deployment).items()}
    expected = {(route.path, route.method): route.function for route in ROUTES}
    expected |= {(route.path, "HEAD"): route.function for route in ROUTES if route.method == "GET"}
    expected |= {(route.path, "ANY"): found[route.path, "ANY"] for route in ROUTES}
    expected["/{proxy+}", "ANY"] = "pages"
    assert found == expected


def test_any_goes_to_a_function_of_the_path(deployment: Deployment) -> None:
    """So that the guard that says 405 is one that knows the path."""
    for (path, method), each in methods(deployment).items():
        if method == "ANY" and path != "/{proxy+}":
            of_path = {route.function for route in ROUTES if route.path == path}
            assert function_of(deployment, each) in of_path


def test_exactly_the_routes_with_a_scope_ask_for_a_key(deployment: Deployment) -> None:
    """Public routes are public; every other is behind the authorizer, HEAD included."""
    guarded = {
        (path, method)
        for (path, method), each in methods(deployment).items()
        if each["AuthorizationType"] == "CUSTOM"
    }
    scoped = {(route.path, route.method) for route in ROUTES if route.scope}
    scoped |= {(route.path, "HEAD") for route in ROUTES if route.scope and route.method == "GET"}
    assert guarded == scoped


def test_the_authorizer_goes_by_the_key(deployment: Deployment) -> None:
    """One header, remembered for five minutes; without it API Gateway refuses by itself."""
    (authorizer,) = deployment.properties("AWS::ApiGateway::Authorizer")
    assert authorizer["Type"] == "REQUEST"
    assert authorizer["IdentitySource"] == "method.request.header.X-API-Key"
    assert authorizer["AuthorizerResultTtlInSeconds"] == 300
    assert called_by(deployment)["authorizer"] in str(authorizer["AuthorizerUri"])


def test_what_the_gateway_says_is_what_a_function_would_say(deployment: Deployment) -> None:
    """Its own answers are problem documents of ours, with status, code and request id."""
    errors = {error.code: error for error in every_error()}
    responses = deployment.properties("AWS::ApiGateway::GatewayResponse")
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED", "UNAUTHORIZED"} <= {
        each["ResponseType"] for each in responses
    }
    for response in responses:
        problem = Problem.model_validate_json(response["ResponseTemplates"]["application/json"])
        error = errors[problem.code]
        assert str(error.status) == response["StatusCode"] == str(problem.status)
        assert problem.request_id == "$context.requestId"
        headers = response["ResponseParameters"]
        assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
        assert headers["gatewayresponse.header.X-Request-Id"] == "context.requestId"


def test_throttling_says_when_to_come_back(deployment: Deployment) -> None:
    """A 429 of the gateway's has Retry-After, and a 503, as everywhere."""
    for response in deployment.properties("AWS::ApiGateway::GatewayResponse"):
        has_it = "gatewayresponse.header.Retry-After" in response["ResponseParameters"]
        assert has_it == (response["StatusCode"] in {"429", "503"})


def test_the_log_of_the_gateway_knows_no_caller(deployment: Deployment) -> None:
    """No query, body, header, address or key, and a path only as the route table writes it."""
    (stage,) = deployment.properties("AWS::ApiGateway::Stage")
    variables = set(json.loads(stage["AccessLogSetting"]["Format"]).values())
    allowed = {
        "authorizer.integrationLatency",
        "error.responseType",
        "httpMethod",
        "integrationLatency",
        "requestId",
        "requestTimeEpoch",
        "resourcePath",
        "responseLatency",
        "responseLength",
        "status",
    }
    assert {variable.removeprefix("$context.") for variable in variables} <= allowed
    (settings,) = stage["MethodSettings"]
    assert settings["DataTraceEnabled"] is False
    assert settings["LoggingLevel"] == "OFF"


def test_the_gateway_leaves_no_traces_of_callers(deployment: Deployment) -> None:
    """Its part of a trace has an address and a URL with its query, such as a person's secret link."""
    (stage,) = deployment.properties("AWS::ApiGateway::Stage")
    assert not stage.get("TracingEnabled")


def test_there_is_an_outer_brake(deployment: Deployment) -> None:
    """Every method of the stage is throttled, whoever calls."""
    (stage,) = deployment.properties("AWS::ApiGateway::Stage")
    (settings,) = stage["MethodSettings"]
    assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
    assert 0 < settings["ThrottlingRateLimit"] <= settings["ThrottlingBurstLimit"]


def test_old_tls_is_refused(deployment: Deployment) -> None:
    """TLS 1.2 with forward secrecy is the least."""
    (api,) = deployment.properties("AWS::ApiGateway::RestApi")
    assert api["SecurityPolicy"] == "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"


def test_bodies_reach_the_guard_as_they_were_sent(deployment: Deployment) -> None:
    """As bytes, so that broken UTF-8 is seen and not mended on the way."""
    (api,) = deployment.properties("AWS::ApiGateway::RestApi")
    assert api["BinaryMediaTypes"] == ["*/*"]


def test_long_answers_are_packed(deployment: Deployment) -> None:
    """What is longer than a packet, for callers that take gzip; the rest is not worth it."""
    (api,) = deployment.properties("AWS::ApiGateway::RestApi")
    assert api["MinimumCompressionSize"] == 1_400


def test_a_domain_is_the_only_way_in_where_there_is_one(deployment: Deployment) -> None:
    """Production has its own name, and AWS's is closed; elsewhere AWS's name is all there is."""
    (api,) = deployment.properties("AWS::ApiGateway::RestApi")
    domains = deployment.properties("AWS::ApiGateway::DomainName")
    mappings = deployment.properties("AWS::ApiGateway::BasePathMapping")
    told = (
        function["Properties"]["Environment"]["Variables"].get("LEADCLOUD_BASE_URL")
        for function in deployment.functions().values()
    )
    places = {place for place in told if isinstance(place, str)}
    assert api["DisableExecuteApiEndpoint"] is bool(domains)
    assert places == {f"https://{each['DomainName']}" for each in domains}
    for domain, mapping in zip(domains, mappings, strict=True):
        assert domain["SecurityPolicy"] == api["SecurityPolicy"]
        assert "BasePath" not in mapping


def test_requests_stay_in_the_region(deployment: Deployment) -> None:
    """The endpoint is a regional one, as is that of a domain: no edge outside of it takes part."""
    endpoints = [
        *deployment.properties("AWS::ApiGateway::RestApi"),
        *deployment.properties("AWS::ApiGateway::DomainName"),
    ]
    assert all(each["EndpointConfiguration"]["Types"] == ["REGIONAL"] for each in endpoints)


def test_callers_leave_data_subjects_a_part_of_the_stage(deployment: Deployment) -> None:
    """Each tier has a plan, all together below what the stage bears; public methods have none."""
    plans = deployment.properties("AWS::ApiGateway::UsagePlan")
    (stage,) = deployment.properties("AWS::ApiGateway::Stage")
    keys = {key["Value"] for key in deployment.properties("AWS::ApiGateway::ApiKey")}
    (api,) = deployment.properties("AWS::ApiGateway::RestApi")
    (everywhere,) = [each for each in stage["MethodSettings"] if each["ResourcePath"] == "/*"]
    for limit, of_stage in (
        ("RateLimit", "ThrottlingRateLimit"),
        ("BurstLimit", "ThrottlingBurstLimit"),
    ):
        throttles = [plan["Throttle"][limit] for plan in plans]
        assert min(throttles) > 0
        assert sum(throttles) < everywhere[of_stage]
    assert api["ApiKeySourceType"] == "AUTHORIZER"
    authorizer = deployment.functions()["authorizer"]["Properties"]["Environment"]["Variables"]
    assert len(plans) == len(TIERS)
    assert keys == {usage_key(authorizer["LEADCLOUD_USAGE_KEYS"], tier) for tier in TIERS}
    for each in methods(deployment).values():
        assert each.get("ApiKeyRequired", False) == (each["AuthorizationType"] == "CUSTOM")
