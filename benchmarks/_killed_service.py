"""`./run` on a folder, killed as a power cut would and started again, and callers that do not give up."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Thread
from typing import Any

from leadcloud.clock import SystemClock
from leadcloud.store.sqlite import SqliteStore


class KilledService:
    """The service, as often as it must be started."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.port = 0
        self._environment = environment
        self.start()

    def start(self) -> None:
        """Start it where it was before."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "local.run", "--port", str(self.port), "--data", self.folder],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | self._environment,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.port = int(line.rsplit(":", 1)[-1])
        self._draining = Thread(target=self.process.stdout.read, daemon=True)
        self._draining.start()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._draining.join()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def store(self) -> SqliteStore:
        """Open its records."""
        return SqliteStore(self.folder / "leadcloud.sqlite", SystemClock())

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, Any]:
        """Post until there is an answer, across deaths."""
        while True:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
            try:
                connection.request(
                    "POST", path, body, {"Content-Type": "application/json", **headers}
                )
                answer = connection.getresponse()
                parsed = json.loads(answer.read())
            except (OSError, HTTPException, ValueError):
                time.sleep(0.05)
                continue
            finally:
                connection.close()
            if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                return answer.status, parsed
            time.sleep(0.05)
