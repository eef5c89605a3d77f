"""Pages in a real Chromium, driven by the scripts of this folder."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.requirements import require

HERE = Path(__file__).parent

InChromium = Callable[..., Any]


@pytest.fixture(scope="session")
def node() -> str:
    """Node with the packages of this folder."""
    program = _wheel_node() or shutil.which("node")
    ready = program is not None and (HERE / "node_modules" / "axe-core").is_dir()
    require(
        "The browser tests' packages",
        available=ready,
        install_command="cd tests/browser && npm install --no-package-lock",
    )
    return str(program)


def _wheel_node() -> str | None:
    """Return the node that comes with the infra group, where that is installed."""
    try:
        from infra.node import NODE
    except ImportError:
        return None
    return str(NODE)


@pytest.fixture(scope="session")
def in_chromium(node: str) -> InChromium:
    """Run a script with arguments, and return what it found.

    With LEADCLOUD_SCREENSHOTS=DIR it leaves pictures there, which take longer than all the rest.
    """
    chromium = shutil.which("chromium")
    require("Chromium", available=chromium is not None, install_command="apt-get install chromium")

    def run(script: str, *arguments: str) -> Any:
        pictures = os.environ.get("LEADCLOUD_SCREENSHOTS")
        done = subprocess.run(
            [node, script, *arguments, str(chromium), *([pictures] if pictures else [])],
            cwd=HERE,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run
