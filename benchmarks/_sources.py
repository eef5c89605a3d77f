"""Five sources in a process of their own: each answers 100 contacts after 80 ms, or hangs."""

import asyncio
import json
import sys
from typing import Any

SOURCES = 5
CONTACTS = 100
SECONDS = 0.080


def body_of(source: int) -> bytes:
    """Return what a source answers; a fifth of its contacts stands in the next source, too."""
    contacts = [_contact(source * 80 + number) for number in range(CONTACTS)]
    return json.dumps({"query": {"totalResults": CONTACTS}, "contacts": contacts}).encode()


def _contact(number: int) -> dict[str, Any]:
    return {
        "contactType": "PERSON",
        "synthetic": True,
        "firstName": "Testi",
        "lastName": f"Synteettinen{number}",
        "gender": "F" if number % 2 else "M",
        "language": "fi",
        "phoneNumber": f"0457 000 {number:04}",
        "phoneType": "MOBILE",
        "marketingBan": number % 12 == 0,
        "address": {
            "streetAddress": f"Esimerkkikatu {number}",
            "postalCode": "01300",
            "postOffice": "VANTAA",
            "municipalityCode": "092",
        },
    }


class _Source(asyncio.Protocol):
    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        if b"\r\n\r\n" in data and b"hang=1" not in data:
            asyncio.get_running_loop().call_later(SECONDS, self._transport.write, self._answer)


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    ports = []
    for source in range(SOURCES):
        body = body_of(source)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        answer = head.encode() + b"\r\n\r\n" + body
        server = await loop.create_server(lambda a=answer: _Source(a), "127.0.0.1", 0)  # type: ignore[misc]
        ports.append(server.sockets[0].getsockname()[1])
    print(json.dumps(ports), flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve())
