"""What a deployment may cost, and who is told when it costs more."""

from aws_cdk import Stack
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_ce as ce
from constructs import Construct

from infra.stages import STAGE_TAG, Stage

Budget = budgets.CfnBudget
Subscription = ce.CfnAnomalySubscription

_ANOMALY = 20
"""Dollars above what was to be expected that are worth a mail."""


class CostStack(Stack):
    """A budget and a watch for anomalies, over what has the stage's tag.

    The tag has to be activated for cost allocation once in each account.
    """

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage) -> None:
        super().__init__(scope, construct_id, termination_protection=stage.protected)
        tagged = stage.name.lower()
        budgets.CfnBudget(
            self,
            "Budget",
            budget=Budget.BudgetDataProperty(
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=Budget.SpendProperty(amount=stage.monthly_budget, unit="USD"),
                cost_filters={"TagKeyValue": [f"user:{STAGE_TAG}${tagged}"]},
            ),
            notifications_with_subscribers=[
                _told(stage, kind="ACTUAL", percent=80),
                _told(stage, kind="FORECASTED", percent=100),
            ],
        )
        monitor = ce.CfnAnomalyMonitor(
            self,
            "Monitor",
            monitor_name=f"LeadCloud{stage.name}",
            monitor_type="CUSTOM",
            monitor_specification=self.to_json_string(
                {"Tags": {"Key": f"user:{STAGE_TAG}", "Values": [tagged]}}
            ),
        )
        ce.CfnAnomalySubscription(
            self,
            "Anomalies",
            subscription_name=f"LeadCloud{stage.name}",
            frequency="DAILY",
            monitor_arn_list=[monitor.attr_monitor_arn],
            subscribers=[Subscription.SubscriberProperty(address=stage.operators, type="EMAIL")],
            threshold_expression=self.to_json_string(
                {
                    "Dimensions": {
                        "Key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                        "MatchOptions": ["GREATER_THAN_OR_EQUAL"],
                        "Values": [str(_ANOMALY)],
                    }
                }
            ),
        )


def _told(
    stage: Stage, *, kind: str, percent: int
) -> budgets.CfnBudget.NotificationWithSubscribersProperty:
    return Budget.NotificationWithSubscribersProperty(
        notification=Budget.NotificationProperty(
            comparison_operator="GREATER_THAN",
            notification_type=kind,
            threshold=percent,
            threshold_type="PERCENTAGE",
        ),
        subscribers=[Budget.SubscriberProperty(address=stage.operators, subscription_type="EMAIL")],
    )
