"""What is called by the clock."""

import json

from tests.infra.deployment import Deployment, name_of

EXPECTED = {
    ("accounts.metering", "report"): "cron(5 * * * ? *)",
    ("accounts.sweeper", "sweep"): "rate(1 minute)",
    ("canary", "try_out"): "rate(5 minutes)",
    ("collector", "collect"): "cron(25 * * * ? *)",
    ("dsar_router.steps", "anchor"): "cron(30 0 * * ? *)",
    ("dsar_router.steps", "end_records"): "cron(30 1 * * ? *)",
    ("dsar_router.steps", "start_recorded"): "rate(1 minute)",
}


def test_upkeep_is_called_for(deployment: Deployment) -> None:
    """Each call goes to its function, tells it what to do, and is tried again if it fails."""
    functions = deployment.of_type("AWS::Lambda::Function")
    found = {}
    for rule in deployment.properties("AWS::Events::Rule"):
        if "ScheduleExpression" not in rule:
            continue
        (target,) = rule["Targets"]
        function = name_of(functions[target["Arn"]["Fn::GetAtt"][0]])
        found[function, json.loads(target["Input"])["step"]] = rule["ScheduleExpression"]
        assert target["RetryPolicy"] == {"MaximumRetryAttempts": 2}
    assert found == EXPECTED
