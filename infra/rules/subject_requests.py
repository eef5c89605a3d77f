"""Whether subject requests get where they should, and in time."""

from infra.rules.rule import Rule
from infra.watched import Watched


def of_cases(watched: Watched) -> tuple[Rule, ...]:
    """Return the rules about requests and the workflow that carries them."""
    counted = watched.counted
    return (
        Rule(
            name="CasesOverdue",
            runbook="subject-requests",
            says="A controller has let a subject request's date pass.",
            metric=counted.metric("CasesOverdue"),
            bound=0,
        ),
        Rule(
            name="ExecutionsFailed",
            runbook="subject-requests",
            says="An execution of the workflow failed; it can be redriven for 14 days.",
            metric=watched.failed_executions(),
            bound=0,
        ),
        Rule(
            name="StepsFailed",
            runbook="subject-requests",
            says="Steps of the workflow fail again and again.",
            metric=counted.metric("StepsFailed", minutes=15),
            bound=5,
        ),
    )


def of_messages(watched: Watched) -> tuple[Rule, ...]:
    """Return the rules about what is sent to controllers and persons."""
    counted = watched.counted
    return (
        Rule(
            name="ControllersUnreachable",
            runbook="subject-requests",
            says="Controllers' interfaces take no requests.",
            metric=counted.metric("ControllersUnreachable", minutes=60),
            bound=10,
        ),
        Rule(
            name="MailsBounce",
            runbook="mail",
            says="Many mails come back; AWS stops sending at a tenth.",
            metric=watched.bounces(),
            bound=0.05,
        ),
    )
