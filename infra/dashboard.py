"""The dashboard: from what callers see, down to what it rests on."""

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.alarms import Alarms
from infra.objectives import AVAILABLE, FAST_ENOUGH, SLOW
from infra.stages import Stage
from infra.watched import Watched

_WIDTH = 8
"""Of a widget; a row has 24."""


class Dashboard(Construct):
    """One deployment at a glance."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: Stage, watched: Watched, alarms: Alarms
    ) -> None:
        super().__init__(scope, construct_id)
        states = cloudwatch.AlarmStatusWidget(title="Alarms", width=24, alarms=alarms.every)
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=f"LeadCloud{stage.name}",
            widgets=[
                [states],
                _of_searches(watched),
                _of_what_they_rest_on(watched),
                _of_subject_requests(watched),
                _of_the_doors(watched),
            ],
        )


def _of_searches(watched: Watched) -> list[cloudwatch.IWidget]:
    searches = watched.searches
    return [
        _graph("Searches", searches.metric("Count", "Sum"), searches.metric("5XXError", "Sum")),
        _graph(
            f"Share failed (goal {1 - AVAILABLE:.1%}) and slower than {SLOW} ms "
            f"(goal {1 - FAST_ENOUGH:.0%})",
            searches.failing(60),
            searches.slow(60),
        ),
        _graph("Latency", *(searches.metric("Latency", each) for each in ("p50", "p95", "p99"))),
    ]


def _of_what_they_rest_on(watched: Watched) -> list[cloudwatch.IWidget]:
    counted, functions = watched.counted, watched.functions.values()
    return [
        _graph(
            "Functions: slowest hundredth", *(f.metric_duration(statistic="p99") for f in functions)
        ),
        _graph(
            "Errors and throttling",
            counted.metric("UnexpectedErrors"),
            watched.throttled_functions(),
            watched.throttled_table(),
        ),
        _graph(
            "Sources",
            counted.metric("SourcesAnswered"),
            counted.metric("SourcesFailed"),
            counted.metric("RegistersMisconfigured"),
        ),
    ]


def _of_subject_requests(watched: Watched) -> list[cloudwatch.IWidget]:
    counted = watched.counted
    return [
        _graph(
            "Subject requests",
            counted.metric("RequestsFiled"),
            counted.metric("CasesOverdue"),
            counted.metric("ControllersUnreachable"),
        ),
        _graph(
            "Workflow",
            watched.workflow.metric_started(),
            watched.failed_executions(),
            counted.metric("StepsFailed"),
        ),
        _graph(
            "Money",
            counted.metric("ReservationsSwept"),
            counted.metric("SuspenseHours", statistic="Maximum"),
        ),
    ]


def _of_the_doors(watched: Watched) -> list[cloudwatch.IWidget]:
    counted = watched.counted
    return [
        _graph(
            "Canary, dead letters", counted.metric("CanaryPassed", minutes=15), watched.given_up()
        ),
        _graph(
            "Keys refused, guessing stopped",
            counted.metric("KeysRefused"),
            counted.metric("GuessingStopped"),
        ),
        _graph(
            "Refused by the firewall",
            watched.blocked(),
            watched.blocked(f"{watched.firewall}Filings"),
        ),
    ]


def _graph(title: str, *metrics: cloudwatch.IMetric) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, width=_WIDTH, left=list(metrics))
