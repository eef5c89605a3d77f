"""An emulator of AWS on this machine. Nothing of it is durable, and IAM is not enforced."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from tests.plugins.requirements import require

BARE_PYTHON = f"{sys.base_prefix}/bin/python3"
"""The interpreter outside of the virtual environment. ministack runs functions on its own, and
they must find nothing but what their layers hold."""
START = """
import runpy, sys
sys.path.append(sys.argv.pop())
from ministack.services import waf
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

def associate(name, properties, _stack):
    waf._associate_web_acl(properties)
    return name, {}

def note(name, _properties, _stack):
    return name, {"Arn": name}

_RESOURCE_HANDLERS["AWS::WAFv2::WebACLAssociation"] = {"create": associate}
alarms = _RESOURCE_HANDLERS["AWS::CloudWatch::Alarm"]

def watch(name, properties, stack):
    make = note if "Metrics" in properties else alarms["create"]
    return make(name, properties, stack)

_RESOURCE_HANDLERS["AWS::CloudWatch::Alarm"] = {**alarms, "create": watch}
for kind in ("AWS::CloudWatch::CompositeAlarm", "AWS::Logs::QueryDefinition"):
    _RESOURCE_HANDLERS[kind] = {"create": note}
runpy.run_module("ministack", run_name="__main__")
"""
"""It can associate, and its CloudFormation does not know. It makes no alarms of
sums or of alarms, and no saved queries: they are noted, and no function depends on them."""


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start ministack on a free port of this machine and return its address."""
    require(
        "ministack",
        available=find_spec("ministack") is not None,
        install_command="uv sync --group dev",
    )
    packages = str(Path(httpx.__file__).parents[1])
    port = _free_port()
    log = tmp_path_factory.mktemp("ministack") / "log"
    environment = os.environ | {
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "TMPDIR": str(log.parent),
    }
    with log.open("w") as output:
        server = subprocess.Popen(
            [BARE_PYTHON, "-c", START, packages], env=environment, stdout=output, stderr=output
        )
    try:
        endpoint = f"http://127.0.0.1:{port}"
        _await_answer(endpoint, server)
        yield endpoint
    finally:
        server.terminate()
        server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


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
