"""What the workflows are called, for those who need to know before they are there."""

from aws_cdk import Arn, ArnComponents, ArnFormat, Stack
from constructs import Construct

from infra.stages import Stage

SUBJECT_REQUESTS = "SubjectRequests"
JOBS = "WholeRegister"


def workflow_name(stage: Stage, kind: str) -> str:
    """Return the name of one of these workflows."""
    return f"LeadCloud{stage.name}{kind}"


def workflow_arn(scope: Construct, stage: Stage, kind: str) -> str:
    """Return the ARN of one of these workflows."""
    arn: str = Arn.format(
        ArnComponents(
            service="states",
            resource="stateMachine",
            resource_name=workflow_name(stage, kind),
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        ),
        Stack.of(scope),
    )
    return arn


def workflow_arns(scope: Construct, stage: Stage) -> list[str]:
    """Return the ARNs of all that a stage has."""
    kinds = [SUBJECT_REQUESTS, *([JOBS] if stage.exchanges else [])]
    return [workflow_arn(scope, stage, kind) for kind in kinds]
