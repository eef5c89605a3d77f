"""What each function may do."""

from tests.infra.deployment import Deployment, listed

OWN_LOG_AND_TRACE = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
RIGHTS = {
    "authorizer": {"dynamodb:GetItem", "kms:Decrypt", "secretsmanager:GetSecretValue"},
    "buildings": set(),
    "dsar_router": {
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
        "kms:Decrypt",
        "secretsmanager:GetSecretValue",
    },
    "pages": set(),
    "search": {
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "kms:Decrypt",
        "secretsmanager:GetSecretValue",
    },
}


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
    """Actions and resources are named; X-Ray alone has no resources that one could name."""
    for _, statement in deployment.statements():
        actions = listed(statement["Action"])
        assert not [action for action in actions if "*" in action]
        if "*" in str(statement["Resource"]):
            assert {action.split(":")[0] for action in actions} == {"xray"}


def test_the_key_is_used_through_the_services_only(deployment: Deployment) -> None:
    """No function can decrypt with the key by itself."""
    for _, statement in deployment.statements():
        if any(action.startswith("kms:") for action in listed(statement["Action"])):
            assert list(statement["Condition"]["StringEquals"]) == ["kms:ViaService"]


def test_only_api_gateway_may_call_the_functions(deployment: Deployment) -> None:
    """Nobody else is let in, and the gateway only from this API."""
    permissions = deployment.properties("AWS::Lambda::Permission")
    assert {each["Principal"] for each in permissions} == {"apigateway.amazonaws.com"}
    (api,) = deployment.of_type("AWS::ApiGateway::RestApi")
    assert all(f"'Ref': '{api}'" in str(each["SourceArn"]) for each in permissions)


def test_no_managed_policy_but_the_gateways(deployment: Deployment) -> None:
    """Rights are written out; only API Gateway insists on a policy of AWS's for its log."""
    managed = [
        policy
        for role in deployment.properties("AWS::IAM::Role")
        for policy in role.get("ManagedPolicyArns", [])
    ]
    assert len(managed) == 1
    assert "AmazonAPIGatewayPushToCloudWatchLogs" in str(managed)
