"""The app, synthesised once; synthesising raises on every finding of the rule packs."""

import json
import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.infra.deployment import Deployment
from tests.plugins.requirements import require


@pytest.fixture(scope="session")
def cdk() -> Iterator[None]:
    """What synthesising needs."""
    require(
        "the CDK",
        available=find_spec("aws_cdk") is not None,
        install_command="./synth",
    )
    from infra.node import NODE

    os.environ["JSII_NODE"] = str(NODE)
    yield
    del os.environ["JSII_NODE"]


@pytest.fixture(scope="session")
def assembly(cdk: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the templates and assets."""
    from app import build

    folder = tmp_path_factory.mktemp("cdk")
    build(str(folder)).synth()
    return folder


@pytest.fixture(scope="session", params=["Dev", "Prod"])
def deployment(assembly: Path, request: pytest.FixtureRequest) -> Deployment:
    """One deployment, as it was synthesised."""

    def template(kind: str) -> dict[str, Any]:
        text = (assembly / f"LeadCloud{request.param}{kind}.template.json").read_text()
        found: dict[str, Any] = json.loads(text)
        return found

    return Deployment(folder=assembly, data=template("Data"), service=template("Service"))
