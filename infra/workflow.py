"""A workflow of Step Functions: a definition of functions/, the function that carries out its steps."""

from pathlib import Path

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.nag import INLINE, LOG_UNDER_AWS_KEY, acknowledge
from infra.stages import Stage

_ACKNOWLEDGED = {
    "NIST.800.53.R5-CloudWatchLogGroupEncrypted": LOG_UNDER_AWS_KEY,
    "NIST.800.53.R5-IAMNoInlinePolicy": INLINE,
    "AwsSolutions-IAM5[Resource::*]": "Log deliveries and traces have no resources to name; the one "
    "function is named.",
}


class Workflow(Construct):
    """Standard, sealed by our key, and with a log that holds ids of events and no data."""

    def __init__(  # noqa: PLR0913 what a workflow is made of, all of it by name
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: Stage,
        name: str,
        definition: Path,
        steps: lambda_.Function,
        key: kms.IKey,
    ) -> None:
        """Define it.

        Args:
            scope: Where it belongs.
            construct_id: Its name there.
            stage: The deployment.
            name: One of ours: without, the CDK binds its right to its key to no workflow.
            definition: The file, with one blank for the function.
            steps: The function that carries out its tasks; the one thing that it may call.
            key: Encrypts the executions' histories.
        """
        super().__init__(scope, construct_id)
        log = logs.LogGroup(
            self, "Log", retention=stage.log_retention, removal_policy=RemovalPolicy.DESTROY
        )
        self.machine = sfn.StateMachine(
            self,
            "Workflow",
            state_machine_name=name,
            definition_body=sfn.DefinitionBody.from_string(definition.read_text("utf-8")),
            definition_substitutions={"StepsFunction": steps.function_arn},
            encryption_configuration=sfn.CustomerManagedEncryptionConfiguration(key),
            logs=sfn.LogOptions(
                destination=log, level=sfn.LogLevel.ALL, include_execution_data=False
            ),
            tracing_enabled=True,
            # An execution that runs for months must not be lost with a stack.
            removal_policy=RemovalPolicy.RETAIN if stage.protected else RemovalPolicy.DESTROY,
        )
        self.machine.add_to_role_policy(
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[steps.function_arn])
        )
        acknowledge(self, _ACKNOWLEDGED)
