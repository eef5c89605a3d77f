"""One Lambda function: a folder of functions/, with a role and a log group of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.assets import only
from infra.nag import INLINE, LOG_UNDER_AWS_KEY, acknowledge

_LATEST = "3.13 is supported until 2029, and the layers' bytecode is that of 3.13."
_WAITED_FOR = "Who calls it, waits for the answer (API Gateway, Step Functions) and is told when there is none."
_NO_DEAD_LETTERS = {"Serverless-LambdaDLQ": _WAITED_FOR, "NIST.800.53.R5-LambdaDLQ": _WAITED_FOR}
_ACKNOWLEDGED = {
    "AwsSolutions-IAM5[Resource::*]": "X-Ray and AWS Marketplace have no resources to name; nothing else has a wildcard "
    "(tests/infra checks it).",
    "AwsSolutions-L1": _LATEST,
    "Serverless-LambdaLatestVersion": _LATEST,
    "NIST.800.53.R5-CloudWatchLogGroupEncrypted": LOG_UNDER_AWS_KEY,
    "NIST.800.53.R5-IAMNoInlinePolicy": INLINE,
    "NIST.800.53.R5-LambdaConcurrency": "The stage's throttle and the accounts' rates bound what is "
    "called. A share reserved for one function would be missing where it is needed; the alarm "
    "FunctionsThrottled tells when the whole is used up.",
    "NIST.800.53.R5-LambdaInsideVPC": "Nothing that it talks to is in a VPC: AWS's own services know "
    "it by its role, other parties' registers by their keys, all over TLS.",
}


class PythonFunction(Construct):
    """A function that may write its own log and trace, and nothing else until it is granted."""

    def __init__(  # noqa: PLR0913 the settings of a function are many, and all have names
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        beside: Sequence[str] = (),
        layers: Sequence[lambda_.ILayerVersion],
        environment: Mapping[str, str],
        memory: int,
        timeout: int,
        log_retention: logs.RetentionDays,
        dead_letters: sqs.IQueue | None = None,
    ) -> None:
        """Define the function.

        Args:
            scope: Where it belongs.
            construct_id: Its name there.
            name: Its folder in functions/, and its module there if that is not "handler". The
                asset holds nothing of the other folders.
            beside: Folders of the repository that the asset holds besides.
            layers: What it runs on.
            environment: Names and places. Never secrets.
            memory: MiB; processor time grows with it.
            timeout: Seconds.
            log_retention: How long its log is kept.
            dead_letters: Where calls go that it failed and nobody waits for; without one, somebody
                waits for all.
        """
        super().__init__(scope, construct_id)
        folder, _, module = name.partition(".")
        log = logs.LogGroup(
            self, "Log", retention=log_retention, removal_policy=RemovalPolicy.DESTROY
        )
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log.grant(self.role, "logs:CreateLogStream", "logs:PutLogEvents")
        self.log = log
        self.function = lambda_.Function(
            self,
            "Function",
            code=only("functions/__init__.py", f"functions/{folder}", *beside),
            handler=f"functions.{folder}.{module or 'handler'}.lambda_handler",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            layers=layers,
            environment=environment,
            memory_size=memory,
            timeout=Duration.seconds(timeout),
            role=self.role,
            log_group=log,
            dead_letter_queue=dead_letters,
            tracing=lambda_.Tracing.ACTIVE,
            # Where callers call versions, going back to the former one must not wait for a build.
            current_version_options=lambda_.VersionOptions(removal_policy=RemovalPolicy.RETAIN),
        )
        acknowledge(self, _ACKNOWLEDGED)
        if dead_letters is None:
            acknowledge(self, _NO_DEAD_LETTERS)

    def allow(
        self,
        actions: Sequence[str],
        resource: str,
        *,
        only_if: Mapping[str, Any] | None = None,
    ) -> None:
        """Give the function a right: actions on one resource, under conditions."""
        self.role.add_to_policy(
            iam.PolicyStatement(actions=list(actions), resources=[resource], conditions=only_if)
        )
