"""What wakes somebody up, and what they find."""

import re
from pathlib import Path

from tests.infra.deployment import Deployment, Resource, listed

REPOSITORY = Path(__file__).parents[2]
RUNBOOK = re.compile(r"Runbook: (docs/runbooks/[a-z-]+\.md)#([a-z]+)$")


def alarms(deployment: Deployment) -> dict[str, Resource]:
    """Return every alarm by its name, without the deployment's."""
    found = [
        *deployment.properties("AWS::CloudWatch::Alarm"),
        *deployment.properties("AWS::CloudWatch::CompositeAlarm"),
    ]
    return {each["AlarmName"].partition("-")[2]: each for each in found}


def is_window(name: str) -> bool:
    """Tell whether an alarm is one of the two that another is made of."""
    return name[-1].isdigit()


def test_every_alarm_names_a_section_that_says_what_to_do(deployment: Deployment) -> None:
    """A runbook with a section of the alarm's own name, or of that which it is a part of."""
    for name, alarm in alarms(deployment).items():
        found = RUNBOOK.search(alarm["AlarmDescription"])
        assert found, name
        text = (REPOSITORY / found[1]).read_text(encoding="utf-8")
        assert name.rstrip("0123456789").lower() == found[2]
        assert found[2] in [line[3:].lower() for line in text.splitlines() if line[:3] == "## "]


def test_every_section_is_of_an_alarm_that_there_is(deployment: Deployment) -> None:
    """Sections called as alarms are, one word with capitals inside, are not left over."""
    known = {name.rstrip("0123456789") for name in alarms(deployment)}
    for path in (REPOSITORY / "docs" / "runbooks").glob("*.md"):
        for title in re.findall(
            r"^## ([A-Z][a-z]+[A-Z]\w+)$", path.read_text("utf-8"), re.MULTILINE
        ):
            assert title in known, f"{path.name}: {title}"


def test_every_alarm_tells_the_operators(deployment: Deployment) -> None:
    """By one topic, which mails them; only the windows of a burn rate are silent alone."""
    (topic,) = deployment.of_type("AWS::SNS::Topic")
    (subscription,) = deployment.properties("AWS::SNS::Subscription")
    assert subscription["Protocol"] == "email"
    assert subscription["Endpoint"].startswith("operators@")
    for name, alarm in alarms(deployment).items():
        told = [{"Ref": topic}] if not is_window(name) else []
        assert alarm.get("AlarmActions", []) == told, name


def test_alarms_can_reach_the_topic(deployment: Deployment) -> None:
    """It is under our key, which CloudWatch may use, and takes nothing over an open line."""
    (topic,) = deployment.properties("AWS::SNS::Topic")
    (policy,) = deployment.properties("AWS::SNS::TopicPolicy")
    statements = policy["PolicyDocument"]["Statement"]
    allowed = [each for each in statements if each["Effect"] == "Allow"]
    key = deployment.data["Resources"]["Key961B73FD"]["Properties"]["KeyPolicy"]
    users = [each["Principal"] for each in key["Statement"]]
    assert "KmsMasterKeyId" in topic
    assert [each["Principal"]["Service"] for each in allowed] == ["cloudwatch.amazonaws.com"]
    assert {"Service": "cloudwatch.amazonaws.com"} in users
    assert any(
        each["Effect"] == "Deny" and each["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        for each in statements
    )


def test_silence_is_an_alarm_where_something_should_be_heard(deployment: Deployment) -> None:
    """The canary, the sweeper, the collector and the clock; elsewhere no news is good news."""
    found = {
        name
        for name, alarm in alarms(deployment).items()
        if alarm.get("TreatMissingData") == "breaching"
    }
    assert found == {
        "AnchorSilent",
        "CanarySilent",
        "ReleaseOld",
        "SweeperSilent",
        "UpkeepSilent",
        "UsageUnreported",
    }
    # An age is what is heard of a release; of all others, how often.
    for name in found - {"ReleaseOld"}:
        assert alarms(deployment)[name]["ComparisonOperator"] == "LessThanThreshold"


def test_budgets_burn_as_the_workbook_says(deployment: Deployment) -> None:
    """0.1 % of searches may fail and 1 % be slow; each window is bounded by its factor."""
    found = {
        name: alarm["Threshold"] for name, alarm in alarms(deployment).items() if is_window(name)
    }
    assert found == {
        "SearchAvailabilityFast60": 0.0144,
        "SearchAvailabilityFast5": 0.0144,
        "SearchAvailabilitySlow360": 0.006,
        "SearchAvailabilitySlow30": 0.006,
        "SearchLatencyFast60": 0.144,
        "SearchLatencyFast5": 0.144,
        "SearchLatencySlow360": 0.06,
        "SearchLatencySlow30": 0.06,
    }


def test_a_burn_is_told_when_both_windows_say_so(deployment: Deployment) -> None:
    """The long one makes sure, the short one ends it."""
    windows = deployment.of_type("AWS::CloudWatch::Alarm")
    for name, alarm in alarms(deployment).items():
        if "AlarmRule" in alarm:
            parts = alarm["AlarmRule"]["Fn::Join"][1]
            within = [part["Fn::GetAtt"][0] for part in parts if isinstance(part, dict)]
            text = "".join(part for part in parts if isinstance(part, str))
            named = {windows[each]["Properties"]["AlarmName"].partition("-")[2] for each in within}
            assert len(named) == 2
            assert {each.rstrip("0123456789") for each in named} == {name}
            assert " AND " in text


def test_searches_are_measured_where_callers_see_them(deployment: Deployment) -> None:
    """By the gateway's own metrics of the one method of the one stage."""
    (api,) = deployment.properties("AWS::ApiGateway::RestApi")
    (stage,) = deployment.of_type("AWS::ApiGateway::Stage")
    for name, alarm in alarms(deployment).items():
        if is_window(name):
            measured = [
                each["MetricStat"]["Metric"] for each in alarm["Metrics"] if "MetricStat" in each
            ]
            assert {each["MetricName"] for each in measured} <= {"Count", "5XXError", "Latency"}
            for metric in measured:
                dimensions = {each["Name"]: each["Value"] for each in metric["Dimensions"]}
                assert dimensions == {
                    "ApiName": api["Name"],
                    "Method": "POST",
                    "Resource": "/v1/search",
                    "Stage": {"Ref": stage},
                }


def test_the_dashboard_shows_every_alarm(deployment: Deployment) -> None:
    """The states of all alarms are the dashboard's first row."""
    (dashboard,) = deployment.properties("AWS::CloudWatch::Dashboard")
    named = {
        part["Fn::GetAtt"][0]
        for part in dashboard["DashboardBody"]["Fn::Join"][1]
        if isinstance(part, dict) and "Fn::GetAtt" in part
    }
    told = {
        logical
        for kind in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
        for logical, each in deployment.of_type(kind).items()
        if not is_window(each["Properties"]["AlarmName"])
    }
    assert told <= named


def test_nobody_is_woken_by_a_metric_that_nothing_writes(deployment: Deployment) -> None:
    """What alarms read in the deployment's own namespace is counted by a filter."""
    filters = deployment.properties("AWS::Logs::MetricFilter")
    written = {
        (each["MetricNamespace"], each["MetricName"])
        for filter_ in filters
        for each in listed(filter_["MetricTransformations"])
    }
    (namespace,) = {namespace for namespace, _ in written}
    read = set()
    for alarm in deployment.properties("AWS::CloudWatch::Alarm"):
        parts = [
            each["MetricStat"]["Metric"]
            for each in alarm.get("Metrics", ())
            if "MetricStat" in each
        ]
        for metric in parts or [alarm]:
            if metric["Namespace"] == namespace:
                read.add((namespace, metric["MetricName"]))
    assert read
    assert read <= written


def test_no_alarm_reads_more_metrics_than_it_may(deployment: Deployment) -> None:
    """Ten. Source: CloudWatch user guide, "Create an alarm based on a metric math expression"."""
    for alarm in deployment.properties("AWS::CloudWatch::Alarm"):
        read = [each for each in alarm.get("Metrics", ()) if "MetricStat" in each]
        assert len(read) <= 10
