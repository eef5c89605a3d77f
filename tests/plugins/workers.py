"""Tests side by side: what is started once for a session is started in one worker only.

`./test` runs three workers for two processors, each of which takes a file of tests at a time. Where files,
or single kinds of a parameter, share something expensive, they are taken together.
"""

import os
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "the templates": ("tests/infra/",),
    "the emulator": ("tests/emulated/", "[ministack", "test_books_in_dynamodb"),
    "the service": (
        "tests/api/test_answers_at_once.py",
        "tests/api/test_canary.py",
        "tests/api/test_fuzzing.py",
        "tests/api/test_hostile_input.py",
        "tests/api/test_ogc_clients.py",
        "tests/api/test_readme.py",
        "tests/api/test_run_command.py",
        "tests/browser/",
        "test_case_30_a_running_service_leaks_nothing",
    ),
    "the customer's database": ("[postgresql", "tests/contract/test_register_contract.py"),
}
"""What is shared, with the beginnings of paths and of parameters that use it."""


def shared_by(nodeid: str) -> str:
    """Return what a test shares with others; its file where that is nothing expensive."""
    for shared, users in TOGETHER.items():
        if any(user in nodeid for user in users):
            return shared
    return nodeid.partition("::")[0]


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Refuse tests that are called otherwise in every worker, which would end the run there."""
    unstable = [item.nodeid for item in items if " at 0x" in item.nodeid]
    if unstable:
        raise pytest.UsageError(f"give the parameters ids that hold no address: {unstable}")


if find_spec("xdist"):  # the hooks are unknown to a pytest without it

    def pytest_xdist_auto_num_workers() -> int:
        """Fill the sixth of the time in which tests wait, mostly for servers that hang on purpose."""
        return (os.cpu_count() or 1) * 3 // 2

    def pytest_xdist_make_scheduler(config: Any, log: Any) -> "LoadScopeScheduling":
        """Deal the tests out as they share.

        pytest-xdist's own mark for groups does nothing under pytest 9.2 (pytest-xdist 3.8.0).
        """
        from xdist.scheduler import LoadScopeScheduling

        class BySharing(LoadScopeScheduling):  # type: ignore[misc]  # xdist is not typed
            def _split_scope(self, nodeid: str) -> str:
                return shared_by(nodeid)

        return BySharing(config, log)
