"""The whole service as `./run` starts it, in a process of its own and a folder of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 30
"""Seconds for what takes one or two on an idle machine."""

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
        """Everything that the service has written."""
        start = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "local.run", "--port", str(port), "--data", str(folder)],
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )
        self.first_line = self._first_line(start)
        self.port = int(self.first_line.rsplit(":", 1)[-1])
        self.demo = json.loads((folder / "demo.json").read_text(encoding="utf-8"))

    def _first_line(self, start: int) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            line, end, _ = self.log.read_text(encoding="utf-8")[start:].partition("\n")
            if end:
                return line
            time.sleep(0.02)
        raise AssertionError(self.log.read_text(encoding="utf-8")[start:] or "it said nothing")

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
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            received = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(status=answer.status, headers=received, body=answer.read())
        finally:
            connection.close()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self) -> None:
        """Ask it to end."""
        self.process.terminate()
        self.process.wait(PATIENCE)


@pytest.fixture(scope="session")
def running_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """One service for all tests that only ask it things."""
    service = RunningService(tmp_path_factory.mktemp("service") / "data")
    yield service
    service.stop()
