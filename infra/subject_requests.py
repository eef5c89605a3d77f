"""The workflow of subject requests."""

from aws_cdk import Arn, ArnComponents, ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.nag import INLINE, LOG_UNDER_AWS_KEY, acknowledge
from infra.node import REPOSITORY
from infra.stages import Stage

_DEFINITION = REPOSITORY / "functions" / "dsar_router" / "workflow.asl.json"

_ACKNOWLEDGED = {
    "NIST.800.53.R5-CloudWatchLogGroupEncrypted": LOG_UNDER_AWS_KEY,
    "NIST.800.53.R5-IAMNoInlinePolicy": INLINE,
    "AwsSolutions-IAM5[Resource::*]": "Log deliveries and traces have no resources to name; the one "
    "function is named.",
}


def workflow_name(stage: Stage) -> str:
    """Return the workflow's name.

    It needs one of ours: without, the CDK binds the workflow's right to its key to no workflow.
    """
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


class SubjectRequests(Construct):
    """The workflow, under a name of ours and with a log of its own."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        steps: lambda_.Function,
        key: kms.IKey,
    ) -> None:
        """Define it.

        Args:
            scope: Where it belongs.
            construct_id: Its name there.
            stage: The deployment.
            steps: The function that carries out the workflow's tasks.
            key: Encrypts the executions' histories.
        """
        super().__init__(scope, construct_id)
        self.workflow = self._workflow(stage, steps, key)
        acknowledge(self, _ACKNOWLEDGED)

    def _workflow(self, stage: Stage, steps: lambda_.Function, key: kms.IKey) -> sfn.StateMachine:
        log = logs.LogGroup(
            self, "Log", retention=stage.log_retention, removal_policy=RemovalPolicy.DESTROY
        )
        workflow = sfn.StateMachine(
            self,
            "Workflow",
            state_machine_name=workflow_name(stage),
            definition_body=sfn.DefinitionBody.from_string(_DEFINITION.read_text("utf-8")),
            definition_substitutions={"StepsFunction": steps.function_arn},
            encryption_configuration=sfn.CustomerManagedEncryptionConfiguration(key),
            logs=sfn.LogOptions(
                destination=log, level=sfn.LogLevel.ALL, include_execution_data=False
            ),
            tracing_enabled=True,
            # An execution that runs for months must not be lost with a stack.
            removal_policy=RemovalPolicy.RETAIN if stage.protected else RemovalPolicy.DESTROY,
        )
        workflow.add_to_role_policy(
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[steps.function_arn])
        )
        return workflow
