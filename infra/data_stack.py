"""What must outlive every deployment: the table, the secret, and the key that encrypts both."""

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.nag import acknowledge
from leadcloud.store.dynamodb import EXPIRES_AT, PARTITION, SORT


class DataStack(Stack):
    """The stateful resources. Nothing in here is deleted with the stack."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id, termination_protection=True)
        self.key = kms.Key(
            self,
            "Key",
            description="Encrypts the service's records and secrets",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        self.table = dynamodb.Table(
            self,
            "Records",
            partition_key=dynamodb.Attribute(name=PARTITION, type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name=SORT, type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute=EXPIRES_AT,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=self.key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        self.secret = secretsmanager.Secret(
            self,
            "Secret",
            description="A JSON object of names to secrets; the operator fills it",
            # Empty until then: a function that misses a secret says which.
            secret_object_value={},
            encryption_key=self.key,
            removal_policy=RemovalPolicy.RETAIN,
        )
        acknowledge(
            self.secret,
            {
                "AwsSolutions-SMG4": "The values are peppers and sealing keys: replacing one on a "
                "schedule would void every issued key and cursor. They are replaced by hand."
            },
        )
        CfnOutput(self, "TableName", value=self.table.table_name)
        CfnOutput(self, "SecretArn", value=self.secret.secret_arn)
