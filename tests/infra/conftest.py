"""The app, synthesised once; synthesising raises on every finding of the rule packs."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.infra.deployment import Deployment


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

    return Deployment(
        folder=assembly,
        data=template("Data"),
        service=template("Service"),
        cost=template("Cost"),
    )
