"""Whether calls are answered, and what may stand in their way."""

from infra.rules.rule import Rule
from infra.watched import Watched


def of_answers(watched: Watched) -> tuple[Rule, ...]:
    """Return the rules about calls that fail, or that nobody answers."""
    counted = watched.counted
    return (
        Rule(
            name="CanarySilent",
            runbook="canary",
            says="The service did not answer its canary for a quarter of an hour.",
            metric=counted.metric("CanaryPassed", minutes=15),
            bound=1,
            when="below",
            silence_is_bad=True,
        ),
        Rule(
            name="UnexpectedErrors",
            runbook="search",
            says="Something failed that nobody foresaw.",
            metric=counted.metric("UnexpectedErrors"),
            bound=2,
        ),
        Rule(
            name="CallsFailing",
            runbook="deployment",
            says="Functions do not start, do not end in time, or die.",
            metric=watched.failing_functions(),
            bound=2,
        ),
    )


def of_limits(watched: Watched) -> tuple[Rule, ...]:
    """Return the rules about calls that are refused for their number."""
    return (
        Rule(
            name="FunctionsThrottled",
            runbook="search",
            says="Lambda refuses calls: the account's concurrency is used up.",
            metric=watched.throttled_functions(),
            bound=0,
            periods=2,
        ),
        Rule(
            name="TableThrottled",
            runbook="search",
            says="DynamoDB refuses reads or writes.",
            metric=watched.throttled_table(),
            bound=10,
            periods=2,
        ),
        Rule(
            name="FirewallBlocks",
            runbook="firewall",
            says="The firewall refuses many requests: an attack, or a rule that errs.",
            metric=watched.blocked(),
            bound=1000,
        ),
    )
