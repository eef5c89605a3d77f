"""How callers get a new version: in production bit by bit, and back by itself."""

from pathlib import Path
from typing import Any

import pytest

from leadcloud.http.routes import ROUTES
from tests.infra.deployment import Deployment, listed, name_of

CALLED = {"authorizer", *(route.function for route in ROUTES)}


@pytest.fixture
def prod(deployment: Deployment) -> Deployment:
    """Production."""
    if not deployment.of_type("AWS::Lambda::Alias"):
        pytest.skip("this stage gets new versions at once")
    return deployment


def test_production_goes_gradually(assembly: Path, deployment: Deployment) -> None:
    """Production alone does: whoever develops waits for nobody."""
    (api,) = deployment.properties("AWS::ApiGateway::RestApi")
    assert bool(deployment.of_type("AWS::Lambda::Alias")) == (api["Name"] == "LeadCloudProd")


def test_callers_call_live_versions_only(prod: Deployment) -> None:
    """The gateway's integrations and its authorizer go by aliases, one for each function."""
    aliases = prod.of_type("AWS::Lambda::Alias")
    functions = prod.of_type("AWS::Lambda::Function")
    of = {
        name_of(functions[each["Properties"]["FunctionName"]["Ref"]]): name
        for name, each in aliases.items()
    }
    assert of.keys() == CALLED
    for method in prod.properties("AWS::ApiGateway::Method"):
        if "Uri" in method["Integration"]:
            assert any(f"'Ref': '{name}'" in str(method["Integration"]["Uri"]) for name in aliases)
    (authorizer,) = prod.properties("AWS::ApiGateway::Authorizer")
    assert of["authorizer"] in str(authorizer["AuthorizerUri"])


def test_a_deployment_goes_back_when_an_alarm_goes_off(prod: Deployment) -> None:
    """A tenth first; the canary, unexpected errors and failing calls stop it."""
    groups = prod.properties("AWS::CodeDeploy::DeploymentGroup")
    assert len(groups) == len(CALLED)
    alarms = prod.of_type("AWS::CloudWatch::Alarm")
    for group in groups:
        assert group["DeploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent10Minutes"
        assert group["AutoRollbackConfiguration"]["Enabled"]
        assert set(group["AutoRollbackConfiguration"]["Events"]) == {
            "DEPLOYMENT_FAILURE",
            "DEPLOYMENT_STOP_ON_ALARM",
            "DEPLOYMENT_STOP_ON_REQUEST",
        }
        assert group["AlarmConfiguration"]["Enabled"]
        named = [alarms[each["Name"]["Ref"]] for each in group["AlarmConfiguration"]["Alarms"]]
        assert {each["Properties"]["AlarmName"].partition("-")[2] for each in named} == {
            "CallsFailing",
            "CanarySilent",
            "UnexpectedErrors",
        }


def test_the_former_version_is_still_there(prod: Deployment) -> None:
    """As the runbook says: going back builds nothing anew, and an alias can be moved by hand."""
    versions = prod.of_type("AWS::Lambda::Version").values()
    assert len(versions) == len(CALLED)
    assert {each["DeletionPolicy"] for each in versions} == {"Retain"}


def test_whoever_moves_aliases_may_do_nothing_else(prod: Deployment) -> None:
    """Of these functions only; AWS's own policy would be for all of the account."""
    found: dict[str, Any] = {}
    for role, statement in prod.statements():
        if role.startswith("LiveRole"):
            for action in listed(statement["Action"]):
                found[action] = statement["Resource"]
    assert found.keys() == {
        "cloudwatch:DescribeAlarms",
        "lambda:GetAlias",
        "lambda:GetProvisionedConcurrencyConfig",
        "lambda:UpdateAlias",
    }
    assert len(found["lambda:UpdateAlias"]) == len(CALLED)
    aliases = found["lambda:GetProvisionedConcurrencyConfig"]
    assert len(aliases) == len(CALLED)
    assert all("':live']" in str(alias) for alias in aliases)
