"""Where a function finds what it works with: the variables that it is told. Never secrets."""

from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.data_stack import DataStack
from infra.needs import Needs
from infra.stages import Stage
from infra.workflow_names import SUBJECT_REQUESTS, workflow_arn

TEXT_SENDER = "LeadCloud"
"""Sender ID of text messages. Until it is registered for Finland, AWS takes none, and operators tell
whoever gave a telephone number only."""


class Places:
    """The places of one deployment."""

    def __init__(self, scope: Construct, *, stage: Stage, data: DataStack) -> None:
        self._scope = scope
        self._stage = stage
        self._data = data

    def of(self, needs: Needs) -> dict[str, str]:
        """Return what a function is told."""
        secret = own_secret(needs, self._data)
        return {
            "LEADCLOUD_STORE": f"dynamodb:{self._data.table.table_name}",
            "LEADCLOUD_SECRETS": f"secretsmanager:{secret.secret_arn}",
            "LEADCLOUD_DOCUMENTS": "/opt/docs",
            "LEADCLOUD_DATA": "/opt/layers/data",
            **self._besides(needs),
        }

    def _besides(self, needs: Needs) -> dict[str, str]:
        data, places = self._data, {}
        if needs.register_secret:
            places["LEADCLOUD_REGISTER_SECRETS"] = (
                f"secretsmanager:{data.register_secret.secret_arn}"
            )
        if needs.payload_key:
            places["LEADCLOUD_DATA_KEYS"] = f"kms:{data.payload_key.key_arn}"
        if needs.workflow:
            workflow = workflow_arn(self._scope, self._stage, SUBJECT_REQUESTS)
            places["LEADCLOUD_EXECUTIONS"] = f"stepfunctions:{workflow}"
        if needs.mail:
            places |= self._of_messages()
        if needs.metering:
            places["LEADCLOUD_METERING"] = "marketplace:"
        if needs.releases:
            places["LEADCLOUD_RELEASES"] = f"s3:{data.releases.bucket_name}"
            places["LEADCLOUD_COLLECTION"] = self._stage.collection
        if needs.anchors:
            places["LEADCLOUD_ANCHORS"] = f"s3:{data.anchors.bucket_name}"
        return places

    def _of_messages(self) -> dict[str, str]:
        return {
            "LEADCLOUD_MAIL": "ses:",
            "LEADCLOUD_MAIL_SENDER": mail_sender(self._stage),
            "LEADCLOUD_TEXTS": f"aws:{TEXT_SENDER}",
            "LEADCLOUD_PRIVACY_CONTACT": f"privacy@{self._stage.mail_domain}",
        }


def own_secret(needs: Needs, data: DataStack) -> secretsmanager.Secret:
    """Return the secret that a function takes for its own."""
    return data.canary_secret if needs.canary else data.secret


def mail_sender(stage: Stage) -> str:
    """Return the address that mails come from."""
    return f"no-reply@{stage.mail_domain}"
