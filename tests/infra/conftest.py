"""The app, synthesised once; synthesising raises on every finding of the rule packs."""

from pathlib import Path

import pytest

from tests.infra.deployment import Deployment, deployment_of


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
    return deployment_of(assembly, request.param)
