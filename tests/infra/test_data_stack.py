"""What must outlive every deployment."""

from leadcloud.anchors import RETENTION
from leadcloud.store.dynamodb import EXPIRES_AT, PARTITION, SORT
from tests.infra.deployment import Deployment


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


def test_anchors_are_locked_when_they_arrive(deployment: Deployment) -> None:
    """For three years and a month, and in production by a lock that nobody can lift."""
    (bucket,) = deployment.properties("AWS::S3::Bucket")
    (sender,) = deployment.properties("AWS::SES::EmailIdentity")
    mode = "GOVERNANCE" if sender["EmailIdentity"].startswith("dev.") else "COMPLIANCE"
    assert bucket["ObjectLockEnabled"] is True
    assert bucket["ObjectLockConfiguration"]["Rule"] == {
        "DefaultRetention": {"Mode": mode, "Days": RETENTION.days}
    }
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert all(bucket["PublicAccessBlockConfiguration"].values())
