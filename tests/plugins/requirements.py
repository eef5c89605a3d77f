"""Components that a machine may lack: their tests are skipped, or fail where all must be there."""

import os

import pytest


def require(component: str, *, available: bool, install_command: str) -> None:
    """Skip the test where a component is missing; fail it where LEADCLOUD_REQUIRE_ALL is 1."""
    if available:
        return
    reason = f"{component} is missing; install it with: {install_command}"
    if os.environ.get("LEADCLOUD_REQUIRE_ALL") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
