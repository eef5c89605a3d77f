"""Fakes of the adapters' collaborators."""

import socketserver
import threading
from collections.abc import Callable, Iterator

import pytest

from leadcloud.clock import Deadline, SetClock


@pytest.fixture
def deadline(clock: SetClock) -> Deadline:
    """Leave five seconds on that clock."""
    return Deadline.after(5, clock)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    answers: list[bytes]
    requests: list[bytes]


class _Answering(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        server = self.server
        assert isinstance(server, _Server)
        server.requests.append(self.request.recv(65_536))
        self.request.sendall(server.answers.pop(0))


class Answers:
    """A server that sends bytes as they are, one answer for each connection."""

    def __init__(self, server: _Server) -> None:
        self.url = f"http://127.0.0.1:{server.server_address[1]}/answers"
        self.requests = server.requests


@pytest.fixture
def answering() -> Iterator[Callable[..., Answers]]:
    """Return what starts a server with the given raw answers."""
    servers: list[_Server] = []

    def start(*answers: bytes) -> Answers:
        server = _Server(("127.0.0.1", 0), _Answering)
        server.answers, server.requests = list(answers), []
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return Answers(server)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
