"""What every function has."""

from leadcloud.http.routes import ROUTES
from tests.infra.deployment import Deployment


def test_there_is_a_function_for_every_route(deployment: Deployment) -> None:
    """The route table decides which functions there are; the authorizer comes on top."""
    assert set(deployment.functions()) == {"authorizer", *(route.function for route in ROUTES)}


def test_every_function_runs_as_decided(deployment: Deployment) -> None:
    """arm64, python3.13, traced, and with a timeout below API Gateway's."""
    for name, function in deployment.functions().items():
        properties = function["Properties"]
        assert properties["Architectures"] == ["arm64"]
        assert properties["Runtime"] == "python3.13"
        assert properties["Handler"] == f"functions.{name}.handler.lambda_handler"
        assert properties["TracingConfig"] == {"Mode": "Active"}
        assert properties["Timeout"] <= 29
        assert properties["MemorySize"] >= 512


def test_every_log_ends_some_day(deployment: Deployment) -> None:
    """Each function writes to a log group of its own, which forgets."""
    groups = deployment.of_type("AWS::Logs::LogGroup")
    used = [
        each["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
        for each in deployment.functions().values()
    ]
    assert len(set(used)) == len(used)
    assert set(used) < set(groups)
    assert all(group["Properties"]["RetentionInDays"] <= 90 for group in groups.values())


def test_the_environment_holds_names_only(deployment: Deployment) -> None:
    """A function is told where its secrets are, never what they are."""
    for function in deployment.functions().values():
        variables = function["Properties"]["Environment"]["Variables"]
        assert set(variables) == {
            "LEADCLOUD_DATA",
            "LEADCLOUD_DOCUMENTS",
            "LEADCLOUD_SECRETS",
            "LEADCLOUD_STORE",
        }
        store, secrets = variables["LEADCLOUD_STORE"], variables["LEADCLOUD_SECRETS"]
        assert store["Fn::Join"][1][0] == "dynamodb:"
        assert secrets["Fn::Join"][1][0] == "secretsmanager:"
        for value in (store, secrets):
            (place,) = value["Fn::Join"][1][1:]
            assert list(place) == ["Fn::ImportValue"]
