"""What was given up: where it goes, and what of it is written down."""

import re
from pathlib import Path

from leadcloud.http.routes import ROUTES
from tests.infra.deployment import Deployment, Resource, listed

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbooks" / "dead-letters.md"
WAITED_FOR_BY_NOBODY = {
    "accounts.metering",
    "accounts.sweeper",
    "canary",
    "collector",
    "dsar_router.steps",
}
FOURTEEN_DAYS = 14 * 24 * 60 * 60


def clock(deployment: Deployment) -> dict[str, Resource]:
    """Return the target of each schedule, by the step that it calls for."""
    found = {}
    for rule in deployment.properties("AWS::Events::Rule"):
        if "ScheduleExpression" in rule:
            (target,) = rule["Targets"]
            found[re.findall(r'"step":"(\w+)"', target["Input"])[0]] = target
    return found


def failures(deployment: Deployment) -> Resource:
    """Return the rule that hears of executions."""
    rules = deployment.properties("AWS::Events::Rule")
    (rule,) = (each for each in rules if "ScheduleExpression" not in each)
    return rule


def queue_of(deployment: Deployment) -> Resource:
    """Return how the one queue is named by others."""
    (queue,) = deployment.of_type("AWS::SQS::Queue")
    return {"Fn::GetAtt": [queue, "Arn"]}


def test_a_letter_is_kept_as_long_as_it_can_be_taken_up(deployment: Deployment) -> None:
    """For 14 days, encrypted, and over TLS only."""
    (queue,) = deployment.properties("AWS::SQS::Queue")
    assert queue["MessageRetentionPeriod"] == FOURTEEN_DAYS
    assert queue["SqsManagedSseEnabled"] is True
    (policy,) = deployment.properties("AWS::SQS::QueuePolicy")
    denied = [each for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == "Deny"]
    assert [each["Condition"] for each in denied] == [{"Bool": {"aws:SecureTransport": "false"}}]


def test_no_call_of_the_clock_is_lost_unseen(deployment: Deployment) -> None:
    """One that reaches no function, and one that the function fails three times, are kept."""
    functions = deployment.of_type("AWS::Lambda::Function")
    there = queue_of(deployment)
    for target in clock(deployment).values():
        assert target["DeadLetterConfig"] == {"Arn": there}
        function = functions[target["Arn"]["Fn::GetAtt"][0]]["Properties"]
        assert function["DeadLetterConfig"] == {"TargetArn": there}


def test_what_a_caller_sends_is_never_kept(deployment: Deployment) -> None:
    """Functions that the API calls have no such queue: a letter would be the whole request."""
    with_queue = {
        name
        for name, function in deployment.functions().items()
        if "DeadLetterConfig" in function["Properties"]
    }
    assert with_queue == WAITED_FOR_BY_NOBODY
    assert not with_queue & {route.function for route in ROUTES}


def test_a_letter_that_does_not_arrive_is_told(deployment: Deployment) -> None:
    """The rule that brings executions to the queue is watched as the schedules' are."""
    rules = deployment.of_type("AWS::Events::Rule")
    (alarm,) = (
        each
        for each in deployment.properties("AWS::CloudWatch::Alarm")
        if each["AlarmName"].endswith("CallsLost")
    )
    watched = {
        dimension["Value"]["Ref"]
        for metric in alarm["Metrics"]
        if "MetricStat" in metric
        for dimension in metric["MetricStat"]["Metric"]["Dimensions"]
    }
    assert watched == rules.keys()


def test_of_a_failed_execution_its_id_is_kept(deployment: Deployment) -> None:
    """The event has its input and output as well, which nobody needs twice."""
    rule = failures(deployment)
    detail = rule["EventPattern"]["detail"]
    assert detail["status"] == ["FAILED", "TIMED_OUT", "ABORTED"]
    (target,) = rule["Targets"]
    assert target["Arn"] == queue_of(deployment)
    assert set(target["InputTransformer"]["InputPathsMap"].values()) == {
        "$.detail.executionArn",
        "$.detail.status",
    }


def test_every_workflow_of_the_stage_is_watched(deployment: Deployment) -> None:
    """By its name: that of subject requests, and that of whole registers where there is one."""
    arns = failures(deployment)["EventPattern"]["detail"]["stateMachineArn"]
    names = [each["Fn::Join"][1][-1].removeprefix(":stateMachine:") for each in arns]
    (workflow,) = deployment.properties("AWS::StepFunctions::StateMachine")
    jobs = workflow["StateMachineName"].replace("SubjectRequests", "WholeRegister")
    has_jobs = (deployment.folder / f"{jobs}.template.json").exists()
    assert names == [workflow["StateMachineName"], *([jobs] if has_jobs else [])]


def test_only_events_and_the_clocks_functions_write_letters(deployment: Deployment) -> None:
    """EventBridge for these rules, and Lambda as these functions."""
    rules = set(deployment.of_type("AWS::Events::Rule"))
    (policy,) = deployment.properties("AWS::SQS::QueuePolicy")
    allowed = [each for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == "Allow"]
    sources = {each["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::GetAtt"][0] for each in allowed}
    assert {str(each["Principal"]) for each in allowed} == {"{'Service': 'events.amazonaws.com'}"}
    assert sources == rules
    writers = [
        statement["Resource"]
        for _, statement in deployment.statements()
        if "sqs:SendMessage" in listed(statement["Action"])
    ]
    assert writers == [queue_of(deployment)] * len(WAITED_FOR_BY_NOBODY)


def test_the_runbook_knows_every_call(deployment: Deployment) -> None:
    """Which step is which function's: a letter tells the step only."""
    text = RUNBOOK.read_text(encoding="utf-8")
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.endswith("…` |")]
    told = {step: named.strip(" `…") for steps, named in rows for step in re.findall(r"\w+", steps)}
    called = clock(deployment)
    assert told.keys() == called.keys()
    assert all(
        called[step]["Arn"]["Fn::GetAtt"][0].startswith(named) for step, named in told.items()
    )
