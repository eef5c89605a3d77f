"""HTTP on one machine: Granian's threads, in this process, in front of a WSGI application.

Granian reads and writes HTTP outside the interpreter's lock, and hands a request to its thread for
half of what an event loop and a pool of threads cost (docs/adr/0024).
"""

import ctypes
import signal
import socket
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Protocol

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.server.mt import MTServer

WAITING_CONNECTIONS = 1024

_M_ARENA_MAX = -8
"""Source: malloc.h of the GNU C library."""

Environ = Mapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]


class Application(Protocol):
    """What PEP 3333 calls an application."""

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""


class _Server(MTServer):
    """Granian's server with threads for workers, on a socket that is there already.

    It is meant for interpreters without a lock. With the lock only one thing differs, which does
    not concern one worker: several do not run at once.
    """

    def __init__(self, listener: socket.socket, threads: int) -> None:
        super().__init__(
            target="",
            interface=Interfaces.WSGI,
            http=HTTPModes.http1,
            websockets=False,
            blocking_threads=threads,
            backlog=WAITING_CONNECTIONS,
            log_enabled=False,  # a request line may hold what somebody searched for
        )
        self._listener = listener

    def _check_gil(self) -> None:
        """Take either interpreter."""

    def _init_shared_socket(self) -> None:
        # The stubs know neither the constructor nor that this is ever anything but None.
        holder: Any = SocketHolder
        self._shd = holder(self._listener.fileno(), False, WAITING_CONNECTIONS)


def serve(application: Application, listener: socket.socket, *, threads: int) -> None:
    """Answer who connects in so many threads, until told to stop by SIGINT or SIGTERM.

    The listener listens already.
    """
    _share_heap()
    server = _Server(listener, threads)
    # Granian starts anew when its terminal goes; we end, as without it.
    server.on_startup(lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL))
    server.serve(target_loader=lambda: application, wrap_loader=False)


def _share_heap() -> None:
    """Let all threads take memory from one heap.

    glibc gives each a heap of its own. Requests go from thread to thread and would find each one's
    cold: a page of buildings then costs a tenth more, and the process is 8 MB larger. Other C
    libraries have one heap anyway.
    """
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
