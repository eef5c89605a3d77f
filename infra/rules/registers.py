"""Whether other parties' registers can be asked."""

from infra.rules.rule import Rule
from infra.watched import Watched


def of_registers(watched: Watched) -> tuple[Rule, ...]:
    """Return the rules about what registers answer."""
    counted = watched.counted
    return (
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
    )
