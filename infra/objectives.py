"""Service level objectives of the search, and how fast their budgets of failure may burn.

Source: Google, "The Site Reliability Workbook", chapter 5, multiwindow multi-burn-rate alerts. A
budget of 30 days that burns 14.4 times too fast is spent by 2 % in an hour, 6 times by 5 % in six.
The short window is there for the alarm to end soon after the trouble has.
"""

from collections.abc import Callable
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

AVAILABLE = 0.999
"""Share of searches that are not answered with 5xx, over 30 days."""
FAST_ENOUGH = 0.99
"""Share of searches that are answered within SLOW milliseconds."""
SLOW = 3000

Share = Callable[[int], cloudwatch.IMetric]
"""Of failures among searches, in windows of so many minutes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Burn:
    """A speed at which a budget is spent that somebody must know of."""

    name: str
    factor: float
    long: int
    """Minutes of the window that makes sure."""
    short: int
    """Minutes of the window that ends it."""


BURNS = (
    Burn(name="Fast", factor=14.4, long=60, short=5),
    Burn(name="Slow", factor=6, long=360, short=30),
)


class Searches:
    """The searches at one API, as API Gateway measures them: what callers saw."""

    def __init__(self, *, api_name: str, stage_name: str) -> None:
        self._dimensions = {
            "ApiName": api_name,
            "Method": "POST",
            "Resource": "/v1/search",
            "Stage": stage_name,
        }

    def metric(self, name: str, statistic: str, minutes: int = 5) -> cloudwatch.Metric:
        """Return a metric of API Gateway's."""
        return cloudwatch.Metric(
            namespace="AWS/ApiGateway",
            metric_name=name,
            dimensions_map=self._dimensions,
            statistic=statistic,
            period=Duration.minutes(minutes),
        )

    def failing(self, minutes: int) -> cloudwatch.IMetric:
        """Return the share that is answered with 5xx; a single one is no trend."""
        return cloudwatch.MathExpression(
            label="share of searches that failed",
            expression="IF(failed > 1, failed / asked, 0)",
            using_metrics={
                "asked": self.metric("Count", "Sum", minutes),
                "failed": self.metric("5XXError", "Sum", minutes),
            },
            period=Duration.minutes(minutes),
        )

    def slow(self, minutes: int) -> cloudwatch.IMetric:
        """Return the share that takes longer than SLOW; a single one is no trend."""
        return cloudwatch.MathExpression(
            label="share of searches that were slow",
            expression="IF(asked * (100 - quick) > 100, (100 - quick) / 100, 0)",
            using_metrics={
                "asked": self.metric("Count", "Sum", minutes),
                "quick": self.metric("Latency", f"PR(:{SLOW})", minutes),
            },
            period=Duration.minutes(minutes),
        )

    def objectives(self) -> dict[str, tuple[float, Share]]:
        """Return each objective's budget of failure and what is measured against it, by name."""
        return {
            "SearchAvailability": (1 - AVAILABLE, self.failing),
            "SearchLatency": (1 - FAST_ENOUGH, self.slow),
        }
