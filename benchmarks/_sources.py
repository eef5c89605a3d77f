"""Five sources in a process of their own: each answers 100 contacts after 80 ms, or hangs."""

import asyncio
import json
import sys
from typing import Any

from local.synthetic.persons import SyntheticPerson, draw_persons

SOURCES = 5
CONTACTS = 100
SECONDS = 0.080


def body_of(source: int) -> bytes:
    """Return what a source answers; a fifth of its contacts stands in the next source, too."""
    persons = list(draw_persons(SOURCES * CONTACTS, seed=1))
    numbers = range(source * 80, source * 80 + CONTACTS)
    contacts = [_contact(number, persons[number]) for number in numbers]
    return json.dumps({"query": {"totalResults": CONTACTS}, "contacts": contacts}).encode()


def _contact(number: int, person: SyntheticPerson) -> dict[str, Any]:
    return {
        "contactType": "PERSON",
        "synthetic": True,
        "firstName": person.first_name,
        "lastName": person.last_name,
        "gender": "F" if person.gender == "female" else "M",
        "language": person.language,
        "phoneNumber": f"0457 000 {number:04}",
        "phoneType": "MOBILE",
        "marketingBan": number % 12 == 0,
        "address": {
            "streetAddress": person.street,
            "postalCode": person.postal_code,
            "postOffice": person.post_office,
            "municipalityCode": person.municipality,
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
