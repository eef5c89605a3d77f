"""What the provider can be told to do wrong, and how each wrong answer is written to the wire."""

import struct
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BufferedIOBase

_BOMB_MEGABYTES = 200


class FaultPlan:
    """The next calls that are to go wrong."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ordered: dict[str, tuple[str, int]] = {}

    def order(self, fault: str, times: int, on: str) -> None:
        """Let the next calls on a route (`search` or `token`) show a fault."""
        with self._lock:
            self._ordered[on] = (fault, times)

    def take(self, on: str) -> str | None:
        """Return the fault of this call, if it is to have one."""
        with self._lock:
            fault, times = self._ordered.get(on, ("none", 0))
            if times <= 0 or fault == "none":
                return None
            self._ordered[on] = (fault, times - 1)
            return fault


@dataclass(frozen=True, kw_only=True, slots=True)
class Wire:
    """The connection a fault is written to."""

    out: BufferedIOBase
    stopping: threading.Event
    """Ends whatever hangs or drips when the provider stops."""


def _head(status: str, *fields: str) -> bytes:
    lines = (f"HTTP/1.1 {status}", *fields, "Connection: close", "", "")
    return "\r\n".join(lines).encode("ascii")


def _whole(status: str, content_type: str, body: bytes, *fields: str) -> bytes:
    typed = (f"Content-Type: {content_type}", f"Content-Length: {len(body)}")
    return _head(status, *typed, *fields) + body


def _json(body: bytes) -> bytes:
    return _whole("200 OK", "application/json", body)


def _slow(wire: Wire, body: bytes) -> None:
    wire.stopping.wait(1)
    wire.out.write(_json(body))


def _hang(wire: Wire, _body: bytes) -> None:
    wire.stopping.wait(60)


def _drip_bytes(wire: Wire, data: bytes) -> None:
    for byte in data:
        wire.out.write(bytes([byte]))
        wire.out.flush()
        if wire.stopping.wait(0.1):
            return


def _drip(wire: Wire, body: bytes) -> None:
    head, _, rest = _json(body).partition(b"\r\n\r\n")
    wire.out.write(head + b"\r\n\r\n")
    _drip_bytes(wire, rest)


def _drip_headers(wire: Wire, body: bytes) -> None:
    _drip_bytes(wire, _json(body))


def _half(wire: Wire, body: bytes) -> None:
    whole = _json(body)
    wire.out.write(whole[: len(whole) - len(body) // 2])


@cache
def _bomb() -> bytes:
    """Return gzip that unpacks to 200 MB, made of one packed megabyte over and over."""
    spaces = b" " * 1_000_000
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    megabyte = packer.compress(spaces) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _ in range(_BOMB_MEGABYTES):
        checksum = zlib.crc32(spaces, checksum)
    # RFC 1952: magic, deflate, no flags, no time, unknown system; at the end checksum and length.
    trailer = struct.pack("<II", checksum, _BOMB_MEGABYTES * len(spaces))
    return (
        b"\x1f\x8b\x08" + bytes(6) + b"\xff" + megabyte * _BOMB_MEGABYTES + packer.flush() + trailer
    )


def _gzip_bomb(wire: Wire, _body: bytes) -> None:
    wire.out.write(_whole("200 OK", "application/json", _bomb(), "Content-Encoding: gzip"))


def _cut(_wire: Wire, _body: bytes) -> None:
    """Write nothing; the connection closes."""


def _answering(answer: bytes) -> Callable[[Wire, bytes], None]:
    def write(wire: Wire, _body: bytes) -> None:
        wire.out.write(answer)

    return write


WRITERS: dict[str, Callable[[Wire, bytes], None]] = {
    "slow": _slow,
    "hang": _hang,
    "drip": _drip,
    "drip_headers": _drip_headers,
    "half": _half,
    "gzip_bomb": _gzip_bomb,
    "cut": _cut,
    "garbage": _answering(b"\x16\x03\x01 this is not HTTP\r\n\r\n"),
    "fail": _answering(_whole("500 Internal Server Error", "application/json", b"{}")),
    "refuse": _answering(_whole("403 Forbidden", "application/json", b"{}")),
    "rate_limit": _answering(
        _whole("429 Too Many Requests", "text/plain", b"Slow down", "Retry-After: 3")
    ),
    "html": _answering(_whole("200 OK", "text/html", b"<html><body>Service break</body></html>")),
    "redirect": _answering(
        _whole("302 Found", "text/html", b"", "Location: http://169.254.169.254/latest/")
    ),
    "wrong_schema": _answering(_json(b'{"synthetic":true,"items":{"first":"none"}}')),
}
FAULTS = frozenset({*WRITERS, "lie", "revoke", "none"})
