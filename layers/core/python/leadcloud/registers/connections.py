"""Connections to other parties' servers: kept open, and waited for until a deadline and no longer.

An httpx transport over the standard library's HTTP client. httpx's own takes twice the processor time
for the same call, and bounds each single read: a server that sends a byte now and then, be it of a
header, would hold it for as long as it likes (docs/adr/0008).
"""

import select
import socket
import ssl
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse, RemoteDisconnected
from typing import Any

import httpx

from leadcloud.clock import Deadline

_CHUNK = 64 * 1024

_PORTS = {"http": 80, "https": 443}

_Origin = tuple[str, str, int]
"""Scheme, host and port."""


class KeptConnections(httpx.BaseTransport):
    """The connections of the process. Safe to use from threads.

    A request names its `deadline` among its extensions, and its `target` where that is not its URL's.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        context.sslsocket_class = _TlsSocket
        self._context = context
        self._idle: defaultdict[_Origin, deque[_Connection]] = defaultdict(deque)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return the answer, of which the body is still to be read.

        Raises:
            httpx.TransportError: One of its subclasses.
        """
        origin = _origin(request.url)
        connection = self._taken(origin)
        connection.deadline = request.extensions["deadline"]
        try:
            with _told_by_httpx():
                answer = connection.answer(request)
        except BaseException:
            connection.close()
            raise
        return httpx.Response(
            answer.status,
            headers=[
                (name.encode("latin-1"), value.encode("latin-1"))
                for name, value in answer.getheaders()
            ],
            stream=_Body(answer, connection, self._idle[origin]),
        )

    def close(self) -> None:
        """Close the connections that nobody is using."""
        for kept in self._idle.values():
            while kept:
                kept.pop().close()

    def _taken(self, origin: _Origin) -> "_Connection":
        """Return a kept connection, or else a new one."""
        kept = self._idle[origin]
        while kept:
            connection = kept.pop()
            if not connection.has_something_to_read():
                return connection
            # An end, or an answer that nobody asked for.
            connection.close()
        return _Connection(origin, self._context)


class _Body(httpx.SyncByteStream):
    """The body of an answer; once read to its end, the connection is free for the next call."""

    def __init__(
        self, answer: HTTPResponse, connection: "_Connection", idle: "deque[_Connection]"
    ) -> None:
        self._answer = answer
        self._connection = connection
        self._idle = idle

    def __iter__(self) -> Iterator[bytes]:
        with _told_by_httpx():
            while chunk := self._answer.read(_CHUNK):
                yield chunk
        if self._answer.length:
            raise httpx.RemoteProtocolError("the body ended too soon")

    def close(self) -> None:
        whole = self._answer.isclosed() and not self._answer.length
        self._answer.close()
        if whole and not self._answer.will_close:
            self._idle.append(self._connection)
        else:
            self._connection.close()


class _Connection(HTTPConnection):
    """One connection; whoever uses it says until when."""

    deadline: Deadline

    def __init__(self, origin: _Origin, context: ssl.SSLContext) -> None:
        scheme, host, port = origin
        super().__init__(host, port)
        self._context = context if scheme == "https" else None

    def connect(self) -> None:
        """Open the connection."""
        with ExitStack() as undo:
            opened = socket.create_connection((self.host, self.port), _left(self.deadline))
            undo.callback(opened.close)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context is None:
                bounded = _Socket(fileno=opened.detach())
            else:
                opened.settimeout(_left(self.deadline))
                # As the context was told: of the class below.
                bounded = self._context.wrap_socket(opened, server_hostname=self.host)  # type: ignore[assignment]
            undo.pop_all()
        bounded.owner = self
        self.sock = bounded

    def answer(self, request: httpx.Request) -> HTTPResponse:
        """Send a request and return the head of the answer.

        Raises:
            HTTPException: The answer breaks HTTP, or gives two lengths.
            OSError: The connection broke, or the deadline has passed.
        """
        target: bytes = request.extensions.get("target") or request.url.raw_path
        self.putrequest(
            request.method, target.decode("ascii"), skip_host=True, skip_accept_encoding=True
        )
        for name, value in request.headers.raw:
            self.putheader(name.decode("ascii"), value)
        self.endheaders(request.read() or None)
        answer = self.getresponse()
        if len(set(answer.headers.get_all("Content-Length", ()))) > 1:
            answer.close()
            raise HTTPException
        return answer

    def has_something_to_read(self) -> bool:
        """Tell whether the other side has sent something, or has gone."""
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        return bool(poll.poll(0))


class _Socket(socket.socket):
    """A socket on which no waiting outlasts the deadline of its connection."""

    owner: _Connection

    def recv_into(self, buffer: Any, *more: Any) -> int:
        self.settimeout(_left(self.owner.deadline))
        return super().recv_into(buffer, *more)

    def sendall(self, data: Any, *more: Any) -> None:
        self.settimeout(_left(self.owner.deadline))
        super().sendall(data, *more)


class _TlsSocket(_Socket, ssl.SSLSocket):
    """The same by TLS."""


def _left(deadline: Deadline) -> float:
    remaining = deadline.remaining()
    if remaining <= 0:
        raise TimeoutError
    return remaining


def _origin(url: httpx.URL) -> _Origin:
    if url.scheme not in _PORTS or not url.host:
        raise httpx.UnsupportedProtocol("this is no address of a server")
    return url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme]


@contextmanager
def _told_by_httpx() -> Iterator[None]:
    """Tell of a failure by httpx's errors, without a word of what came."""
    try:
        yield
    except TimeoutError:
        raise httpx.ReadTimeout("no answer before the deadline") from None
    except RemoteDisconnected:
        raise httpx.ReadError("the server hung up") from None
    except HTTPException:
        raise httpx.RemoteProtocolError("this is no answer of HTTP") from None
    except OSError:
        raise httpx.ConnectError("the server cannot be reached") from None
