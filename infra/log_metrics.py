"""Metrics counted from the functions' log lines.

They have no dimensions but the deployment's name: nothing of a caller can make a new one, and each
costs the same whatever happens. A pattern names an event of the catalogue and its fields only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.needs import CANARY, COLLECTOR, FUNCTIONS, METERING, STEPS, SWEEPER, WHOLE_REGISTER
from leadcloud.events import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What of an event becomes a metric."""

    event: Event
    functions: Sequence[str]
    """Whose logs it is in, as in infra/needs.py."""
    only: str = ""
    """A condition on the event's fields."""
    field: str | None = None
    """Whose value is the metric's; without one, lines are counted."""

    @property
    def pattern(self) -> str:
        """The filter pattern. Source: AWS, "Filter pattern syntax for metric filters"."""
        also = f" && {self.only}" if self.only else ""
        return f'{{ $.message = "{self.event.name}"{also} }}'

    @property
    def value(self) -> str:
        """What a line adds."""
        return f"$.{self.field}" if self.field else "1"


_SEARCHING = ("predict_age", "search")

COUNTED = {
    "CanaryPassed": Counted(event=Event.CANARY_PASSED, functions=(CANARY,)),
    "CasesOverdue": Counted(event=Event.CASE_OVERDUE, functions=(STEPS,)),
    "ControllersUnreachable": Counted(event=Event.CONTROLLER_UNREACHABLE, functions=(STEPS,)),
    "GuessingStopped": Counted(event=Event.GUESSING_STOPPED, functions=("dsar_router",)),
    "KeysRefused": Counted(event=Event.KEY_REFUSED, functions=("authorizer",)),
    "RegistersMisconfigured": Counted(event=Event.REGISTER_MISCONFIGURED, functions=_SEARCHING),
    "ReleaseDays": Counted(event=Event.RELEASE_SEEN, functions=(COLLECTOR,), field="days"),
    "RequestsFiled": Counted(event=Event.SUBJECT_REQUEST_FILED, functions=("dsar_router",)),
    "ReservationsSwept": Counted(
        event=Event.RESERVATIONS_SWEPT, functions=(SWEEPER,), field="swept"
    ),
    "SourcesAnswered": Counted(event=Event.SOURCE_ANSWERED, functions=("search",)),
    "SourcesFailed": Counted(
        event=Event.SOURCE_ANSWERED,
        functions=("search",),
        only='$.state != "ok" && $.state != "partial" && $.state != "skipped"',
    ),
    "StepsFailed": Counted(event=Event.STEP_FAILED, functions=(STEPS, WHOLE_REGISTER)),
    "SuspenseHours": Counted(event=Event.SUSPENSE_SEEN, functions=(SWEEPER,), field="hours"),
    "Sweeps": Counted(event=Event.RESERVATIONS_SWEPT, functions=(SWEEPER,)),
    "UsageRefused": Counted(event=Event.USAGE_REPORTED, functions=(METERING,), field="refused"),
    "UsageReports": Counted(event=Event.USAGE_REPORTED, functions=(METERING,)),
    "UnexpectedErrors": Counted(event=Event.UNEXPECTED_ERROR, functions=FUNCTIONS),
}
"""By the metric's name."""


class LogMetrics(Construct):
    """The filters on logs of one deployment: each stack has those on its own functions'."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        namespace: str,
        log_groups: Mapping[str, logs.ILogGroup],
    ) -> None:
        super().__init__(scope, construct_id)
        self._namespace = namespace
        for name, counted in COUNTED.items():
            for function in (each for each in counted.functions if each in log_groups):
                place = "".join(part.capitalize() for part in function.replace(".", "_").split("_"))
                logs.MetricFilter(
                    self,
                    f"{name}{place}",
                    log_group=log_groups[function],
                    filter_pattern=logs.FilterPattern.literal(counted.pattern),
                    metric_namespace=namespace,
                    metric_name=name,
                    metric_value=counted.value,
                )

    def metric(self, name: str, *, statistic: str = "Sum", minutes: int = 5) -> cloudwatch.Metric:
        """Return a metric of COUNTED."""
        if name not in COUNTED:
            raise LookupError(f"no line is counted as {name}")
        return cloudwatch.Metric(
            namespace=self._namespace,
            metric_name=name,
            statistic=statistic,
            period=Duration.minutes(minutes),
        )
