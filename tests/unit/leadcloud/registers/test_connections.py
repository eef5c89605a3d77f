"""Connections are kept for the next call, and waited for until the deadline only."""

import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from leadcloud.clock import Deadline, SystemClock
from leadcloud.registers.connections import KeptConnections

pytestmark = pytest.mark.loopback

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
WHOLE = HEAD + b"Content-Length: 2\r\n\r\n{}"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"


class Server(socketserver.ThreadingTCPServer):
    """Answers every request on a connection with the same bytes, and counts connections."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self, raw: bytes, *, context: ssl.SSLContext | None, drip: bool, late: bytes
    ) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.raw, self.context, self.drip, self.late = raw, context, drip, late
        self.connections = 0
        self.hang_up = threading.Event()
        scheme = "http" if context is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self.server_address[1]}/"
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


class Handler(socketserver.BaseRequestHandler):
    """One connection."""

    def handle(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        server.connections += 1
        line = self.request
        try:
            if server.context is not None:
                line = server.context.wrap_socket(line, server_side=True)
            while not server.hang_up.is_set() and line.recv(65_536):
                self.send(line, server)
                if b"Connection: close" in server.raw:
                    return
        except OSError:
            return
        finally:
            line.close()

    def send(self, line: socket.socket, server: Server) -> None:
        """Send the answer, at once or byte by byte."""
        if not server.drip:
            line.sendall(server.raw)
            time.sleep(0.05 if server.late else 0)
            line.sendall(server.late)
            return
        for at in range(len(server.raw)):
            line.sendall(server.raw[at : at + 1])
            time.sleep(0.05)


Start = Callable[..., Server]


@pytest.fixture
def start() -> Iterator[Start]:
    """Return what starts a server."""
    servers: list[Server] = []

    def start(
        raw: bytes,
        *,
        context: ssl.SSLContext | None = None,
        drip: bool = False,
        late: bytes = b"",
    ) -> Server:
        servers.append(Server(raw, context=context, drip=drip, late=late))
        return servers[-1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a key and a certificate for this machine, signed by nobody."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def by_tls(certificate: Path) -> ssl.SSLContext:
    """The server's side."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def connections() -> Iterator[KeptConnections]:
    """Connections that trust nobody's certificates but the usual ones."""
    kept = KeptConnections(ssl.create_default_context())
    yield kept
    kept.close()


def call(connections: KeptConnections, url: str, *, seconds: float = 5) -> bytes:
    """Return the body of an answer."""
    request = httpx.Request(
        "GET", url, extensions={"deadline": Deadline.after(seconds, SystemClock())}
    )
    response = connections.handle_request(request)
    try:
        return b"".join(response.iter_raw())
    finally:
        response.close()


@pytest.mark.parametrize("raw", [WHOLE, CHUNKED], ids=["length", "chunked"])
def test_a_connection_is_used_again(connections: KeptConnections, start: Start, raw: bytes) -> None:
    """Opening one costs more than a call."""
    server = start(raw)

    assert [call(connections, server.url) for _ in range(3)] == [b"{}"] * 3
    assert server.connections == 1


def test_a_connection_that_was_closed_meanwhile_is_replaced(
    connections: KeptConnections, start: Start
) -> None:
    """Servers close what was silent for a while; that costs no call."""
    server = start(WHOLE)
    call(connections, server.url)
    server.hang_up.set()
    (kept,) = (each for idle in connections._idle.values() for each in idle)
    kept.sock.sendall(b"\r\n")
    # Its last answer, and the end of the connection.
    time.sleep(0.2)
    server.hang_up.clear()

    assert call(connections, server.url) == b"{}"
    assert server.connections == 2


def test_a_connection_with_more_on_it_is_not_used_again(
    connections: KeptConnections, start: Start
) -> None:
    """What a server sends unasked must not be taken for the answer to the next call."""
    server = start(WHOLE, late=WHOLE)
    call(connections, server.url)
    time.sleep(0.2)

    call(connections, server.url)

    assert server.connections == 2


def test_half_a_body_is_no_body(connections: KeptConnections, start: Start) -> None:
    """A connection that ends too soon has delivered nothing, and is not kept."""
    server = start(HEAD + b"Content-Length: 3\r\nConnection: close\r\n\r\n{}")

    with pytest.raises(httpx.RemoteProtocolError):
        call(connections, server.url, seconds=1)

    assert not any(connections._idle.values())


@pytest.mark.parametrize("encrypted", [False, True])
def test_no_drip_outlasts_the_deadline(
    start: Start, by_tls: ssl.SSLContext, certificate: Path, *, encrypted: bool
) -> None:
    """A byte now and then, be it of a header, buys no time."""
    server = start(WHOLE, context=by_tls if encrypted else None, drip=True)
    trusting = KeptConnections(ssl.create_default_context(cafile=str(certificate)))
    begun = time.monotonic()

    with pytest.raises(httpx.TimeoutException):
        call(trusting, server.url.replace("127.0.0.1", "localhost"), seconds=0.5)

    assert time.monotonic() - begun < 1.5


def test_tls_is_spoken_with_whoever_proves_its_name(
    start: Start, by_tls: ssl.SSLContext, certificate: Path
) -> None:
    """Its certificate is checked, and the connection kept as any other."""
    server = start(WHOLE, context=by_tls)
    trusting = KeptConnections(ssl.create_default_context(cafile=str(certificate)))
    url = server.url.replace("127.0.0.1", "localhost")

    assert [call(trusting, url) for _ in range(2)] == [b"{}"] * 2
    assert server.connections == 1
    trusting.close()


def test_an_unknown_certificate_is_refused(
    connections: KeptConnections, start: Start, by_tls: ssl.SSLContext
) -> None:
    """Nothing is sent to a server that may be somebody else's."""
    server = start(WHOLE, context=by_tls)

    with pytest.raises(httpx.ConnectError):
        call(connections, server.url.replace("127.0.0.1", "localhost"))
