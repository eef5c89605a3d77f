"""Whether the books are kept."""

from infra.rules.rule import Rule
from infra.watched import Watched


def of_reservations(watched: Watched) -> tuple[Rule, ...]:
    """Return the rules about what searches reserved and did not settle."""
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
    )


def of_usage(watched: Watched) -> tuple[Rule, ...]:
    """Return the rules about what AWS Marketplace is told."""
    counted = watched.counted
    return (
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
