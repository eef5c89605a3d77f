"""Whether the building database is kept up to date."""

from infra.rules.rule import Rule
from infra.watched import Watched


def of_buildings(watched: Watched) -> tuple[Rule, ...]:
    """Return the rule about the newest release."""
    return (
        Rule(
            name="ReleaseOld",
            runbook="buildings",
            says="No building database was collected for 45 days, or none ever.",
            metric=watched.counted.metric("ReleaseDays", statistic="Maximum", minutes=6 * 60),
            bound=45,
            silence_is_bad=True,
        ),
    )
