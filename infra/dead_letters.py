"""What was given up, kept for as long as it can be taken up again.

Calls of the clock that failed three times or reached no function, and executions that ended
otherwise than they should: names of steps and ids of executions, and nothing of anybody.
"""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.nag import acknowledge

KEPT = Duration.days(14)
"""As long as an execution can be redriven, and as long as SQS keeps anything. Source: AWS, "Redriving
executions in Step Functions"; "Amazon SQS message quotas"."""

_ENDED_BADLY = ("FAILED", "TIMED_OUT", "ABORTED")

_IS_ONE = {
    "Serverless-SQSRedrivePolicy": "It is the queue of dead letters; an operator takes them out.",
}
_LEADS_THERE = {
    "Serverless-EventBusDLQ": "Its target is the queue of dead letters; the alarm CallsLost tells of "
    "an execution that does not get there.",
}


class DeadLetters(Construct):
    """The queue of one deployment, and the rule that brings it the executions that failed."""

    def __init__(self, scope: Construct, construct_id: str, *, workflows: Sequence[str]) -> None:
        """Define it.

        Args:
            scope: Where it belongs.
            construct_id: Its name there.
            workflows: The ARNs of those whose failed executions are kept.
        """
        super().__init__(scope, construct_id)
        self.queue = sqs.Queue(
            self,
            "Queue",
            # There is nothing to read in it, and EventBridge needs no right to a key of ours.
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=KEPT,
            removal_policy=RemovalPolicy.DESTROY,
        )
        acknowledge(self.queue, _IS_ONE)
        self.rule = events.Rule(
            self,
            "FailedExecutions",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={"status": list(_ENDED_BADLY), "stateMachineArn": list(workflows)},
            ),
            # The event itself has the execution's input and output.
            targets=[targets.SqsQueue(self.queue, message=_ids_of_the_execution())],
        )
        acknowledge(self.rule, _LEADS_THERE)


def _ids_of_the_execution() -> events.RuleTargetInput:
    return events.RuleTargetInput.from_object(
        {
            "execution": events.EventField.from_path("$.detail.executionArn"),
            "status": events.EventField.from_path("$.detail.status"),
        }
    )
