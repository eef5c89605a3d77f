"""The functions and the API: what can be deleted and deployed anew at any time."""

from collections.abc import Sequence

from aws_cdk import Aws, CfnOutput, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.data_stack import DataStack
from infra.layers import Layers
from infra.needs import FUNCTIONS, NEEDS, Needs, layers_of
from infra.python_function import PythonFunction
from infra.rest_api import RestApi
from infra.stages import Stage


class ServiceStack(Stack):
    """One deployment of the functions, in front of its data."""

    def __init__(
        self, scope: Construct, construct_id: str, *, stage: Stage, data: DataStack
    ) -> None:
        super().__init__(scope, construct_id, termination_protection=stage.protected)
        self._stage = stage
        self._data = data
        self._layers = Layers(self, "Layers", target=stage.target)
        functions = {name: self._function(name, NEEDS.get(name, Needs())) for name in FUNCTIONS}
        api = RestApi(
            self,
            "Rest",
            stage=stage,
            functions={name: function.function for name, function in functions.items()},
        )
        CfnOutput(self, "BaseUrl", value=api.api.url)

    def _function(self, name: str, needs: Needs) -> PythonFunction:
        function = PythonFunction(
            self,
            "".join(part.capitalize() for part in name.split("_")),
            folder=name,
            layers=[self._layers.named(each) for each in layers_of(name)],
            environment={
                "LEADCLOUD_STORE": f"dynamodb:{self._data.table.table_name}",
                "LEADCLOUD_SECRETS": f"secretsmanager:{self._data.secret.secret_arn}",
                "LEADCLOUD_DOCUMENTS": "/opt/docs",
                "LEADCLOUD_DATA": "/opt/layers/data",
            },
            memory=needs.memory,
            timeout=needs.timeout,
            log_retention=self._stage.log_retention,
        )
        if needs.table:
            _allow(function, needs.table, self._data.table.table_arn)
            self._allow_decrypting(function, "dynamodb")
        if needs.secret:
            _allow(function, ["secretsmanager:GetSecretValue"], self._data.secret.secret_arn)
            self._allow_decrypting(function, "secretsmanager")
        return function

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


def _allow(function: PythonFunction, actions: Sequence[str], resource: str) -> None:
    function.role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[resource]))
