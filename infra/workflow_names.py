"""What the workflow of subject requests is, and what it is called."""

from aws_cdk import Arn, ArnComponents, ArnFormat, Stack
from constructs import Construct

from infra.node import REPOSITORY
from infra.stages import Stage

DEFINITION = REPOSITORY / "functions" / "dsar_router" / "workflow.asl.json"


def workflow_name(stage: Stage) -> str:
    """Return the workflow's name."""
    return f"LeadCloud{stage.name}SubjectRequests"


def workflow_arn(scope: Construct, stage: Stage) -> str:
    """Return the workflow's ARN, for those whom the workflow itself needs."""
    arn: str = Arn.format(
        ArnComponents(
            service="states",
            resource="stateMachine",
            resource_name=workflow_name(stage),
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        ),
        Stack.of(scope),
    )
    return arn
