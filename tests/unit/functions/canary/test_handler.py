"""The canary, on a service whose every answer a test chooses."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from functions.canary.handler import lambda_handler, try_out
from leadcloud.registers.canary import ACCOUNT, PERSONS
from leadcloud.secrets import Secrets
from leadcloud.settings import Settings
from leadcloud.wiring import Services

pytestmark = pytest.mark.loopback

FOUND = {"sources": [{"state": "ok"}], "contacts": [{} for _ in PERSONS]}


@dataclass
class Front:
    """The service's front door."""

    health: tuple[int, Any] = (200, {"status": "ok"})
    search: tuple[int, Any] = (200, FOUND)
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    port: int = 0


@pytest.fixture
def front() -> Iterator[Front]:
    """Listen, and answer as the test says."""
    front = Front()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(*front.health)

        def do_POST(self) -> None:
            self._answer(*front.search)

        def _answer(self, status: int, body: Any) -> None:
            asked = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            front.asked.append((self.path, dict(self.headers), json.loads(asked or "null")))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    front.port = server.server_port
    serving = threading.Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    yield front
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def canary(settings: Settings, front: Front) -> Services:
    """What the canary works with."""
    services = Services(replace(settings, base_url=f"http://127.0.0.1:{front.port}/prod"))
    services.secrets = Secrets({"canary_key": "key-of-the-canary"})
    return services


def logged(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    """Return what was logged, and the reason where there is one."""
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    return [(line["message"], line.get("reason", "")) for line in lines]


def test_a_service_that_answers_is_well(
    canary: Services, front: Front, capsys: pytest.CaptureFixture[str]
) -> None:
    """Health without a key, then a search of the synthetic register with the canary's own."""
    assert try_out(canary)
    (health, _, _), (search, headers, body) = front.asked
    assert (health, search) == ("/prod/health", "/prod/v1/search")
    assert headers["X-Api-Key"] == "key-of-the-canary"
    assert body["registers"] == [ACCOUNT]
    assert [event for event, _ in logged(capsys)] == [
        "CANARY_STEP_PASSED",
        "CANARY_STEP_PASSED",
        "CANARY_PASSED",
    ]


def test_every_search_is_a_new_one(canary: Services, front: Front) -> None:
    """An Idempotency-Key of before would be answered without searching."""
    try_out(canary)
    try_out(canary)
    keys = [headers["Idempotency-Key"] for path, headers, _ in front.asked if "search" in path]
    assert len(set(keys)) == 2


@pytest.mark.parametrize(
    ("step", "answer", "reason"),
    [
        ("health", (200, {"status": "ill"}), "not_healthy"),
        ("health", (200, b"<html>"), "not_json"),
        ("health", (200, []), "not_json"),
        ("search", (503, {}), "status_503"),
        ("search", (401, {}), "status_401"),
        ("search", (202, FOUND), "not_json"),
        ("search", (200, FOUND | {"sources": [{"state": "timeout"}]}), "source_not_ok"),
        ("search", (200, {}), "source_not_ok"),
        ("search", (200, FOUND | {"contacts": [{}]}), "contacts_missing"),
    ],
)
def test_anything_else_is_a_failure(
    canary: Services,
    front: Front,
    capsys: pytest.CaptureFixture[str],
    step: str,
    answer: tuple[int, Any],
    reason: str,
) -> None:
    """What did not come as it should is told by a code, and nothing that went well is counted."""
    setattr(front, step, answer)
    assert not try_out(canary)
    events = logged(capsys)
    assert events[-1] == ("CANARY_FAILED", reason)
    assert ("CANARY_PASSED", "") not in events


def test_nobody_there_is_a_failure(canary: Services, capsys: pytest.CaptureFixture[str]) -> None:
    """A port at which nobody listens fails the canary."""
    canary.settings = replace(canary.settings, base_url="http://127.0.0.1:9")
    assert not try_out(canary)
    assert logged(capsys) == [("CANARY_FAILED", "unreachable")]


def test_a_canary_without_a_key_says_so(
    canary: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    """Until the operator has entered it, the canary is no sign of life."""
    canary.secrets = Secrets({})
    assert not try_out(canary)
    assert logged(capsys)[-1] == ("CANARY_FAILED", "canary_key")


def test_a_new_key_is_used_from_the_next_call_on(
    front: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An instance that is called every five minutes would keep a revoked one for hours."""
    secret = tmp_path / "canary.json"
    for name, value in {
        "STORE": f"sqlite:{tmp_path / 'store.sqlite'}",
        "SECRETS": f"file:{secret}",
        "BASE_URL": f"http://127.0.0.1:{front.port}",
    }.items():
        monkeypatch.setenv(f"LEADCLOUD_{name}", value)

    for key in ("the-former", "the-new"):
        secret.write_text(json.dumps({"canary_key": key}))
        lambda_handler({}, None)

    presented = [headers.get("X-Api-Key") for path, headers, _ in front.asked if "search" in path]
    assert presented == ["the-former", "the-new"]
