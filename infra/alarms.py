"""What wakes somebody up. Each alarm names the section of a runbook that says what to do."""

from dataclasses import dataclass
from typing import Literal

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.nag import acknowledge
from infra.objectives import BURNS, Burn, Searches, Share
from infra.stages import Stage
from infra.watched import Watched

_Operator = cloudwatch.ComparisonOperator


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """When a metric is not as it should be."""

    name: str
    runbook: str
    """File in docs/runbooks/ that has a section called as the rule."""
    says: str
    metric: cloudwatch.IMetric
    bound: float
    when: Literal["above", "below"] = "above"
    periods: int = 1
    """In a row."""
    silence_is_bad: bool = False
    """No data is as bad as bad data: what should always be there is not."""


def rules(watched: Watched) -> tuple[Rule, ...]:
    """Return the rules of one deployment, but for the objectives'."""
    return (*_of_calls(watched), *_of_subject_requests(watched), *_of_money(watched))


def _of_calls(watched: Watched) -> tuple[Rule, ...]:
    counted = watched.counted
    return (
        Rule(
            name="CanarySilent",
            runbook="canary",
            says="The service did not answer its canary for a quarter of an hour.",
            metric=counted.metric("CanaryPassed", minutes=15),
            bound=1,
            when="below",
            silence_is_bad=True,
        ),
        Rule(
            name="UnexpectedErrors",
            runbook="search",
            says="Something failed that nobody foresaw.",
            metric=counted.metric("UnexpectedErrors"),
            bound=2,
        ),
        Rule(
            name="CallsFailing",
            runbook="deployment",
            says="Functions do not start, do not end in time, or die.",
            metric=watched.failing_functions(),
            bound=2,
        ),
        Rule(
            name="FunctionsThrottled",
            runbook="search",
            says="Lambda refuses calls: the account's concurrency is used up.",
            metric=watched.throttled_functions(),
            bound=0,
            periods=2,
        ),
        Rule(
            name="TableThrottled",
            runbook="search",
            says="DynamoDB refuses reads or writes.",
            metric=watched.throttled_table(),
            bound=10,
            periods=2,
        ),
        Rule(
            name="SourcesFailing",
            runbook="registers",
            says="More than half of what registers were asked failed.",
            metric=watched.failing_sources(),
            bound=0.5,
        ),
        Rule(
            name="RegisterMisconfigured",
            runbook="registers",
            says="A register's record, manifest or secret cannot be used.",
            metric=counted.metric("RegistersMisconfigured", minutes=15),
            bound=0,
        ),
        Rule(
            name="FirewallBlocks",
            runbook="firewall",
            says="The firewall refuses many requests: an attack, or a rule that errs.",
            metric=watched.blocked(),
            bound=1000,
        ),
    )


def _of_subject_requests(watched: Watched) -> tuple[Rule, ...]:
    counted = watched.counted
    return (
        Rule(
            name="CasesOverdue",
            runbook="subject-requests",
            says="A controller has let a subject request's date pass.",
            metric=counted.metric("CasesOverdue"),
            bound=0,
        ),
        Rule(
            name="ExecutionsFailed",
            runbook="subject-requests",
            says="An execution of the workflow failed; it can be redriven for 14 days.",
            metric=watched.failed_executions(),
            bound=0,
        ),
        Rule(
            name="StepsFailed",
            runbook="subject-requests",
            says="Steps of the workflow fail again and again.",
            metric=counted.metric("StepsFailed", minutes=15),
            bound=5,
        ),
        Rule(
            name="ControllersUnreachable",
            runbook="subject-requests",
            says="Controllers' interfaces take no requests.",
            metric=counted.metric("ControllersUnreachable", minutes=60),
            bound=10,
        ),
        Rule(
            name="CallsLost",
            runbook="schedules",
            says="A schedule's call was given up: no function took it.",
            metric=watched.lost_calls(),
            bound=0,
        ),
        Rule(
            name="UpkeepSilent",
            runbook="schedules",
            says="Recorded requests are not being started: the schedule of each minute is still.",
            metric=watched.calls("StartRecorded", minutes=10),
            bound=1,
            when="below",
            silence_is_bad=True,
        ),
        Rule(
            name="AnchorSilent",
            runbook="schedules",
            says="No day of the audit trail was anchored for a day.",
            metric=watched.calls("Anchor", minutes=24 * 60),
            bound=1,
            when="below",
            silence_is_bad=True,
        ),
        Rule(
            name="MailsBounce",
            runbook="mail",
            says="Many mails come back; AWS stops sending at a tenth.",
            metric=watched.bounces(),
            bound=0.05,
        ),
    )


def _of_money(watched: Watched) -> tuple[Rule, ...]:
    counted = watched.counted
    return (
        Rule(
            name="SweeperSilent",
            runbook="money",
            says="Nobody gives back what requests had reserved that died.",
            metric=counted.metric("Sweeps", minutes=10),
            bound=1,
            when="below",
            silence_is_bad=True,
        ),
        Rule(
            name="ReservationsSwept",
            runbook="money",
            says="Many requests die between their reservation and their end.",
            metric=counted.metric("ReservationsSwept", minutes=60),
            bound=20,
        ),
        Rule(
            name="SuspenseOld",
            runbook="money",
            says="What a source may have charged has been in suspense for three days.",
            metric=counted.metric("SuspenseHours", statistic="Maximum", minutes=60),
            bound=72,
        ),
        Rule(
            name="UsageUnreported",
            runbook="money",
            says="AWS Marketplace was not told for three hours what its buyers used.",
            metric=counted.metric("UsageReports", minutes=180),
            bound=1,
            when="below",
            silence_is_bad=True,
        ),
        Rule(
            name="UsageRefused",
            runbook="money",
            says="AWS Marketplace refuses for good what a buyer used.",
            metric=counted.metric("UsageRefused", minutes=60),
            bound=0,
        ),
    )


_ACKNOWLEDGED = {
    "Serverless-SNSRedrivePolicy": "A mail to operators that bounced is nothing to keep in a queue: "
    "the alarm stays on, and is on the dashboard.",
}


_ONE_OF_TWO = {
    "NIST.800.53.R5-CloudWatchAlarmAction": "One window alone is no reason to wake anybody; the alarm "
    "that is made of both has the action.",
}


class Alarms(Construct):
    """The alarms of one deployment, and the topic that tells the operators of them."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: Stage, watched: Watched, key: kms.IKey
    ) -> None:
        super().__init__(scope, construct_id)
        self._prefix = f"LeadCloud{stage.name}"
        self.topic = self._topic(stage, key)
        self._tell = actions.SnsAction(self.topic)
        self.by_rule = {rule.name: self._alarm(rule) for rule in rules(watched)}
        self.every: list[cloudwatch.AlarmBase] = [*self.by_rule.values()]
        self.every += self._burning(watched.searches)

    def _topic(self, stage: Stage, key: kms.IKey) -> sns.Topic:
        topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)
        acknowledge(topic, _ACKNOWLEDGED)
        topic.add_subscription(subscriptions.EmailSubscription(stage.operators))
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sns:Publish"],
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": topic.env.account}},
            )
        )
        return topic

    def _alarm(self, rule: Rule) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            rule.name,
            alarm_name=f"{self._prefix}-{rule.name}",
            alarm_description=_described(rule.says, rule.runbook, rule.name),
            metric=rule.metric,
            threshold=rule.bound,
            comparison_operator=_Operator.GREATER_THAN_THRESHOLD
            if rule.when == "above"
            else _Operator.LESS_THAN_THRESHOLD,
            evaluation_periods=rule.periods,
            treat_missing_data=cloudwatch.TreatMissingData.BREACHING
            if rule.silence_is_bad
            else cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(self._tell)
        return alarm

    def _burning(self, searches: Searches) -> list[cloudwatch.AlarmBase]:
        return [
            self._burn(f"{objective}{burn.name}", burn, budget=budget, share=share)
            for objective, (budget, share) in searches.objectives().items()
            for burn in BURNS
        ]

    def _burn(
        self, name: str, burn: Burn, *, budget: float, share: Share
    ) -> cloudwatch.CompositeAlarm:
        windows = [
            cloudwatch.Alarm(
                self,
                f"{name}{minutes}",
                alarm_name=f"{self._prefix}-{name}{minutes}",
                alarm_description=_described("One window of two.", "search", name),
                metric=share(minutes),
                threshold=round(budget * burn.factor, 6),
                comparison_operator=_Operator.GREATER_THAN_THRESHOLD,
                evaluation_periods=1,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            )
            for minutes in (burn.long, burn.short)
        ]
        says = f"The month's budget of failure burns {burn.factor} times too fast."
        for window in windows:
            acknowledge(window, _ONE_OF_TWO)
        both = cloudwatch.CompositeAlarm(
            self,
            name,
            composite_alarm_name=f"{self._prefix}-{name}",
            alarm_description=_described(says, "search", name),
            alarm_rule=cloudwatch.AlarmRule.all_of(*windows),
        )
        both.add_alarm_action(self._tell)
        return both


def _described(says: str, runbook: str, name: str) -> str:
    return f"{says} Runbook: docs/runbooks/{runbook}.md#{name.lower()}"
