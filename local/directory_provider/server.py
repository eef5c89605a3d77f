"""The provider's HTTP server: a token, two searches, and a way to order faults."""

import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from local.directory_provider.faults import FAULTS, WRITERS, FaultPlan, Wire
from local.directory_provider.search import Directory, SearchRefused

_ROUTES = {
    "/v2/contacts/search": "search_contacts",
    "/v2/decision-makers/search": "search_decision_makers",
}


@dataclass(kw_only=True)
class _State:
    """What the handlers of one provider share."""

    directory: Directory
    client_id: str
    client_secret: str
    token_seconds: int
    faults: FaultPlan = field(default_factory=FaultPlan)
    stopping: threading.Event = field(default_factory=threading.Event)
    tokens: dict[str, float] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=lambda: {"search": 0, "token": 0})
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, kind: str) -> None:
        with self.lock:
            self.calls[kind] += 1


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, state: _State) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.state = state

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that goes away in the middle is what the faults are for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One packet per answer: headers and body in two stall on delayed acknowledgements.
    wbufsize = -1
    disable_nagle_algorithm = True

    @property
    def _state(self) -> _State:
        return cast("_Server", self.server).state

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        search = _ROUTES.get(address.path)
        if search is None:
            return self._answer(404, {"error": "not_found"})
        self._state.count("search")
        fault = self._state.faults.take("search")
        if fault == "revoke":
            self._state.tokens.clear()
        if not self._authorised():
            return self._answer(401, {"error": "invalid_token"})
        parameters = parse_qs(address.query, keep_blank_values=True)
        try:
            found = getattr(self._state.directory, search)(parameters, lying=fault == "lie")
        except SearchRefused:
            return self._answer(400, {"error": "invalid_parameter"})
        return self._answer_or_fail(fault, found)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        match self.path:
            case "/token/login":
                self._log_in(body)
            case "/_control":
                self._order_fault(body)
            case _:
                self._answer(404, {"error": "not_found"})

    def _log_in(self, body: bytes) -> None:
        self._state.count("token")
        form = {name: values[-1] for name, values in parse_qs(body.decode("utf-8")).items()}
        wanted = {
            "grant_type": "client_credentials",
            "client_id": self._state.client_id,
            "client_secret": self._state.client_secret,
        }
        if form != wanted:
            return self._answer(401, {"error": "invalid_client"})
        token = secrets.token_urlsafe(24)
        self._state.tokens[token] = time.monotonic() + self._state.token_seconds
        # A string, as the Finnish provider whose interface this follows has it.
        lifetime = str(self._state.token_seconds)
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": lifetime}
        return self._answer_or_fail(self._state.faults.take("token"), answer)

    def _order_fault(self, body: bytes) -> None:
        order = {"times": 1, "on": "search", **json.loads(body)}
        if order.get("fault") not in FAULTS or order["on"] not in ("search", "token"):
            return self._answer(400, {"error": "unknown_fault"})
        self._state.faults.order(order["fault"], int(order["times"]), order["on"])
        return self._answer(200, {"ordered": order})

    def _authorised(self) -> bool:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        return self._state.tokens.get(token, 0.0) > time.monotonic()

    def _answer_or_fail(self, fault: str | None, answer: dict[str, Any]) -> None:
        write = WRITERS.get(fault or "")
        if write is None:
            return self._answer(200, answer)
        self.close_connection = True
        wire = Wire(out=self.wfile, stopping=self._state.stopping)
        return write(wire, json.dumps(answer).encode("utf-8"))

    def _answer(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer, ensure_ascii=False).encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Log nothing: the request line holds what was searched for."""


class DirectoryProvider:
    """The running provider."""

    def __init__(self, server: _Server) -> None:
        self._server = server
        self._thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()
        self.base_url = f"http://127.0.0.1:{server.server_port}"
        self.client_id = server.state.client_id
        self.client_secret = server.state.client_secret
        self.directory = server.state.directory

    def calls(self, kind: str) -> int:
        """Return how many calls came on a route, `search` or `token`."""
        return self._server.state.calls[kind]

    def stop(self) -> None:
        """Stop answering and free the port."""
        self._server.state.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def start_directory_provider(
    *,
    client_id: str,
    client_secret: str,
    port: int = 0,
    seed: int = 1,
    token_seconds: int = 3_600,
) -> DirectoryProvider:
    """Start the provider on a loopback port; 0 lets the system choose one.

    Raises:
        OSError: The port is taken.
    """
    state = _State(
        directory=Directory.drawn(seed),
        client_id=client_id,
        client_secret=client_secret,
        token_seconds=token_seconds,
    )
    return DirectoryProvider(_Server(port, state))
