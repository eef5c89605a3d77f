"""The composition root: what is made for AWS."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError

from leadcloud import wiring
from leadcloud.secrets import SecretMissing
from leadcloud.settings import Settings
from leadcloud.wiring import Services

ON_AWS = {
    "LEADCLOUD_STORE": "dynamodb:table",
    "LEADCLOUD_SECRETS": "secretsmanager:secret",
    "LEADCLOUD_ANCHORS": "s3:bucket",
    "LEADCLOUD_DATA_KEYS": "kms:key",
    "LEADCLOUD_EXECUTIONS": "stepfunctions:arn",
    "LEADCLOUD_MAIL": "ses:",
    "LEADCLOUD_TEXTS": "aws:sender",
}
COLLABORATORS: dict[str, Callable[[Services], object]] = {
    "dynamodb": lambda services: services.store,
    "secretsmanager": lambda services: services.secrets,
    "s3": lambda services: services.anchors,
    "kms": lambda services: services.data_keys,
    "stepfunctions": lambda services: services.executions,
    "sesv2": lambda services: services.mailer,
    "pinpoint-sms-voice-v2": lambda services: services.texter,
}


class Secret:
    """A Secrets Manager that holds one secret."""

    def get_secret_value(self, *, SecretId: str) -> Any:  # noqa: N803 AWS's name
        assert SecretId == "secret"
        return {"SecretString": json.dumps({"name": "value"})}


@pytest.mark.parametrize("service", COLLABORATORS)
def test_every_client_of_aws_is_made_alike(monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    """Whatever is asked of AWS is asked by a client with our patience, not with boto3's own."""
    made: list[str] = []

    def noted(name: str) -> object:
        made.append(name)
        return Secret()

    monkeypatch.setattr(wiring, "aws_client", noted)
    COLLABORATORS[service](Services(Settings.from_environment(ON_AWS)))
    assert made == [service]


def test_registers_have_secrets_of_their_own_where_they_are_set(tmp_path: Path) -> None:
    """Where nothing else is said, what registers let us in with lies with the service's own."""
    for name in ("own", "registers"):
        (tmp_path / name).write_text(json.dumps({"name": name}))
    variables = {"LEADCLOUD_STORE": "sqlite:x", "LEADCLOUD_SECRETS": f"file:{tmp_path / 'own'}"}
    apart = variables | {"LEADCLOUD_REGISTER_SECRETS": f"file:{tmp_path / 'registers'}"}
    assert Services(Settings.from_environment(variables)).register_secrets["name"] == "own"
    assert Services(Settings.from_environment(apart)).register_secrets["name"] == "registers"
    assert Services(Settings.from_environment(apart)).secrets["name"] == "own"


def test_secrets_are_read_from_their_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret is a JSON object of names to values, found by the name that is set."""
    monkeypatch.setattr(wiring, "aws_client", lambda _service: Secret())
    assert Services(Settings.from_environment(ON_AWS)).secrets["name"] == "value"


class Manager:
    """A Secrets Manager with one secret, which an operator fills in, and fills in anew."""

    def __init__(self) -> None:
        self.text = "{}"
        self.asked = 0

    def get_secret_value(self, *, SecretId: str) -> Any:  # noqa: N803 AWS's name
        assert SecretId == "secret"
        self.asked += 1
        return {"SecretString": self.text}


def test_secrets_that_are_filled_in_later_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that the clock keeps warm does not miss them until it ends; found, they stay."""
    manager = Manager()
    monkeypatch.setattr(wiring, "aws_client", lambda _service: manager)
    services = Services(Settings.from_environment(ON_AWS))
    with pytest.raises(SecretMissing, match="name"):
        services.secrets["name"]

    manager.text = json.dumps({"name": "value"})
    assert services.secrets["name"] == "value"
    asked = manager.asked
    assert services.secrets["name"] == "value"
    assert manager.asked == asked


@pytest.mark.parametrize("failure", [BotoCoreError(), ValueError()])
def test_what_is_not_read_again_is_missing(
    monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """Whoever asks for a secret that never came is told so, whatever kept it from being asked for."""
    manager = Manager()
    monkeypatch.setattr(wiring, "aws_client", lambda _service: manager)
    secrets = Services(Settings.from_environment(ON_AWS)).secrets

    def failing(**_: object) -> Any:
        raise failure

    monkeypatch.setattr(manager, "get_secret_value", failing)
    with pytest.raises(SecretMissing, match="name"):
        secrets["name"]


def test_libraries_are_quiet_once_a_function_is_wired(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first call of a register, whose URL may hold a phone number."""
    for name, value in ON_AWS.items():
        monkeypatch.setenv(name, value)
    logging.getLogger("httpx").setLevel(logging.NOTSET)

    wiring.services.__wrapped__()

    assert logging.getLogger("httpx").level == logging.WARNING
