"""An emulator of AWS on this machine. Nothing of it is durable, and IAM is not enforced."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from tests.free_port import free_port
from tests.plugins.requirements import require

BARE_PYTHON = f"{sys.base_prefix}/bin/python3"
"""The interpreter outside of the virtual environment. ministack runs functions on its own, and
they must find nothing but what their layers hold."""
LAUNCHER = Path(__file__).with_name("emulator.py")


@pytest.fixture(scope="session")
def ministack_notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where ministack notes the requests of those who tell their name."""
    return tmp_path_factory.mktemp("ministack") / "notes.jsonl"


@pytest.fixture(scope="session")
def ministack(ministack_notes: Path) -> Iterator[str]:
    """Start ministack on a free port of this machine and return its address."""
    require(
        "ministack",
        available=find_spec("ministack") is not None,
        install_command="uv sync --group dev",
    )
    packages = str(Path(httpx.__file__).parents[1])
    port = free_port()
    log = ministack_notes.with_name("log")
    environment = os.environ | {
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "TMPDIR": str(log.parent),
    }
    with log.open("w") as output:
        server = subprocess.Popen(
            [BARE_PYTHON, str(LAUNCHER), packages, str(ministack_notes)],
            env=environment,
            stdout=output,
            stderr=output,
        )
    try:
        endpoint = f"http://127.0.0.1:{port}"
        _await_answer(endpoint, server)
        yield endpoint
    finally:
        server.terminate()
        server.wait()


def _await_answer(endpoint: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None, "ministack ended before it answered"
        try:
            httpx.get(f"{endpoint}/_ministack/health")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("ministack does not answer")
