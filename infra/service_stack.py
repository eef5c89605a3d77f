"""The functions, the workflow and the API: what can be deployed anew at any time."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Aws, CfnOutput, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from functions.collector.shelf import CURRENT, UNFINISHED
from infra.alarms import Alarms
from infra.dashboard import Dashboard
from infra.data_stack import DataStack
from infra.dead_letters import DeadLetters
from infra.gradual import LiveVersions
from infra.layers import Layers
from infra.log_metrics import LogMetrics
from infra.nag import acknowledge
from infra.needs import FUNCTIONS, NEEDS, STEPS, Needs
from infra.node import REPOSITORY
from infra.objectives import Searches
from infra.python_function import PythonFunction
from infra.rest_api import RestApi
from infra.saved_queries import SavedQueries
from infra.schedules import CALLED_BY_THE_CLOCK, Schedules
from infra.stages import Stage
from infra.watched import Watched
from infra.workflow import Workflow
from infra.workflow_names import SUBJECT_REQUESTS, workflow_arn, workflow_arns, workflow_name
from leadcloud.anchors import PREFIX as ANCHOR_PREFIX
from leadcloud.http.routes import ROUTES

_TEXT_SENDER = "LeadCloud"
"""Sender ID of text messages. Until it is registered for Finland, AWS takes none, and operators tell
whoever gave a telephone number only."""

_DEFINITION = REPOSITORY / "functions" / "dsar_router" / "workflow.asl.json"

_RELEASE_RIGHTS = {
    CURRENT: ("s3:GetObject", "s3:PutObject"),
    UNFINISHED: ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
}

_CALLED = sorted({"authorizer", *(route.function for route in ROUTES)})
"""Functions that the gateway calls."""

_STOPPING = ("CallsFailing", "CanarySilent", "UnexpectedErrors")
"""Alarms that stop a deployment which goes bit by bit."""


class ServiceStack(Stack):
    """One deployment of the functions, in front of its data."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: Stage, data: DataStack
    ) -> None:
        super().__init__(scope, construct_id, termination_protection=stage.protected)
        self._stage = stage
        self._data = data
        self._layers = Layers(self, "Layers", target=stage.target)
        self._live: LiveVersions | None = None
        self._dead_letters = DeadLetters(
            self, "DeadLetters", workflows=workflow_arns(self, stage)
        ).queue
        functions = {name: self._function(name, NEEDS.get(name, Needs())) for name in FUNCTIONS}
        api = RestApi(
            self,
            "Rest",
            stage=stage,
            functions=self._called(functions),
        )
        functions["authorizer"].function.add_environment("LEADCLOUD_USAGE_KEY", stage.usage_key)
        for name, function in functions.items():
            needs = NEEDS.get(name, Needs())
            if needs.mail or needs.canary:
                # By its id, as the deployed stage needs the functions before it is there.
                function.function.add_environment("LEADCLOUD_BASE_URL", api.base_url)
        requests = Workflow(
            self,
            "SubjectRequests",
            stage=stage,
            name=workflow_name(stage, SUBJECT_REQUESTS),
            definition=_DEFINITION,
            steps=functions[STEPS].function,
            key=data.key,
        )
        schedules = Schedules(
            self,
            "Schedules",
            functions={name: function.function for name, function in functions.items()},
            dead_letters=self._dead_letters,
        )
        self._watch(functions, api, workflow=requests.machine, rules=schedules.rules)
        CfnOutput(self, "BaseUrl", value=api.base_url)
        CfnOutput(self, "DeadLettersUrl", value=self._dead_letters.queue_url)
        if api.api.domain_name:
            target = api.api.domain_name.domain_name_alias_domain_name
            CfnOutput(self, "DomainTarget", value=target, description="What the domain points to")

    def _called(self, functions: Mapping[str, PythonFunction]) -> Mapping[str, lambda_.IFunction]:
        """Return what the gateway calls."""
        called = {name: functions[name].function for name in _CALLED}
        if not self._stage.gradual:
            return called
        self._live = LiveVersions(self, "Live", functions=called)
        return self._live.aliases

    def _watch(
        self,
        functions: Mapping[str, PythonFunction],
        api: RestApi,
        *,
        workflow: sfn.StateMachine,
        rules: Mapping[str, events.Rule],
    ) -> None:
        name = f"LeadCloud{self._stage.name}"
        log_groups = {each: function.log for each, function in functions.items()}
        watched = Watched(
            functions={each: function.function for each, function in functions.items()},
            called=_CALLED,
            searches=Searches(api_name=name, stage_name=api.api.deployment_stage.stage_name),
            counted=LogMetrics(self, "LogMetrics", namespace=name, log_groups=log_groups),
            workflow=workflow,
            rules=rules,
            table=self._data.table,
            dead_letters=self._dead_letters,
            firewall=name,
            region=self.region,
        )
        alarms = Alarms(self, "Alarms", stage=self._stage, watched=watched, key=self._data.key)
        Dashboard(self, "Dashboard", stage=self._stage, watched=watched, alarms=alarms)
        if self._live:
            self._live.go_gradually([alarms.by_rule[name] for name in _STOPPING])
        SavedQueries(self, "SavedQueries", folder=name, log_groups=log_groups)

    def _function(self, name: str, needs: Needs) -> PythonFunction:
        function = PythonFunction(
            self,
            "".join(part.capitalize() for part in re.split(r"[_.]", name)),
            name=name,
            beside=("collect",) if needs.releases else (),
            layers=self._layers.of(name),
            environment={
                "LEADCLOUD_STORE": f"dynamodb:{self._data.table.table_name}",
                "LEADCLOUD_SECRETS": f"secretsmanager:{self._own_secret(needs).secret_arn}",
                "LEADCLOUD_DOCUMENTS": "/opt/docs",
                "LEADCLOUD_DATA": "/opt/layers/data",
                **self._places(needs),
            },
            memory=needs.memory,
            timeout=needs.timeout,
            log_retention=self._stage.log_retention,
            dead_letters=self._dead_letters if name in CALLED_BY_THE_CLOCK else None,
        )
        if needs.table:
            _allow(
                function,
                needs.table,
                self._data.table.table_arn,
                conditions=_in_partitions(needs.partitions) if needs.partitions else None,
            )
            self._allow_decrypting(function, "dynamodb")
        secrets = self._secrets(needs)
        for secret in secrets:
            _allow(function, ["secretsmanager:GetSecretValue"], secret.secret_arn)
        if secrets:
            self._allow_decrypting(function, "secretsmanager")
        self._allow_handling_requests(function, needs)
        if needs.releases:
            self._allow_making_releases(function)
        return function

    def _own_secret(self, needs: Needs) -> secretsmanager.Secret:
        return self._data.canary_secret if needs.canary else self._data.secret

    def _secrets(self, needs: Needs) -> list[secretsmanager.Secret]:
        """Return the secrets that a function may read."""
        own = [self._own_secret(needs)] if needs.secret or needs.canary else []
        return own + ([self._data.register_secret] if needs.register_secret else [])

    def _places(self, needs: Needs) -> dict[str, str]:
        places = {}
        if needs.register_secret:
            arn = self._data.register_secret.secret_arn
            places["LEADCLOUD_REGISTER_SECRETS"] = f"secretsmanager:{arn}"
        if needs.payload_key:
            places["LEADCLOUD_DATA_KEYS"] = f"kms:{self._data.payload_key.key_arn}"
        if needs.workflow:
            places["LEADCLOUD_EXECUTIONS"] = (
                f"stepfunctions:{workflow_arn(self, self._stage, SUBJECT_REQUESTS)}"
            )
        if needs.mail:
            places["LEADCLOUD_MAIL"] = "ses:"
            places["LEADCLOUD_MAIL_SENDER"] = self._sender
            places["LEADCLOUD_TEXTS"] = f"aws:{_TEXT_SENDER}"
            places["LEADCLOUD_PRIVACY_CONTACT"] = f"privacy@{self._stage.mail_domain}"
        if needs.metering:
            places["LEADCLOUD_METERING"] = "marketplace:"
        if needs.releases:
            places["LEADCLOUD_RELEASES"] = f"s3:{self._data.releases.bucket_name}"
            places["LEADCLOUD_COLLECTION"] = self._stage.collection
        if needs.anchors:
            places["LEADCLOUD_ANCHORS"] = f"s3:{self._data.anchors.bucket_name}"
        return places

    @property
    def _sender(self) -> str:
        return f"no-reply@{self._stage.mail_domain}"

    def _allow_handling_requests(self, function: PythonFunction, needs: Needs) -> None:
        if needs.payload_key:
            # What a key was made for is its context; without one, nothing is wrapped or unwrapped.
            for_something = {"Null": {"kms:EncryptionContext:for": "false"}}
            _allow(
                function,
                needs.payload_key,
                self._data.payload_key.key_arn,
                conditions=for_something,
            )
        if needs.workflow:
            workflow = workflow_arn(self, self._stage, SUBJECT_REQUESTS)
            _allow(function, ["states:SendTaskSuccess", "states:StartExecution"], workflow)
        if needs.mail:
            as_us = {"StringEquals": {"ses:FromAddress": self._sender}}
            identity = self._data.identity.email_identity_arn
            # SES v2 asks for the second where the content is a whole message.
            _allow(function, ["ses:SendEmail", "ses:SendRawEmail"], identity, conditions=as_us)
            sender = self.format_arn(
                service="sms-voice", resource="sender-id", resource_name=f"{_TEXT_SENDER}/FI"
            )
            _allow(function, ["sms-voice:SendTextMessage"], sender)
        if needs.metering:
            _allow(function, ["aws-marketplace:BatchMeterUsage"], "*")
        if needs.anchors:
            bucket = self._data.anchors
            _allow(function, ["s3:ListBucket"], bucket.bucket_arn)
            anchors = bucket.arn_for_objects(f"{ANCHOR_PREFIX}*")
            _allow(function, ["s3:GetObject", "s3:PutObject"], anchors)
            export = f"{self._data.stack_name}:ExportsOutputFnGetAttAnchorsE78985FDArnBC8F3FC9"
            acknowledge(
                function,
                {
                    f"AwsSolutions-IAM5[Resource::{export}/{ANCHOR_PREFIX}*]": "An anchor is named "
                    "after its day, so all that are named so are meant."
                },
            )

    def _allow_making_releases(self, function: PythonFunction) -> None:
        """Let a function replace the release, and keep and remove what is half done."""
        bucket = self._data.releases
        _allow(function, ["s3:ListBucket"], bucket.bucket_arn)
        for prefix, actions in _RELEASE_RIGHTS.items():
            _allow(function, actions, bucket.arn_for_objects(f"{prefix}*"))
            export = f"{self._data.stack_name}:ExportsOutputFnGetAttReleasesE6BA3EBFArn06DC8206"
            acknowledge(
                function,
                {f"AwsSolutions-IAM5[Resource::{export}/{prefix}*]": "Named so are its own files."},
            )

    def _allow_decrypting(self, function: PythonFunction, service: str) -> None:
        """Let a function use the key through a service, and not by itself.

        Source: AWS, "DynamoDB encryption at rest" and "Secret encryption in AWS Secrets Manager".
        """
        function.role.add_to_policy(
            iam.PolicyStatement(
                actions=["kms:Decrypt"],
                resources=[self._data.key.key_arn],
                conditions={
                    "StringEquals": {"kms:ViaService": f"{service}.{Aws.REGION}.amazonaws.com"}
                },
            )
        )


def _in_partitions(prefix: str) -> Mapping[str, Any]:
    """Return the condition that a record's partition begins so.

    Source: AWS, "Using IAM policy conditions for fine-grained access control" of DynamoDB.
    """
    return {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{prefix}*"]}}


def _allow(
    function: PythonFunction,
    actions: Sequence[str],
    resource: str,
    *,
    conditions: Mapping[str, Any] | None = None,
) -> None:
    function.role.add_to_policy(
        iam.PolicyStatement(actions=list(actions), resources=[resource], conditions=conditions)
    )
