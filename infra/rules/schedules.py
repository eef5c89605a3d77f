"""Whether the clock is heard."""

from infra.rules.rule import Rule
from infra.watched import Watched


def of_schedules(watched: Watched) -> tuple[Rule, ...]:
    """Return the rules about what is called by the clock."""
    return (
        Rule(
            name="CallsLost",
            runbook="schedules",
            says="A schedule's call or a dead letter was given up: no function, or queue, took it.",
            metric=watched.lost_calls(),
            bound=0,
        ),
        Rule(
            name="DeadLetters",
            runbook="dead-letters",
            says="A call of the clock was given up, or an execution ended as it should not.",
            metric=watched.given_up(),
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
    )
