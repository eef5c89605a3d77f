"""What of a deployment is looked at, and the metrics that AWS keeps of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

from infra.log_metrics import LogMetrics
from infra.objectives import Searches

_FIVE = Duration.minutes(5)


@dataclass(frozen=True, kw_only=True)
class Watched:
    """One deployment, as its alarms and its dashboard see it."""

    functions: Mapping[str, lambda_.Function]
    called: Sequence[str]
    """Functions that the gateway calls."""
    searches: Searches
    counted: LogMetrics
    workflow: sfn.StateMachine
    rules: Mapping[str, events.Rule]
    table: dynamodb.Table
    dead_letters: sqs.Queue
    firewall: str
    """What the firewall's metrics are called after."""
    region: str

    def throttled_functions(self) -> cloudwatch.IMetric:
        """Return how many calls Lambda refused, in all of the account: that has the quota."""
        return lambda_.Function.metric_all_throttles(period=_FIVE, statistic="Sum")

    def failing_functions(self) -> cloudwatch.IMetric:
        """Return how many calls by callers failed as a whole: our own errors are answers."""
        return _sum(
            "failing", [self.functions[name].metric_errors(period=_FIVE) for name in self.called]
        )

    def throttled_table(self) -> cloudwatch.IMetric:
        """Return how many reads and writes DynamoDB refused."""
        return _sum(
            "table",
            [
                self.table.metric(name, statistic="Sum", period=_FIVE)
                for name in ("ReadThrottleEvents", "WriteThrottleEvents")
            ],
        )

    def failing_sources(self) -> cloudwatch.IMetric:
        """Return the share of asked sources that failed; of a few it says nothing."""
        return cloudwatch.MathExpression(
            label="share of sources that failed",
            expression="IF(asked > 20, failed / asked, 0)",
            using_metrics={
                "asked": self.counted.metric("SourcesAnswered", minutes=15),
                "failed": self.counted.metric("SourcesFailed", minutes=15),
            },
            period=Duration.minutes(15),
        )

    def failed_executions(self) -> cloudwatch.IMetric:
        """Return how many executions of the workflow ended otherwise than they should."""
        return _sum(
            "failed",
            [
                self.workflow.metric_failed(period=_FIVE),
                self.workflow.metric_timed_out(period=_FIVE),
                self.workflow.metric_aborted(period=_FIVE),
            ],
        )

    def calls(self, schedule: str, *, minutes: int) -> cloudwatch.Metric:
        """Return how often a schedule has called its function."""
        return self._of_rule(schedule, "Invocations", Duration.minutes(minutes))

    def lost_calls(self) -> cloudwatch.IMetric:
        """Return how many calls of the schedules, and how many dead letters, were given up."""
        return _sum("lost", [self._of_rule(name, "FailedInvocations") for name in self.rules])

    def given_up(self) -> cloudwatch.IMetric:
        """Return how many dead letters there are, and how many did not even get there."""
        return _sum(
            "dead",
            [
                self.dead_letters.metric_approximate_number_of_messages_visible(
                    period=_FIVE, statistic="Maximum"
                ),
                lambda_.Function.metric_all("DeadLetterErrors", period=_FIVE, statistic="Sum"),
            ],
        )

    def _of_rule(self, schedule: str, metric: str, period: Duration = _FIVE) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="AWS/Events",
            metric_name=metric,
            dimensions_map={"RuleName": self.rules[schedule].rule_name},
            statistic="Sum",
            period=period,
        )

    def blocked(self, rule: str = "ALL") -> cloudwatch.Metric:
        """Return how many requests the firewall refused, all together or by one rule."""
        return cloudwatch.Metric(
            namespace="AWS/WAFV2",
            metric_name="BlockedRequests",
            dimensions_map={
                "Region": self.region,
                "Rule": rule,
                "WebACL": self.firewall,
            },
            statistic="Sum",
            period=_FIVE,
        )

    def bounces(self) -> cloudwatch.Metric:
        """Return the share of mails that come back, as SES judges the account by."""
        return cloudwatch.Metric(
            namespace="AWS/SES",
            metric_name="Reputation.BounceRate",
            statistic="Maximum",
            period=Duration.hours(1),
        )


def _sum(label: str, metrics: list[cloudwatch.Metric]) -> cloudwatch.IMetric:
    """Return the sum of metrics, whose ids begin with the label: a graph wants each id once."""
    using: dict[str, cloudwatch.IMetric] = {
        f"{label}{number}": metric for number, metric in enumerate(metrics)
    }
    return cloudwatch.MathExpression(
        label=label, expression="SUM(METRICS())", using_metrics=using, period=_FIVE
    )
