"""Sending over HTTP: to the checked address, once, within a fixed time; only the status counts.

The standard library's client, because three things matter here that others hide: the address
connected to is the one that was checked, no redirect is followed, and of an answer nothing but
its status line and headers is ever read.
"""

import http.client
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from threading import Timer

from leadcloud.forwarding.destination import Destination
from leadcloud.forwarding.interface import ControllerRefused, ControllerUnreachable

MAX_SECONDS = 10.0

_ACCEPTED = range(200, 300)
_TRY_AGAIN = frozenset({408, 425, 429}) | frozenset(range(500, 600))

Post = Callable[[Destination, bytes, Mapping[str, str]], int]
"""Sends a body and returns the status, which is 2xx."""


def post(
    destination: Destination,
    body: bytes,
    headers: Mapping[str, str],
    *,
    max_seconds: float = MAX_SECONDS,
) -> int:
    """Send a body and return the status of the answer, which is 2xx.

    Raises:
        ControllerUnreachable: No answer in time, or one that says to try again.
        ControllerRefused: Any other answer, a redirect included.
    """
    status = _status(destination, body, headers, max_seconds=max_seconds)
    if status is None or status in _TRY_AGAIN:
        raise ControllerUnreachable
    if status not in _ACCEPTED:
        raise ControllerRefused
    return status


def _status(
    destination: Destination, body: bytes, headers: Mapping[str, str], *, max_seconds: float
) -> int | None:
    connection = _PinnedConnection(destination, max_seconds)
    # Each read has a timeout of its own; a server that drips its headers would outlive them all.
    end = Timer(max_seconds, connection.hang_up)
    end.start()
    try:
        connection.request(
            "POST",
            destination.path,
            body,
            {"User-Agent": "LeadCloud", "Connection": "close", **headers},
        )
        return connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        end.cancel()
        connection.close()


class _PinnedConnection(http.client.HTTPConnection):
    """A connection to the address that was checked, under the name that it has."""

    def __init__(self, destination: Destination, timeout: float) -> None:
        super().__init__(destination.host, destination.port, timeout=timeout)
        self._destination = destination
        self.default_port = 443 if destination.secure else 80

    def connect(self) -> None:
        """Open the connection, and prove the other side's name where it is secure."""
        target = self._destination
        family = socket.AF_INET6 if ":" in target.address else socket.AF_INET
        self.sock = plain = socket.socket(family, socket.SOCK_STREAM)
        plain.settimeout(self.timeout)
        plain.connect((target.address, target.port))
        if target.secure:
            self.sock = _tls().wrap_socket(plain, server_hostname=target.host)

    def hang_up(self) -> None:
        """End the connection from another thread, whatever it is waiting for."""
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
