"""What must outlive every deployment: records, secrets, keys, anchors, and the name of the mails."""

from collections.abc import Sequence

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_ses as ses
from constructs import Construct

from functions.collector.shelf import UNFINISHED
from infra.nag import acknowledge
from infra.stages import Stage
from leadcloud.anchors import RETENTION
from leadcloud.store.dynamodb_item import EXPIRES_AT, PARTITION, SORT

_BY_HAND = (
    "The values are peppers, sealing keys, and passwords that others give us: no schedule of ours "
    "could replace one without voiding what was made with it. They are replaced by hand."
)


_UNREAD = (
    "One object a day, which nobody can change and no secret is in: a log of who read it would "
    "tell nothing."
)

_OPEN_DATA = (
    "Facts of buildings that public bodies publish for everybody, one file a month, which can be "
    "collected again: there is nothing to hide, and nothing to lose."
)


class DataStack(Stack):
    """The stateful resources. Nothing in here is deleted with the stack."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage) -> None:
        super().__init__(scope, construct_id, termination_protection=True)
        self.key = self._key("Key", "Encrypts the service's records and secrets")
        # Alarms are told through a topic that is under this key.
        self.key.grant(
            iam.ServicePrincipal("cloudwatch.amazonaws.com"), "kms:Decrypt", "kms:GenerateDataKey*"
        )
        self.payload_key = self._key(
            "PayloadKey", "Wraps the keys of what persons wrote in their subject requests"
        )
        self.table = self._records()
        self.secret = self._secret("Secret", "the service's own")
        self.register_secret = self._secret("RegisterSecret", "what registers let us in with")
        self.canary_secret = self._secret("CanarySecret", "the canary's key")
        self.anchors = self._anchors(stage)
        self.releases = self._releases()
        self.identity = ses.EmailIdentity(
            self, "Mail", identity=ses.Identity.domain(stage.mail_domain)
        )
        self.identity.apply_removal_policy(RemovalPolicy.RETAIN)
        CfnOutput(self, "TableName", value=self.table.table_name)
        CfnOutput(self, "SecretArn", value=self.secret.secret_arn)
        CfnOutput(self, "RegisterSecretArn", value=self.register_secret.secret_arn)
        CfnOutput(self, "CanarySecretArn", value=self.canary_secret.secret_arn)
        CfnOutput(self, "AnchorBucketName", value=self.anchors.bucket_name)
        CfnOutput(self, "ReleaseBucketName", value=self.releases.bucket_name)

    def _key(self, name: str, description: str) -> kms.Key:
        return kms.Key(
            self,
            name,
            description=description,
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN,
        )

    def _records(self) -> dynamodb.Table:
        text = dynamodb.AttributeType.STRING
        table = dynamodb.Table(
            self,
            "Records",
            partition_key=dynamodb.Attribute(name=PARTITION, type=text),
            sort_key=dynamodb.Attribute(name=SORT, type=text),
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
        acknowledge(
            table,
            {
                "NIST.800.53.R5-DynamoDBInBackupPlan": "Every second of the last 35 days can be "
                "restored. A backup that is kept for longer would keep what persons have had erased."
            },
        )
        return table

    def _secret(self, name: str, what: str) -> secretsmanager.Secret:
        """Return a secret of its own for what only some functions may know."""
        secret = secretsmanager.Secret(
            self,
            name,
            description=f"A JSON object of names to secrets, {what}; the operator fills it",
            # Empty until then: a function that misses a secret says which.
            secret_object_value={},
            encryption_key=self.key,
            removal_policy=RemovalPolicy.RETAIN,
        )
        acknowledge(
            secret,
            {
                "AwsSolutions-SMG4": _BY_HAND,
                "NIST.800.53.R5-SecretsManagerRotationEnabled": _BY_HAND,
            },
        )
        return secret

    def _anchors(self, stage: Stage) -> s3.Bucket:
        lock = s3.ObjectLockRetention
        locked = (
            lock.compliance if stage.anchors == s3.ObjectLockMode.COMPLIANCE else lock.governance
        )
        bucket = self._bucket("Anchors", lock=locked(Duration.days(RETENTION.days)))
        acknowledge(
            bucket,
            {
                "AwsSolutions-S1": _UNREAD,
                "NIST.800.53.R5-S3BucketLoggingEnabled": _UNREAD,
                "NIST.800.53.R5-S3BucketReplicationEnabled": "An anchor proves something only beside "
                "the trail that it is of, which lies in a table of the same region.",
                "NIST.800.53.R5-S3DefaultEncryptionKMS": "Hashes of hashes: there is nothing to "
                "read, and whoever checks the trail must not need a key of ours.",
            },
        )
        return bucket

    def _releases(self) -> s3.Bucket:
        bucket = self._bucket(
            "Releases",
            lifecycle=[
                s3.LifecycleRule(noncurrent_version_expiration=Duration.days(180)),
                s3.LifecycleRule(prefix=UNFINISHED, expiration=Duration.days(60)),
            ],
        )
        acknowledge(
            bucket,
            {
                "AwsSolutions-S1": _OPEN_DATA,
                "NIST.800.53.R5-S3BucketLoggingEnabled": _OPEN_DATA,
                "NIST.800.53.R5-S3BucketReplicationEnabled": _OPEN_DATA,
                "NIST.800.53.R5-S3DefaultEncryptionKMS": _OPEN_DATA,
            },
        )
        return bucket

    def _bucket(
        self,
        name: str,
        *,
        lock: s3.ObjectLockRetention | None = None,
        lifecycle: Sequence[s3.LifecycleRule] | None = None,
    ) -> s3.Bucket:
        """Make a bucket of what anybody might read, such as hashes of hashes, and nobody may lose.

        What turns out to be wrong is given up for the version before it.
        """
        return s3.Bucket(
            self,
            name,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            object_lock_default_retention=lock,
            lifecycle_rules=lifecycle,
            versioned=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
