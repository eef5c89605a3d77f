"""What a function may do, right by right, as its needs say."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Aws, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from functions.collector.shelf import CURRENT, UNFINISHED
from infra.data_stack import DataStack
from infra.nag import acknowledge
from infra.needs import Needs
from infra.places import TEXT_SENDER, mail_sender, own_secret
from infra.python_function import PythonFunction
from infra.stages import Stage
from infra.workflow_names import SUBJECT_REQUESTS, workflow_arn
from leadcloud.anchors import PREFIX as ANCHORS

_KEPT = ("s3:GetObject", "s3:PutObject")
_SCRATCH = (*_KEPT, "s3:DeleteObject")

_FOR_SOMETHING = {"Null": {"kms:EncryptionContext:for": "false"}}
"""What a key was made for is its context; without one, nothing is wrapped or unwrapped."""


class Rights:
    """The rights to give in one deployment."""

    def __init__(self, scope: Construct, *, stage: Stage, data: DataStack) -> None:
        self._scope = scope
        self._stage = stage
        self._data = data

    def give(self, function: PythonFunction, needs: Needs) -> None:
        """Give a function what it needs, and nothing else."""
        self._records(function, needs)
        self._secrets(function, needs)
        if needs.payload_key:
            key = self._data.payload_key.key_arn
            function.allow(needs.payload_key, key, only_if=_FOR_SOMETHING)
        if needs.workflow:
            workflow = workflow_arn(self._scope, self._stage, SUBJECT_REQUESTS)
            function.allow(["states:SendTaskSuccess", "states:StartExecution"], workflow)
        if needs.mail:
            self._messages(function)
        if needs.metering:
            function.allow(["aws-marketplace:BatchMeterUsage"], "*")
        if needs.anchors:
            self._objects(function, self._data.anchors, {ANCHORS: _KEPT})
        if needs.releases:
            prefixes = {CURRENT: _KEPT, UNFINISHED: _SCRATCH}
            self._objects(function, self._data.releases, prefixes)

    def _records(self, function: PythonFunction, needs: Needs) -> None:
        if needs.table:
            within = _in_partitions(needs.partitions) if needs.partitions else None
            function.allow(needs.table, self._data.table.table_arn, only_if=within)
            self._decrypting(function, "dynamodb")

    def _secrets(self, function: PythonFunction, needs: Needs) -> None:
        secrets = [own_secret(needs, self._data)] if needs.secret or needs.canary else []
        if needs.register_secret:
            secrets.append(self._data.register_secret)
        for secret in secrets:
            function.allow(["secretsmanager:GetSecretValue"], secret.secret_arn)
        if secrets:
            self._decrypting(function, "secretsmanager")

    def _messages(self, function: PythonFunction) -> None:
        as_us = {"StringEquals": {"ses:FromAddress": mail_sender(self._stage)}}
        identity = self._data.identity.email_identity_arn
        # SES v2 asks for the second where the content is a whole message.
        function.allow(["ses:SendEmail", "ses:SendRawEmail"], identity, only_if=as_us)
        sender = Stack.of(self._scope).format_arn(
            service="sms-voice", resource="sender-id", resource_name=f"{TEXT_SENDER}/FI"
        )
        function.allow(["sms-voice:SendTextMessage"], sender)

    def _objects(
        self, function: PythonFunction, bucket: s3.Bucket, prefixes: Mapping[str, tuple[str, ...]]
    ) -> None:
        """Let a function use those objects of a bucket whose names begin so."""
        stack = Stack.of(bucket)
        function.allow(["s3:ListBucket"], bucket.bucket_arn)
        for prefix, actions in prefixes.items():
            function.allow(actions, bucket.arn_for_objects(f"{prefix}*"))
            export = stack.resolve(stack.export_value(bucket.bucket_arn))
            named = f"{export['Fn::ImportValue']}/{prefix}*"
            reason = "What is named so is one kind of object, all of which are meant."
            acknowledge(function, {f"AwsSolutions-IAM5[Resource::{named}]": reason})

    def _decrypting(self, function: PythonFunction, service: str) -> None:
        """Let a function use the key through a service, and not by itself.

        Source: AWS, "DynamoDB encryption at rest" and "Secret encryption in AWS Secrets Manager".
        """
        through = {"StringEquals": {"kms:ViaService": f"{service}.{Aws.REGION}.amazonaws.com"}}
        function.allow(["kms:Decrypt"], self._data.key.key_arn, only_if=through)


def _in_partitions(prefix: str) -> Mapping[str, Any]:
    """Return the condition that a record's partition begins so.

    Source: AWS, "Using IAM policy conditions for fine-grained access control" of DynamoDB.
    """
    return {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{prefix}*"]}}
