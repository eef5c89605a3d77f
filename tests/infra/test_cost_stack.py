"""What a deployment may cost, and who is told."""

import json

from tests.infra.deployment import Deployment


def test_operators_are_told_before_a_budget_is_spent(deployment: Deployment) -> None:
    """They are told at four fifths, and when the month is going to cost more."""
    (budget,) = deployment.properties("AWS::Budgets::Budget")
    told = {
        each["Notification"]["NotificationType"]: each["Notification"]["Threshold"]
        for each in budget["NotificationsWithSubscribers"]
    }
    assert told == {"ACTUAL": 80, "FORECASTED": 100}
    assert budget["Budget"]["TimeUnit"] == "MONTHLY"
    for each in budget["NotificationsWithSubscribers"]:
        (subscriber,) = each["Subscribers"]
        assert subscriber["Address"].startswith("operators@")


def test_an_anomaly_of_this_deployment_is_told(deployment: Deployment) -> None:
    """The watch is over what has the stage's tag, as the budget is, and over nothing else."""
    (budget,) = deployment.properties("AWS::Budgets::Budget")
    (monitor,) = deployment.properties("AWS::CE::AnomalyMonitor")
    (subscription,) = deployment.properties("AWS::CE::AnomalySubscription")
    watched = json.loads(monitor["MonitorSpecification"])["Tags"]
    assert budget["Budget"]["CostFilters"]["TagKeyValue"] == [
        f"{watched['Key']}${watched['Values'][0]}"
    ]
    assert list(subscription["MonitorArnList"][0]) == ["Fn::GetAtt"]


def test_whatever_can_have_a_tag_has_the_stages(deployment: Deployment) -> None:
    """Everything is tagged with its stage, so that cost can be told apart."""
    (monitor,) = deployment.properties("AWS::CE::AnomalyMonitor")
    (stage,) = json.loads(monitor["MonitorSpecification"])["Tags"]["Values"]
    for kind in ("AWS::DynamoDB::Table", "AWS::Lambda::Function", "AWS::S3::Bucket"):
        for each in deployment.properties(kind):
            tags = {tag["Key"]: tag["Value"] for tag in each["Tags"]}
            assert tags == {"service": "leadcloud", "stage": stage}
