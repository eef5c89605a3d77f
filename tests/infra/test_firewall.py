"""The firewall in front of the API."""

import json
import re

from leadcloud.http.problem import Problem
from leadcloud.http.routes import ROUTES
from tests.infra.deployment import Deployment, Resource


def rules(deployment: Deployment) -> dict[str, Resource]:
    """Return the firewall's rules by name, in their order."""
    (acl,) = deployment.properties("AWS::WAFv2::WebACL")
    return {rule["Name"]: rule for rule in sorted(acl["Rules"], key=lambda rule: rule["Priority"])}


def test_it_stands_before_the_stage(deployment: Deployment) -> None:
    """The one stage that there is, whose name is part of the address that is guarded."""
    (association,) = deployment.properties("AWS::WAFv2::WebACLAssociation")
    (acl,) = deployment.of_type("AWS::WAFv2::WebACL")
    (stage,) = deployment.of_type("AWS::ApiGateway::Stage")
    assert association["WebACLArn"] == {"Fn::GetAtt": [acl, "Arn"]}
    assert association["ResourceArn"]["Fn::Join"][1][-2:] == ["/stages/", {"Ref": stage}]


def test_whoever_files_without_end_is_told_to_wait(deployment: Deployment) -> None:
    """A 429 of ours with Retry-After, before anything dearer looks at the request."""
    (acl,) = deployment.properties("AWS::WAFv2::WebACL")
    name, rule = next(iter(rules(deployment).items()))
    response = rule["Action"]["Block"]["CustomResponse"]
    body = acl["CustomResponseBodies"][response["CustomResponseBodyKey"]]
    problem = Problem.model_validate_json(body["Content"])
    assert name == "Filings"
    assert (response["ResponseCode"], problem.status) == (429, 429)
    assert problem.code == "too_many_requests"
    assert response["ResponseHeaders"] == [{"Name": "Retry-After", "Value": "300"}]
    assert body["ContentType"] == "APPLICATION_JSON"


def test_the_rate_is_that_of_the_public_forms_only(deployment: Deployment) -> None:
    """Counted are posts that anybody may send and that are kept: not customers', not controllers'."""
    rate = rules(deployment)["Filings"]["Statement"]["RateBasedStatement"]
    posted, to_the_form = rate["ScopeDownStatement"]["AndStatement"]["Statements"]
    pattern = re.compile(to_the_form["RegexMatchStatement"]["RegexString"])
    counted = {
        route.path
        for route in ROUTES
        for stage in ("", "/prod")
        if route.method == "POST" and pattern.search(stage + route.path)
    }
    assert posted["ByteMatchStatement"]["SearchString"] == "POST"
    assert counted == {
        "/subject-request",
        "/subject-request/{reference}",
        "/v1/subject-requests",
    }


def test_what_somebody_says_is_the_guards_matter(deployment: Deployment) -> None:
    """A long filter, or a request that quotes a script, passes the firewall."""
    common = rules(deployment)["CommonRuleSet"]["Statement"]["ManagedRuleGroupStatement"]
    counted = {each["Name"] for each in common["RuleActionOverrides"]}
    assert all(each["ActionToUse"] == {"Count": {}} for each in common["RuleActionOverrides"])
    assert counted >= {
        "CrossSiteScripting_BODY",
        "CrossSiteScripting_QUERYARGUMENTS",
        "SizeRestrictions_BODY",
        "SizeRestrictions_QUERYSTRING",
    }
    assert not [rule for rule in counted if rule.endswith(("URIPATH", "COOKIE"))]


def test_it_keeps_nothing_of_a_request(deployment: Deployment) -> None:
    """Numbers of each rule, and neither samples nor a log, in which persons' addresses would be."""
    (acl,) = deployment.properties("AWS::WAFv2::WebACL")
    seen = [acl["VisibilityConfig"], *(rule["VisibilityConfig"] for rule in acl["Rules"])]
    assert not any(each["SampledRequestsEnabled"] for each in seen)
    assert all(each["CloudWatchMetricsEnabled"] for each in seen)
    assert len({each["MetricName"] for each in seen}) == len(seen)
    assert not deployment.of_type("AWS::WAFv2::LoggingConfiguration")


def test_what_it_refuses_is_a_problem_of_ours(deployment: Deployment) -> None:
    """The gateway tells of the firewall's refusal in the form that everything has."""
    (blocked,) = (
        response
        for response in deployment.properties("AWS::ApiGateway::GatewayResponse")
        if response["ResponseType"] == "WAF_FILTERED"
    )
    problem = json.loads(blocked["ResponseTemplates"]["application/json"])
    assert (blocked["StatusCode"], problem["code"]) == ("403", "request_blocked")
