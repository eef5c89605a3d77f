"""Connections to other parties' servers: kept open, and waited for until a deadline and no longer.

The standard library's HTTP client, without its own writing of requests. httpx's takes several times the
processor time for the same call, and bounds each single read: a server that sends a byte now and then, be
it of a header, would hold it for as long as it likes (docs/adr/0008, 0025).
"""

import select
import socket
import ssl
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPException, HTTPResponse, RemoteDisconnected
from typing import Any

import httpx

from leadcloud.clock import Deadline

_PORTS = {"http": 80, "https": 443}

_Origin = tuple[str, str, int]
"""Scheme, host and port."""


class KeptConnections:
    """The connections of the process. Safe to use from threads."""

    def __init__(self, context: ssl.SSLContext) -> None:
        context.sslsocket_class = _TlsSocket
        self._context = context
        self._idle: defaultdict[_Origin, deque[_Connection]] = defaultdict(deque)

    @contextmanager
    def answer(self, url: httpx.URL, request: bytes, deadline: Deadline) -> Iterator[HTTPResponse]:
        """Send a request to where a URL points, and lend the answer with its body still to be read.

        Once that is read to its end, the connection is free for the next call.

        Raises:
            httpx.TransportError: One of its subclasses.
        """
        origin = _origin(url)
        with _told_by_httpx(), ExitStack() as undo:
            connection = self._taken(origin, deadline)
            undo.callback(connection.close)
            answer = connection.answer(request, deadline)
            yield answer
            if answer.length:
                raise HTTPException  # the body ended too soon
            if answer.isclosed() and not answer.will_close:
                undo.pop_all()
                self._idle[origin].append(connection)

    def close(self) -> None:
        """Close the connections that nobody is using."""
        for kept in self._idle.values():
            while kept:
                kept.pop().close()

    def _taken(self, origin: _Origin, deadline: Deadline) -> "_Connection":
        """Return a kept connection, or else a new one."""
        kept = self._idle[origin]
        while kept:
            connection = kept.pop()
            if not connection.has_something_to_read():
                return connection
            # An end, or an answer that nobody asked for.
            connection.close()
        return _Connection(origin, self._context, deadline)


class _Connection:
    """One open connection; whoever uses it says until when."""

    def __init__(self, origin: _Origin, context: ssl.SSLContext, deadline: Deadline) -> None:
        self.deadline = deadline
        self.sock = self._opened(origin, context)
        self._answer: HTTPResponse | None = None

    def answer(self, request: bytes, deadline: Deadline) -> HTTPResponse:
        """Send a request and return the answer, of which the head is read."""
        self.deadline = deadline
        self.sock.sendall(request)
        answer = self._answer = HTTPResponse(self.sock)
        answer.begin()
        if len(set(answer.headers.get_all("Content-Length", ()))) > 1:
            raise HTTPException
        return answer

    def close(self) -> None:
        """Close it, whatever is still to be read."""
        if self._answer is not None:
            self._answer.close()
        self.sock.close()

    def _opened(self, origin: _Origin, context: ssl.SSLContext) -> "_Socket":
        scheme, host, port = origin
        with ExitStack() as undo:
            opened = socket.create_connection((host, port), _left(self.deadline))
            undo.callback(opened.close)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if scheme == "http":
                bounded = _Socket(fileno=opened.detach())
            else:
                opened.settimeout(_left(self.deadline))
                # As the context was told: of the class below.
                bounded = context.wrap_socket(opened, server_hostname=host)  # type: ignore[assignment]
            undo.pop_all()
        bounded.owner = self
        return bounded

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
