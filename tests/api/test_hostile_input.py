"""What hostile callers and hostile providers send, against the running service."""

import gzip
import json
import socket
import time
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from leadcloud.clock import SystemClock
from leadcloud.store.interface import Key
from leadcloud.store.sqlite import SqliteStore
from tests.plugins.running_service import PATIENCE, Reply, RunningService

pytestmark = pytest.mark.loopback

GOOD: dict[str, Any] = {
    "purpose": "telemarketing_b2c",
    "registers": ["demo_directory_consumers", "demo_own_customers"],
    "criteria": {"municipality": {"in": ["092"]}},
    "page_size": 10,
}

BODIES = {
    "nothing": b"",
    "half an object": b'{"purpose": ',
    "100,000 deep": b"[" * 100_000,
    "closed 5,000 deep": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "5,000 digits": b'{"page_size": ' + b"9" * 5_000 + b"}",
    "NaN": b'{"page_size": NaN}',
    "not UTF-8": b'{"purpose": "\xff\xfe"}',
    "UTF-16": json.dumps(GOOD).encode("utf-16"),
    "gzip unannounced": gzip.compress(json.dumps(GOOD).encode()),
    "NUL": b'{"purpose": "a\\u0000b"}',
    "half a character": b'{"purpose": "\\ud800"}',
    "the same name twice": b'{"purpose": "x", "purpose": "telemarketing_b2c"}',
    "a list": b"[]",
    "a text": b'"telemarketing_b2c"',
    "null": b"null",
    "a million names": b"{" + b",".join(b'"%d":1' % n for n in range(9_000)) + b"}",
    "10 MB": b" " * (10 * 1024 * 1024),
    "11 MB": b" " * (11 * 1024 * 1024),
    "prototype": b'{"__proto__": {"purpose": "telemarketing_b2c"}}',
}


def is_problem(reply: Reply) -> bool:
    """Tell whether a reply is a refusal of our own."""
    return (
        400 <= reply.status < 500
        and reply.headers["content-type"] == "application/problem+json"
        and reply.json["status"] == reply.status
    )


def search(service: RunningService, body: Any, key: str) -> Reply:
    """Search as the demo customer."""
    return service.call("POST", "/v1/search", body, Idempotency_Key=key)


@pytest.mark.parametrize("name", BODIES)
def test_hostile_bodies(running_service: RunningService, name: str) -> None:
    """Each is refused by a problem of ours, and quickly."""
    started = time.monotonic()

    reply = running_service.call(
        "POST",
        "/v1/search",
        BODIES[name],
        Idempotency_Key="hostile",
        Content_Type="application/json",
    )

    assert is_problem(reply)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Type": "text/plain"},
        {"Content_Type": "multipart/form-data"},
        {"Content_Type": "application/json", "Content_Encoding": "gzip"},
        {},
    ],
)
def test_hostile_media_types(running_service: RunningService, headers: dict[str, str]) -> None:
    """A body of any other media type than plain JSON is not read."""
    body = json.dumps(GOOD).encode()

    reply = running_service.call("POST", "/v1/search", body, Idempotency_Key="media", **headers)

    assert (reply.status, reply.json["code"]) == (415, "media_type_unsupported")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/search"),
        ("TRACE", "/v1/search"),
        ("OPTIONS", "/v1/registers"),
        ("POST", "/health"),
        ("GET", "/v1/registers//"),
        ("GET", "//v1/registers"),
        ("GET", "/v1/%2e%2e/registers"),
        ("GET", "/docs/..%2f..%2fsecrets.json"),
        ("GET", "/docs/%00"),
        ("GET", "/v1/registers?a=1"),
        ("GET", "/v1/registers?" + "a=1&" * 3000),
        ("GET", "/" + "a" * 8000),
        ("GET", "/%ff%fe"),
    ],
)
def test_hostile_paths(running_service: RunningService, method: str, path: str) -> None:
    """Each gets a problem of ours; none reaches a file."""
    assert is_problem(running_service.call(method, path))


@pytest.mark.parametrize("key", ["", " ", "lc_", "x" * 4000, "' OR 1=1 --", "lc_ä"])
def test_hostile_keys(running_service: RunningService, key: str) -> None:
    """A key that is none is 401, whatever it holds."""
    reply = running_service.call(
        "GET", "/v1/registers", key=None, X_API_Key=key.encode().decode("latin-1")
    )

    assert (reply.status, reply.json["code"]) == (401, "unauthenticated")


def test_raw_bytes_do_not_stop_the_service(running_service: RunningService) -> None:
    """What is not even HTTP costs its own connection only."""
    for raw in (b"\x00" * 100, b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", running_service.port), timeout=5) as line:
            line.sendall(raw)

    assert running_service.call("GET", "/health").status == 200


def order_fault(service: RunningService, fault: str) -> None:
    """Make the demo provider's next searches go wrong, more of them than are tried again."""
    store = SqliteStore(service.folder / "leadcloud.sqlite", SystemClock())
    record = store.get(Key("REGISTER", "demo_directory_consumers"))
    store.close()
    assert record is not None
    provider = urlsplit(str(record.attributes["base_url"]))
    connection = HTTPConnection("127.0.0.1", provider.port or 0, timeout=5)
    order = json.dumps({"fault": fault, "times": 10 if fault != "none" else 1})
    connection.request("POST", "/_control", order)
    assert connection.getresponse().status == 200
    connection.close()


def recover(service: RunningService, name: str) -> None:
    """Search until the provider answers again: after 429 it is left alone as long as it asked."""
    order_fault(service, "none")
    deadline = time.monotonic() + PATIENCE
    for attempt in range(100):
        sources = search(service, GOOD, f"recover-{name}-{attempt}").json["sources"]
        if all(source["state"] == "ok" for source in sources):
            return
        assert time.monotonic() < deadline
        time.sleep(0.5)


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ("hang", "timeout"),
        ("drip", "timeout"),
        ("drip_headers", "timeout"),
        ("fail", "error"),
        ("rate_limit", "rate_limited"),
        ("refuse", "error"),
        ("html", "error"),
        ("redirect", "error"),
        ("gzip_bomb", "error"),
        ("half", "error"),
        ("garbage", "error"),
        ("cut", "error"),
        ("wrong_schema", "error"),
    ],
)
def test_a_hostile_provider_costs_its_own_contacts_only(
    running_service: RunningService, fault: str, state: str
) -> None:
    """It gets its status within the deadline; the other register's contacts are delivered."""
    recover(running_service, fault)
    order_fault(running_service, fault)
    started = time.monotonic()

    reply = search(running_service, GOOD, f"fault-{fault}")

    elapsed = time.monotonic() - started
    recover(running_service, f"after-{fault}")
    states = {source["register"]: source["state"] for source in reply.json["sources"]}
    assert states == {"demo_directory_consumers": state, "demo_own_customers": "ok"}
    assert len(reply.json["contacts"]) == 5
    assert elapsed < 4
    assert "<html" not in reply.body.decode()


def test_a_lying_provider_is_not_believed(running_service: RunningService) -> None:
    """Contacts that do not meet the criteria are not delivered, whoever sent them."""
    recover(running_service, "lie")
    order_fault(running_service, "lie")

    reply = search(running_service, GOOD, "lie")

    order_fault(running_service, "none")
    assert {contact["municipality"] for contact in reply.json["contacts"]} <= {"092"}
