"""What each function may do."""

import re

from tests.infra.deployment import Deployment, listed

OWN_LOG_AND_TRACE = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
RECORDS = {
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
}
CALLED_BY_THE_CLOCK = ("Canary", "Collector", "Metering", "Steps", "Sweeper")
DEAD_LETTERS = {"sqs:SendMessage"}
READ_SECRETS = {"kms:Decrypt", "secretsmanager:GetSecretValue"}
HANDLE_REQUESTS = {
    "ses:SendEmail",
    "ses:SendRawEmail",
    "sms-voice:SendTextMessage",
    "states:SendTaskSuccess",
    "states:StartExecution",
}
RIGHTS = {
    "accounts": {"kms:GenerateDataKey"} | RECORDS | READ_SECRETS,
    "accounts.metering": {
        "aws-marketplace:BatchMeterUsage",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "kms:Decrypt",
    }
    | DEAD_LETTERS,
    "accounts.sweeper": {"dynamodb:UpdateItem"} | RECORDS | READ_SECRETS | DEAD_LETTERS,
    "authorizer": {"dynamodb:GetItem", "dynamodb:PutItem"} | READ_SECRETS,
    "buildings": {"dynamodb:GetItem", "dynamodb:PutItem", "kms:Decrypt"},
    "canary": READ_SECRETS | DEAD_LETTERS,
    "collector": {"s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"}
    | DEAD_LETTERS,
    "dsar_router": {"kms:GenerateDataKey"} | RECORDS | READ_SECRETS | HANDLE_REQUESTS,
    "dsar_router.steps": {"s3:GetObject", "s3:ListBucket", "s3:PutObject"}
    | RECORDS
    | READ_SECRETS
    | HANDLE_REQUESTS
    | DEAD_LETTERS,
    "pages": set(),
    "predict_age": {"dynamodb:BatchGetItem"} | RECORDS | READ_SECRETS,
    "search": {"dynamodb:BatchGetItem", "dynamodb:UpdateItem"} | RECORDS | READ_SECRETS,
}
NAMED_SO = {
    "audit-root/": {"s3:GetObject", "s3:PutObject"},
    "current/": {"s3:GetObject", "s3:PutObject"},
    "unfinished/": {"s3:DeleteObject", "s3:GetObject", "s3:PutObject"},
}
"""What may be done to all objects whose names begin so."""
NAMELESS = {
    "aws-marketplace:BatchMeterUsage",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
"""What has no resource that one could name. Source: AWS, "Service authorization reference"."""


def test_every_function_may_do_exactly_what_is_written_here(deployment: Deployment) -> None:
    """A right more than these is given on purpose, here and in the stack, or not at all."""
    granted: dict[str, set[str]] = {}
    for role, statement in deployment.statements():
        granted.setdefault(role, set()).update(listed(statement["Action"]))
    found = {
        name: granted[function["Properties"]["Role"]["Fn::GetAtt"][0]]
        for name, function in deployment.functions().items()
    }
    assert found == {name: rights | OWN_LOG_AND_TRACE for name, rights in RIGHTS.items()}


def test_every_function_has_a_role_of_its_own(deployment: Deployment) -> None:
    """No function gains what was granted to another."""
    functions = deployment.functions().values()
    roles = {each["Properties"]["Role"]["Fn::GetAtt"][0] for each in functions}
    assert len(roles) == len(functions)


def test_no_right_has_a_wildcard(deployment: Deployment) -> None:
    """Actions and resources are named, but where there are no names, and but kinds of objects."""
    for _, statement in deployment.statements():
        actions = set(listed(statement["Action"]))
        assert not [action for action in actions if "*" in action]
        if "*" in str(statement["Resource"]):
            (prefix,) = re.findall(r"'/([a-z-]+/)\*'", str(statement["Resource"])) or [""]
            assert actions <= NAMED_SO.get(prefix, NAMELESS)


def test_a_key_is_used_for_one_thing_only(deployment: Deployment) -> None:
    """No function decrypts with a key by itself, but what persons wrote, and that by its context."""
    for _, statement in deployment.statements():
        if any(action.startswith("kms:") for action in listed(statement["Action"])):
            ((operator, condition),) = statement["Condition"].items()
            ((variable, value),) = condition.items()
            if "PayloadKey" in str(statement["Resource"]):
                assert (operator, variable) == ("Null", "kms:EncryptionContext:for")
                assert value == "false"
            else:
                assert operator == "StringEquals"
                assert variable in {
                    "kms:ViaService",
                    "kms:EncryptionContext:SourceArn",
                    "kms:EncryptionContext:aws:states:stateMachineArn",
                }


def test_the_building_look_up_reads_rates_only(deployment: Deployment) -> None:
    """What it counts is in partitions of their own; it sees no account, ledger or request."""
    role = deployment.functions()["buildings"]["Properties"]["Role"]["Fn::GetAtt"][0]
    conditions = [
        statement.get("Condition")
        for whose, statement in deployment.statements()
        if whose == role and "dynamodb:GetItem" in listed(statement["Action"])
    ]
    assert conditions == [{"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["RATE#*"]}}]


def test_a_function_reads_its_own_secrets_only(deployment: Deployment) -> None:
    """Registers' passwords are for who asks registers; the canary knows nothing but its own key."""
    read: dict[str, set[str]] = {}
    for role, statement in deployment.statements():
        if "secretsmanager:GetSecretValue" in listed(statement["Action"]):
            name = re.search(r"(Canary|Register)?Secret", str(statement["Resource"]))
            assert name
            read.setdefault(role, set()).add(name[0])
    found = {
        name: read.get(function["Properties"]["Role"]["Fn::GetAtt"][0], set())
        for name, function in deployment.functions().items()
    }
    assert {name for name, secrets in found.items() if "RegisterSecret" in secrets} == {"search"}
    assert {name for name, secrets in found.items() if "CanarySecret" in secrets} == {"canary"}
    assert found["canary"] == {"CanarySecret"}


def test_mail_is_sent_as_ourselves_only(deployment: Deployment) -> None:
    """Functions may send from one address of one identity."""
    for _, statement in deployment.statements():
        if "ses:SendEmail" in listed(statement["Action"]):
            (sender,) = statement["Condition"]["StringEquals"].values()
            assert sender.startswith("no-reply@")
            assert list(statement["Condition"]["StringEquals"]) == ["ses:FromAddress"]
            assert "identity/" in str(statement["Resource"])


def test_only_api_gateway_and_the_schedules_may_call_functions(deployment: Deployment) -> None:
    """The gateway only from this API, and the schedules only what they are for."""
    permissions = deployment.properties("AWS::Lambda::Permission")
    (api,) = deployment.of_type("AWS::ApiGateway::RestApi")
    schedules = deployment.of_type("AWS::Events::Rule")
    for each in permissions:
        if each["Principal"] == "events.amazonaws.com":
            assert each["SourceArn"]["Fn::GetAtt"][0] in schedules
            assert any(name in str(each["FunctionName"]) for name in CALLED_BY_THE_CLOCK)
        else:
            assert each["Principal"] == "apigateway.amazonaws.com"
            assert f"'Ref': '{api}'" in str(each["SourceArn"])


def test_no_managed_policy_but_the_gateways(deployment: Deployment) -> None:
    """Rights are written out; only API Gateway insists on a policy of AWS's for its log."""
    managed = [
        policy
        for role in deployment.properties("AWS::IAM::Role")
        for policy in role.get("ManagedPolicyArns", [])
    ]
    assert len(managed) == 1
    assert "AmazonAPIGatewayPushToCloudWatchLogs" in str(managed)
