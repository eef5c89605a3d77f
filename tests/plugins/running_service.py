"""The whole service as `./run` starts it, in a process of its own and a folder of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """An answer as it came over the wire."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


class RunningService:
    """A service that listens, and what a newcomer finds in its folder."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder
        self.log = folder.parent / f"{folder.name}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "local.run", "--port", str(port), "--data", str(folder)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )
        assert self.process.stdout is not None
        self.first_line = self.process.stdout.readline().decode()
        self.port = int(self.first_line.rsplit(":", 1)[-1] or 0) if self.first_line else 0
        self.demo = json.loads((folder / "demo.json").read_text(encoding="utf-8"))

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = "customer",
        **headers: str,
    ) -> Reply:
        """Send a request as the demo account of that name, and return what came back."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            sent["X-API-Key"] = self.demo["keys"][key]
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            received = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(status=answer.status, headers=received, body=answer.read())
        finally:
            connection.close()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self._reap()

    def stop(self) -> None:
        """Ask it to end."""
        self.process.terminate()
        self._reap()

    def _reap(self) -> None:
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process.wait(timeout=15)


@pytest.fixture(scope="session")
def running_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """One service for all tests that only ask it things."""
    service = RunningService(tmp_path_factory.mktemp("service") / "data")
    yield service
    service.stop()
