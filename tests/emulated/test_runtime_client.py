"""Deployed functions under the runtime client that AWS runs them with."""

import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.emulated.conftest import ACCOUNT, REGION, Deployed
from tests.plugins.ministack import BARE_PYTHON
from tests.plugins.requirements import require

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

CLIENT = ("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py")
"""What the runtime brings; everything else comes from the function's own layers."""
HEALTH = {
    "httpMethod": "GET",
    "path": "/health",
    "headers": {},
    "requestContext": {"requestId": "request-1", "path": "/prod/health"},
}


@dataclass
class Runtime:
    """The runtime interface of one execution environment.

    Source: AWS, "Using the Lambda runtime API for custom runtimes".
    """

    port: int = 0
    events: "queue.Queue[str]" = field(default_factory=queue.Queue)
    answers: "queue.Queue[tuple[str, Any]]" = field(default_factory=queue.Queue)

    def call(self, event: Any) -> tuple[str, Any]:
        """Hand an event over; return what came of it, and the answer."""
        self.events.put(json.dumps(event))
        return self.answers.get(timeout=60)


@pytest.fixture
def runtime() -> Iterator[Runtime]:
    """Serve the interface."""
    runtime = Runtime()

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._send(200, runtime.events.get())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            runtime.answers.put((self.path.rpartition("/")[2], json.loads(body)))
            self._send(202, "{}")

        def _send(self, status: int, text: str) -> None:
            self.send_response(status)
            self.send_header(
                "Lambda-Runtime-Aws-Request-Id", "00000000-0000-4000-8000-000000000000"
            )
            self.send_header("Lambda-Runtime-Deadline-Ms", str(round((time.time() + 15) * 1000)))
            self.send_header(
                "Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:local:0:function:f"
            )
            self.send_header("Content-Type", "application/json")  # the client waits for it
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    runtime.port = server.server_port
    serving = threading.Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    yield runtime
    server.shutdown()
    serving.join()
    runtime.events.put("{}")  # for a client that still waits
    server.server_close()


@pytest.fixture
def started(
    request: pytest.FixtureRequest, runtime: Runtime, deployed: Deployed, tmp_path: Path
) -> Iterator[Runtime]:
    """Start the function that the test names, with nothing but its asset and its layers."""
    require(
        "awslambdaric",
        available=find_spec("awslambdaric") is not None,
        install_command="uv sync --group dev",
    )
    function = deployed.deployment.functions()[request.param]
    asset = deployed.deployment.asset(function)
    layers = [str(layer / "python") for layer in deployed.deployment.layers(function)]
    environment = {
        **deployed.emulator.variables(request.param),
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{runtime.port}",
        "AWS_LAMBDA_FUNCTION_NAME": request.param,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_ENDPOINT_URL": deployed.emulator.endpoint,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "LAMBDA_TASK_ROOT": str(asset),
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join([str(asset), *layers, str(_client(tmp_path))]),
    }
    handler = function["Properties"]["Handler"]
    process = subprocess.Popen(
        [BARE_PYTHON, "-m", "awslambdaric", handler], cwd=asset, env=environment
    )
    yield runtime
    process.terminate()
    process.wait()


def _client(folder: Path) -> Path:
    """Return a folder with the runtime's client and nothing else of this environment."""
    for name in CLIENT:
        found = find_spec(name)
        assert found
        assert found.origin
        origin = Path(found.origin)
        part = origin.parent if origin.name == "__init__.py" else origin
        (folder / part.name).symlink_to(part)
    return folder


@pytest.mark.parametrize("started", ["pages"], indirect=True)
def test_an_instance_answers_event_after_event(started: Runtime) -> None:
    """What it brings is enough to start, and what it keeps from one event does not spoil the next."""
    for _ in range(3):
        outcome, answer = started.call(HEALTH)
        assert (outcome, answer["statusCode"], json.loads(answer["body"])) == (
            "response",
            200,
            {"status": "ok"},
        )


@pytest.mark.parametrize("started", ["authorizer"], indirect=True)
def test_a_refusal_is_the_word_that_the_gateway_goes_by(started: Runtime) -> None:
    """An unknown key ends in the one error message that API Gateway makes a 401 of."""
    event = {"headers": {"X-API-Key": "lc_aaaaaaaaaaaa_" + "a" * 32}, "methodArn": "arn/prod/GET/x"}
    outcome, answer = started.call(event)
    assert (outcome, answer["errorType"]) == ("error", "Unauthorized")
    assert answer["errorMessage"] == "Unauthorized"
