"""A mock of the Finnish business register, generated from its published OpenAPI document.

It makes companies that follow the document's schemas and serves them with the habits that the
document describes: a hundred to a page, and the first page again for one that does not exist.
"""

import json
import string
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from openapi_spec_validator.readers import read_from_filename

from tests.shared_data import shared

PAGE = 100

CODES = {
    ("RegisterName", "type"): ("1", "1", "2", "3"),
    ("CompanyForm", "type"): ("5", "13", "16", "17"),
    ("Address", "type"): (1, 2),
    ("PostOffice", "languageCode"): ("1", "2", "3"),
}
"""Members whose values the document leaves to code lists elsewhere."""


class Generator:
    """Makes examples of the document's schemas; the same seed makes the same ones."""

    def __init__(self, document: dict[str, Any], seed: int) -> None:
        self._schemas = document["components"]["schemas"]
        self._rng = Random(seed)  # noqa: S311 - examples, not secrets

    def example(self, name: str) -> dict[str, Any]:
        """Return an example of the schema with that name."""
        schema = self._schemas[name]
        required = schema.get("required", ())
        return {
            member: self._member(name, member, part)
            for member, part in schema["properties"].items()
            if member in required or self._rng.random() < 0.7
        }

    def _member(self, owner: str, member: str, part: dict[str, Any]) -> Any:
        if (owner, member) in CODES:
            return self._rng.choice(CODES[owner, member])
        return self._value(part)

    def _value(self, part: dict[str, Any]) -> Any:
        if "$ref" in part:
            name = part["$ref"].rpartition("/")[2]
            target = self._schemas[name]
            return self.example(name) if "properties" in target else self._value(target)
        if part.get("nullable") and self._rng.random() < 0.3:
            return None
        if "enum" in part:
            return self._rng.choice(part["enum"])
        return getattr(self, f"_{part['type']}")(part)

    def _object(self, part: dict[str, Any]) -> dict[str, Any]:
        return {member: self._value(each) for member, each in part["properties"].items()}

    def _array(self, part: dict[str, Any]) -> list[Any]:
        count = self._rng.randint(part.get("minItems", 0), min(part.get("maxItems", 3), 3))
        return [self._value(part["items"]) for _ in range(count)]

    def _integer(self, _part: dict[str, Any]) -> int:
        return self._rng.randint(0, 9)

    def _boolean(self, _part: dict[str, Any]) -> bool:
        return self._rng.random() < 0.5

    def _string(self, part: dict[str, Any]) -> str:
        if part.get("format") == "date":
            return f"20{self._rng.randint(10, 26)}-{self._rng.randint(1, 12):02}-01"
        if part.get("format") == "date-time":
            return "2026-11-23T12:00:00"
        length = self._rng.randint(part.get("minLength", 0), min(part.get("maxLength", 20), 20))
        return "".join(self._rng.choices(string.ascii_letters + "åäö ", k=length))


@dataclass
class Mock:
    """The mock register: its companies, what was asked of it, and how it may fail."""

    parameters: frozenset[str]
    companies: list[dict[str, Any]]
    base_url: str = ""
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    failure: tuple[int, str, bytes] | None = None

    def answer(self, target: str) -> tuple[int, str, bytes]:
        """Return status, media type and body of a search."""
        query = parse_qs(urlsplit(target).query)
        self.asked.append(query)
        if self.failure:
            return self.failure
        if not query.keys() <= self.parameters:
            return 400, "application/json", b'{"timestamp":"2026-11-23 12:00:00","errorcode":1}'
        number = int(query.get("page", ["1"])[0])
        if (number - 1) * PAGE >= len(self.companies):
            number = 1
        shown = self.companies[(number - 1) * PAGE : number * PAGE]
        body = {"totalResults": len(self.companies), "companies": shown}
        return 200, "application/json", json.dumps(body).encode()


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    """Read the published document."""
    read, _ = read_from_filename(str(shared("data/real/prh/ytj_schema.yaml")))
    return dict(read)


@pytest.fixture
def start_ytj(document: dict[str, Any]) -> Iterator[Callable[[int], Mock]]:
    """Return what starts a mock register with so many companies."""
    servers = []

    def start(count: int) -> Mock:
        operation = document["paths"]["/companies"]["get"]
        generator = Generator(document, seed=count)
        companies = [generator.example("Company") for _ in range(count)]
        for serial, company in enumerate(companies):
            company["businessId"]["value"] = f"9{serial:06}-0"
        mock = Mock(frozenset(each["name"] for each in operation["parameters"]), companies)
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(mock))
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        mock.base_url = f"http://127.0.0.1:{server.server_port}"
        return mock

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def _handler(mock: Mock) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, media_type, body = mock.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
            """Keep the test's output clean."""

    return Handler
