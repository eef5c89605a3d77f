"""What must outlive every deployment."""

from functions.collector.shelf import UNFINISHED
from leadcloud.anchors import RETENTION
from leadcloud.store.dynamodb_item import EXPIRES_AT, PARTITION, SORT
from tests.infra.deployment import Deployment, Resource


def test_the_table_is_the_one_that_the_store_expects(deployment: Deployment) -> None:
    """Keys and expiry have the names that the adapter writes."""
    (table,) = deployment.properties("AWS::DynamoDB::Table")
    assert {key["KeyType"]: key["AttributeName"] for key in table["KeySchema"]} == {
        "HASH": PARTITION,
        "RANGE": SORT,
    }
    assert {each["AttributeType"] for each in table["AttributeDefinitions"]} == {"S"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": EXPIRES_AT, "Enabled": True}


def test_the_records_can_neither_be_lost_nor_read_at_rest(deployment: Deployment) -> None:
    """Paid per request, restorable to any second, not deletable, under our own key."""
    (table,) = deployment.properties("AWS::DynamoDB::Table")
    keys = deployment.of_type("AWS::KMS::Key")
    (key,) = (name for name in keys if not name.startswith("PayloadKey"))
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is True
    assert table["SSESpecification"]["KMSMasterKeyId"] == {"Fn::GetAtt": [key, "Arn"]}
    assert all(each["Properties"]["EnableKeyRotation"] is True for each in keys.values())


def test_nothing_of_it_goes_with_its_stack(deployment: Deployment) -> None:
    """Deleting the stack, or a resource's line in it, leaves all that cannot be made again."""
    found = deployment.data["Resources"].values()
    kept = [each for each in found if each["Type"] != "AWS::S3::BucketPolicy"]
    assert {each["Type"] for each in kept} == {
        "AWS::DynamoDB::Table",
        "AWS::KMS::Key",
        "AWS::S3::Bucket",
        "AWS::SES::EmailIdentity",
        "AWS::SecretsManager::Secret",
    }
    for each in kept:
        assert (each["DeletionPolicy"], each["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_the_template_holds_no_secret(deployment: Deployment) -> None:
    """Each of the three is deployed empty, under our key."""
    secrets = deployment.properties("AWS::SecretsManager::Secret")
    assert len(secrets) == 3
    assert all(secret["SecretString"] == "{}" for secret in secrets)
    assert all("KmsKeyId" in secret for secret in secrets)


def bucket_of(deployment: Deployment, name: str) -> Resource:
    """Return the bucket of a name."""
    buckets = deployment.of_type("AWS::S3::Bucket").items()
    (found,) = (each for logical, each in buckets if logical.startswith(name))
    properties: Resource = found["Properties"]
    return properties


def test_releases_can_be_taken_back(deployment: Deployment) -> None:
    """The one before is a version of the same object for half a year; what is half done goes."""
    bucket = bucket_of(deployment, "Releases")
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    former, unfinished = bucket["LifecycleConfiguration"]["Rules"]
    assert former["NoncurrentVersionExpiration"] == {"NoncurrentDays": 180}
    assert "ExpirationInDays" not in former
    assert (unfinished["Prefix"], unfinished["ExpirationInDays"]) == (UNFINISHED, 60)


def test_no_bucket_is_open(deployment: Deployment) -> None:
    """Neither to the public, nor to anybody without TLS 1.2."""
    policies = deployment.properties("AWS::S3::BucketPolicy")
    buckets = deployment.properties("AWS::S3::Bucket")
    assert len(policies) == len(buckets) == 2
    assert all(all(each["PublicAccessBlockConfiguration"].values()) for each in buckets)
    for policy in policies:
        denied = [each["Condition"] for each in policy["PolicyDocument"]["Statement"]]
        assert {"Bool": {"aws:SecureTransport": "false"}} in denied
        assert {"NumericLessThan": {"s3:TlsVersion": 1.2}} in denied


def test_anchors_are_locked_when_they_arrive(deployment: Deployment) -> None:
    """For three years and a month, and in production by a lock that nobody can lift."""
    bucket = bucket_of(deployment, "Anchors")
    (sender,) = deployment.properties("AWS::SES::EmailIdentity")
    mode = "GOVERNANCE" if sender["EmailIdentity"].startswith("dev.") else "COMPLIANCE"
    assert bucket["ObjectLockEnabled"] is True
    assert bucket["ObjectLockConfiguration"]["Rule"] == {
        "DefaultRetention": {"Mode": mode, "Days": RETENTION.days}
    }
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert all(bucket["PublicAccessBlockConfiguration"].values())
