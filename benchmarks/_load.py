"""Requests a second that a server answers to sixteen callers who ask as fast as they are answered."""

import asyncio
import json
import time

_CALLERS = 16


def requests_per_second(port: int, key: str, *, search: bool, seconds: float) -> float:
    """Return the rate, after a second of warming up."""
    return asyncio.run(_measured(port, key, search=search, seconds=seconds))


async def _measured(port: int, key: str, *, search: bool, seconds: float) -> float:
    await _asked(port, key, search=search, seconds=1.0, first=0)
    started = time.perf_counter()
    answered = await _asked(port, key, search=search, seconds=seconds, first=1_000_000)
    return answered / (time.perf_counter() - started)


async def _asked(port: int, key: str, *, search: bool, seconds: float, first: int) -> int:
    until = time.perf_counter() + seconds
    callers = [
        _caller(port, key, search=search, until=until, first=first + 100_000_000 * number)
        for number in range(_CALLERS)
    ]
    return sum(await asyncio.gather(*callers))


async def _caller(port: int, key: str, *, search: bool, until: float, first: int) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = 0
    while time.perf_counter() < until:
        writer.write(_request(key, first + answered) if search else _EMPTY)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        answered += 1
    writer.close()
    return answered


_EMPTY = b"POST / HTTP/1.1\r\nHost: bench\r\nContent-Length: 2\r\n\r\n{}"


def _request(key: str, number: int) -> bytes:
    body = json.dumps(
        {
            "purpose": "telemarketing_b2c",
            "registers": ["memory_0"],
            "criteria": {"gender": {"in": ["female"]}},
            "page_size": 10,
        }
    )
    return (
        f"POST /v1/search HTTP/1.1\r\nHost: bench\r\nX-API-Key: {key}\r\n"
        f"Idempotency-Key: load-{number}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
