"""What is called by the clock: one line each."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.needs import CANARY, COLLECTOR, METERING, STEPS, SWEEPER


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A function, and when it is called."""

    function: str
    """As in infra/needs.py."""
    step: str
    """What the function is told to do."""
    schedule: events.Schedule


SCHEDULES = {
    "StartRecorded": Call(
        function=STEPS,
        step="start_recorded",
        schedule=events.Schedule.rate(Duration.minutes(1)),
    ),
    "Anchor": Call(
        function=STEPS,
        step="anchor",
        schedule=events.Schedule.cron(hour="0", minute="30"),
    ),
    "EndRecords": Call(
        function=STEPS,
        step="end_records",
        schedule=events.Schedule.cron(hour="1", minute="30"),
    ),
    "Sweep": Call(
        function=SWEEPER,
        step="sweep",
        schedule=events.Schedule.rate(Duration.minutes(1)),
    ),
    "ReportUsage": Call(
        function=METERING,
        step="report",
        schedule=events.Schedule.cron(minute="5"),
    ),
    "Collect": Call(
        function=COLLECTOR,
        step="collect",
        schedule=events.Schedule.cron(minute="25"),
    ),
    "Canary": Call(
        function=CANARY,
        step="try_out",
        schedule=events.Schedule.rate(Duration.minutes(5)),
    ),
}

CALLED_BY_THE_CLOCK = frozenset(call.function for call in SCHEDULES.values())


class Schedules(Construct):
    """The schedules of one deployment."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        functions: Mapping[str, lambda_.Function],
        dead_letters: sqs.IQueue,
    ) -> None:
        super().__init__(scope, construct_id)
        self.rules = {
            name: events.Rule(
                self,
                name,
                schedule=call.schedule,
                targets=[
                    targets.LambdaFunction(
                        functions[call.function],
                        event=events.RuleTargetInput.from_object({"step": call.step}),
                        retry_attempts=2,
                        dead_letter_queue=dead_letters,
                    )
                ],
            )
            for name, call in SCHEDULES.items()
        }
