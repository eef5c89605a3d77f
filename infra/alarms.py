"""What wakes somebody up. Each alarm names the section of a runbook that says what to do."""

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.nag import acknowledge
from infra.objectives import BURNS, Burn, Searches, Share
from infra.rules import rules
from infra.rules.rule import Rule
from infra.stages import Stage
from infra.watched import Watched

_Operator = cloudwatch.ComparisonOperator


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
