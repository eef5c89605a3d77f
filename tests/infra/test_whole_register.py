"""Jobs on whole registers, as they are deployed: one stack, and no way to anybody's data but through it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.infra.deployment import deployment_of, listed

DEFINITION = Path(__file__).parents[2] / "functions" / "search" / "whole_register.asl.json"
OWNER = "111122223333"


@pytest.fixture
def resources(assembly: Path) -> dict[str, Any]:
    """The resources of the stack."""
    template = json.loads((assembly / "LeadCloudDevWholeRegister.template.json").read_text())
    found: dict[str, Any] = template["Resources"]
    return found


def of_type(resources: dict[str, Any], kind: str) -> list[Any]:
    """Return the properties of each resource of a type."""
    return [each["Properties"] for each in resources.values() if each["Type"] == kind]


def rights(resources: dict[str, Any], whose: str) -> dict[str, list[Any]]:
    """Return the statements of a role by action."""
    found: dict[str, list[Any]] = {}
    for policy in of_type(resources, "AWS::IAM::Policy"):
        if policy["Roles"][0]["Ref"].startswith(whose):
            for statement in policy["PolicyDocument"]["Statement"]:
                for action in listed(statement["Action"]):
                    found.setdefault(action, []).append(statement)
    return found


def test_nobody_has_it_who_does_not_need_it(assembly: Path) -> None:
    """Without a customer's bucket there is no such stack."""
    assert not (assembly / "LeadCloudProdWholeRegister.template.json").exists()


def test_the_workflow_is_the_one_that_runs_here(resources: dict[str, Any]) -> None:
    """The same definition, sealed by our key, its log without what went in or out."""
    (workflow,) = of_type(resources, "AWS::StepFunctions::StateMachine")
    assert workflow["DefinitionString"] == DEFINITION.read_text(encoding="utf-8")
    assert workflow["EncryptionConfiguration"]["Type"] == "CUSTOMER_MANAGED_KMS_KEY"
    assert workflow["LoggingConfiguration"]["IncludeExecutionData"] is False


def test_the_workflow_reads_no_bucket(resources: dict[str, Any]) -> None:
    """It calls its one function and itself; rows never pass through it."""
    granted = rights(resources, "Jobs")
    assert granted.keys() == {
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "lambda:InvokeFunction",
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
        "states:DescribeExecution",
        "states:RedriveExecution",
        "states:StartExecution",
        "states:StopExecution",
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    }
    (workflow,) = of_type(resources, "AWS::StepFunctions::StateMachine")
    name = workflow["StateMachineName"]
    for action, resource in {
        "StartExecution": f":stateMachine:{name}",
        "DescribeExecution": f":execution:{name}:*",
        "StopExecution": f":execution:{name}:*",
        "RedriveExecution": f":execution:{name}/*",
    }.items():
        (statement,) = granted[f"states:{action}"]
        assert str(statement["Resource"]).endswith(f"{resource}']]}}")


def test_the_function_reads_records_and_writes_none(resources: dict[str, Any]) -> None:
    """What it may do, each right by name; rows are brought to it, so it needs no way in anywhere."""
    granted = rights(resources, "Steps")
    assert granted.keys() == {
        "dynamodb:BatchGetItem",
        "kms:Decrypt",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:PutObject",
        "secretsmanager:GetSecretValue",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    }
    assert "RegisterSecret" not in str(granted["secretsmanager:GetSecretValue"])


def test_it_touches_jobs_only_and_their_owners_only(resources: dict[str, Any]) -> None:
    """It reads what is laid down, writes beside it, and never to a bucket that changed hands."""
    granted = rights(resources, "Steps")
    for action, ends in {
        "s3:GetObject": {"/leadcloud/*/in/*", "/leadcloud/*/job.json"},
        "s3:PutObject": {"/leadcloud/*/out/*"},
        "s3:ListBucket": {""},
    }.items():
        found = set()
        for statement in granted[action]:
            assert statement["Condition"] == {"StringEquals": {"aws:ResourceAccount": OWNER}}
            found.add(statement["Resource"]["Fn::Join"][1][-1].partition(".example")[2])
        assert found == ends


def test_its_failures_are_counted_and_found(resources: dict[str, Any], assembly: Path) -> None:
    """A part that fails adds to what the service's alarm counts, and a saved query names the place."""
    (log,) = {
        each["LoggingConfig"]["LogGroup"]["Ref"]
        for each in of_type(resources, "AWS::Lambda::Function")
    }
    (counted,) = of_type(resources, "AWS::Logs::MetricFilter")
    (written,) = counted["MetricTransformations"]
    watched = {
        (each["Namespace"], each["MetricName"])
        for each in deployment_of(assembly, "Dev").properties("AWS::CloudWatch::Alarm")
        if "MetricName" in each
    }
    assert "STEP_FAILED" in counted["FilterPattern"]
    assert (written["MetricNamespace"], written["MetricName"]) in watched
    (query,) = of_type(resources, "AWS::Logs::QueryDefinition")
    assert "STEP_FAILED" in query["QueryString"]
    assert [each["Ref"] for each in (counted["LogGroupName"], *query["LogGroupNames"])] == [
        log,
        log,
    ]


def test_its_time_is_its_tasks(resources: dict[str, Any]) -> None:
    """The function ends no later than the state that waits for it."""
    states = json.loads(DEFINITION.read_text(encoding="utf-8"))["States"]
    part = states["Parts"]["ItemProcessor"]["States"]["Part"]
    (function,) = of_type(resources, "AWS::Lambda::Function")
    assert function["Timeout"] == part["TimeoutSeconds"]
