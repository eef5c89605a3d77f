"""What every function has."""

from leadcloud.http.routes import ROUTES
from tests.infra.deployment import Deployment

STEPS = "dsar_router.steps"
LONG = {"accounts.metering": 300, "collector": 900}
"""Seconds of those who may go through everything."""
UNSEEN = {"authorizer", "canary", "accounts.sweeper", STEPS, *LONG}
"""What no caller of the API calls."""


def test_there_is_a_function_for_every_route(deployment: Deployment) -> None:
    """The route table decides which functions there are; what no caller calls comes on top."""
    expected = UNSEEN | {route.function for route in ROUTES}
    assert set(deployment.functions()) == expected


def test_every_function_runs_as_decided(deployment: Deployment) -> None:
    """arm64, python3.13, traced, and with a timeout of its caller's at most."""
    for name, function in deployment.functions().items():
        properties = function["Properties"]
        assert properties["Architectures"] == ["arm64"]
        assert properties["Runtime"] == "python3.13"
        module = name if "." in name else f"{name}.handler"
        assert properties["Handler"] == f"functions.{module}.lambda_handler"
        assert properties["TracingConfig"] == {"Mode": "Active"}
        assert properties["Timeout"] <= LONG.get(name, 60 if name in UNSEEN else 29)
        assert properties["MemorySize"] >= 512


def test_no_call_of_aws_outlasts_its_function(deployment: Deployment) -> None:
    """A call that fails takes twelve seconds (tests/unit/leadcloud/test_aws.py), and is told of."""
    for function in deployment.functions().values():
        assert function["Properties"]["Timeout"] > 12


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


def test_the_environment_is_what_a_function_reads(deployment: Deployment) -> None:
    """A function is told what its rights are for, and where its secrets are, never what they are."""
    everywhere = {
        "LEADCLOUD_DATA",
        "LEADCLOUD_DOCUMENTS",
        "LEADCLOUD_SECRETS",
        "LEADCLOUD_STORE",
    }
    handling = {
        "LEADCLOUD_BASE_URL",
        "LEADCLOUD_DATA_KEYS",
        "LEADCLOUD_EXECUTIONS",
        "LEADCLOUD_MAIL",
        "LEADCLOUD_MAIL_SENDER",
        "LEADCLOUD_PRIVACY_CONTACT",
        "LEADCLOUD_TEXTS",
    }
    more = {
        "accounts": {"LEADCLOUD_DATA_KEYS"},
        "accounts.metering": {"LEADCLOUD_METERING"},
        "authorizer": {"LEADCLOUD_USAGE_KEYS"},
        "canary": {"LEADCLOUD_BASE_URL"},
        "collector": {"LEADCLOUD_COLLECTION", "LEADCLOUD_RELEASES"},
        "dsar_router": handling,
        STEPS: handling | {"LEADCLOUD_ANCHORS"},
        "search": {"LEADCLOUD_REGISTER_SECRETS"},
    }
    for name, function in deployment.functions().items():
        variables = function["Properties"]["Environment"]["Variables"]
        assert set(variables) == everywhere | more.get(name, set())
        store, secrets = variables["LEADCLOUD_STORE"], variables["LEADCLOUD_SECRETS"]
        assert store["Fn::Join"][1][0] == "dynamodb:"
        assert secrets["Fn::Join"][1][0] == "secretsmanager:"
        for value in (store, secrets):
            (place,) = value["Fn::Join"][1][1:]
            assert list(place) == ["Fn::ImportValue"]
