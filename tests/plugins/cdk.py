"""The CDK, for tests that synthesise."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.plugins.requirements import require

_RELEASE = Path(__file__).parents[2] / "layers/data/buildings.sqlite"


@pytest.fixture(scope="session")
def cdk() -> Iterator[None]:
    """What synthesising needs."""
    require(
        "the CDK",
        available=find_spec("aws_cdk") is not None,
        install_command="./synth",
    )
    from infra.node import NODE
    from local.synthetic_buildings import ensure_buildings

    # Where there is a building database the layers carry it, and another worker may be making one.
    ensure_buildings(_RELEASE)
    os.environ["JSII_NODE"] = str(NODE)
    yield
    del os.environ["JSII_NODE"]
