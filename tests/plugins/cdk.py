"""The CDK, for tests that synthesise."""

import os
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

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
