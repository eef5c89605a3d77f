"""The door to other parties' interfaces trusts nothing of what comes in."""

import gzip
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from leadcloud.clock import Deadline, SystemClock
from leadcloud.registers.call import Call, CredentialsRefused
from leadcloud.registers.interface import (
    RegisterAnswerInvalid,
    RegisterError,
    RegisterRateLimited,
    RegisterRefused,
    RegisterTimeout,
    RegisterUnavailable,
)
from leadcloud.registers.outbound import Outbound

pytestmark = pytest.mark.loopback

Answering = Callable[..., Any]


@pytest.fixture
def outbound() -> Iterator[Outbound]:
    """Make a door of its own for each test: connections are not to be shared."""
    door = Outbound()
    yield door
    door.close()


def answer(body: bytes = b"{}", *headers: str, status: str = "200 OK") -> bytes:
    """Write a whole answer that ends its connection."""
    typed = [] if any(each.startswith("Content-Type") for each in headers) else [JSON]
    lines = (f"HTTP/1.1 {status}", *typed, *headers, f"Content-Length: {len(body)}")
    return "\r\n".join((*lines, "Connection: close", "", "")).encode("latin-1") + body


JSON = "Content-Type: application/json"


def send(
    outbound: Outbound, url: str, *, clock: Any = None, max_bytes: int = 10_000, **more: Any
) -> Any:
    """Send a call with two seconds to live."""
    call = Call(method="GET", url=url, max_seconds=2, max_bytes=max_bytes, **more)
    return outbound.send(call, Deadline.after(2, clock or SystemClock()))


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", "application/hal+JSON"]
)
def test_json_is_read(outbound: Outbound, answering: Answering, content_type: str) -> None:
    """An answer of any JSON media type comes back parsed."""
    server = answering(answer(b'{"a":[1,null]}', f"Content-Type: {content_type}"))
    assert send(outbound, server.url) == {"a": [1, None]}


def test_packed_answer_is_unpacked(outbound: Outbound, answering: Answering) -> None:
    """An answer in gzip comes back as if it had not been packed."""
    server = answering(answer(gzip.compress(b'{"a":1}'), "Content-Encoding: gzip"))
    assert send(outbound, server.url) == {"a": 1}


PACKED = gzip.compress(b'{"a":1}')

UNUSABLE = {
    "text": answer(b"{}", "Content-Type: text/plain"),
    "no type": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
    "not json": answer(b"{'a':1}"),
    "empty": answer(b""),
    "two values": answer(b"{}{}"),
    "not utf-8": answer(b'{"a":"\xe4"}'),
    "lone surrogate": answer(rb'{"a":"\ud800"}'),
    "not a number": answer(b'{"a":NaN}'),
    "deep": answer(b"[" * 9_000),
    "long number": answer(b'{"a":' + b"9" * 6_000 + b"}"),
    "created": answer(status="201 Created"),
    "no content": b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
    "redirect": answer(b"", "Location: http://127.0.0.1/", status="301 Moved Permanently"),
    "too large": answer(b'"' + b"a" * 10_000 + b'"'),
    "too large packed": answer(
        gzip.compress(b'"' + b"a" * 10_000 + b'"'), "Content-Encoding: gzip"
    ),
    "said gzip": answer(b"{}", "Content-Encoding: gzip"),
    "cut gzip": answer(PACKED[:-6], "Content-Encoding: gzip"),
    "gzip and more": answer(PACKED + b"more", "Content-Encoding: gzip"),
    "other packing": answer(b"{}", "Content-Encoding: br"),
    "packed twice": answer(gzip.compress(PACKED), "Content-Encoding: gzip, gzip"),
    "two lengths": answer(b"{}{}", "Content-Length: 2"),
    "huge header": answer(b"{}", "X-Header: " + "a" * 200_000),
    "half": answer(b'{"a":1}')[:-3],
}


@pytest.mark.parametrize("raw", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_anything_else_is_invalid(outbound: Outbound, answering: Answering, raw: bytes) -> None:
    """What is not whole JSON of bearable size with status 200 is an invalid answer."""
    server = answering(raw)
    with pytest.raises(RegisterAnswerInvalid) as raised:
        send(outbound, server.url)
    assert raised.value.__context__ is None


def test_largest_answer_is_read(outbound: Outbound, answering: Answering) -> None:
    """The size cap is the largest size that is read, not the smallest that is refused."""
    body = b'"' + b"a" * 98 + b'"'
    server = answering(answer(body), answer(body))
    assert send(outbound, server.url, max_bytes=100) == "a" * 98
    with pytest.raises(RegisterAnswerInvalid):
        send(outbound, server.url, max_bytes=99)


STATUSES = {
    "400 Bad Request": RegisterRefused,
    "401 Unauthorized": CredentialsRefused,
    "403 Forbidden": RegisterRefused,
    "404 Not Found": RegisterRefused,
    "422 Unprocessable": RegisterRefused,
    "429 Too Many Requests": RegisterRateLimited,
    "500 Internal Server Error": RegisterUnavailable,
    "503 Service Unavailable": RegisterUnavailable,
}


@pytest.mark.parametrize(("status", "error"), STATUSES.items())
def test_status_has_its_error(
    *, outbound: Outbound, answering: Answering, status: str, error: type[RegisterError]
) -> None:
    """Each status is one of the port's errors, whatever the media type of its body."""
    server = answering(answer(b"Try later", "Content-Type: text/plain", status=status))
    with pytest.raises(RegisterError) as raised:
        send(outbound, server.url)
    assert type(raised.value) is error


WAITS = {
    "120": 120,
    "0": 0,
    "999999": 3_600,
    "9" * 5_000: 3_600,
    "Mon, 23 Nov 2026 12:01:30 GMT": 90,
    "Mon, 23 Nov 2026 13:01:30 +0100": 90,
    "Mon, 23 Nov 2026 11:00:00 GMT": 0,
    "Mon, 23 Nov 2099 11:00:00 GMT": 3_600,
    "-1": None,
    "1.5": None,
    "soon": None,
    "\u00b2": None,
    "": None,
}


@pytest.mark.parametrize(
    ("written", "seconds"), WAITS.items(), ids=[f"{number}" for number in range(len(WAITS))]
)
def test_retry_after_is_seconds_or_a_date(
    *, outbound: Outbound, answering: Answering, clock: Any, written: str, seconds: int | None
) -> None:
    """Retry-After is read as seconds or as a date, capped at an hour, and left out if it is neither."""
    server = answering(answer(b"", f"Retry-After: {written}", status="429 Too Many Requests"))
    with pytest.raises(RegisterRateLimited) as raised:
        send(outbound, server.url, clock=clock)
    assert raised.value.retry_after == seconds


def test_cookies_are_not_kept(outbound: Outbound, answering: Answering) -> None:
    """A cookie that a register sets is never sent back: it would join searches to each other."""
    server = answering(answer(b"{}", "Set-Cookie: who=you; Path=/"), answer())
    send(outbound, server.url)
    send(outbound, server.url)
    assert b"cookie" not in server.requests[1].lower()


def test_environment_names_no_proxy(
    outbound: Outbound, answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calls go to the register itself, whatever proxy the environment names."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert send(outbound, answering(answer()).url) == {}


def test_call_is_sent_as_it_is(outbound: Outbound, answering: Answering) -> None:
    """Parameters are encoded and repeated in order, headers and the form arrive."""
    server = answering(answer())
    send(
        outbound,
        server.url,
        parameters=(("form", "SÄÄ"), ("code", "01"), ("code", "02&x=1")),
        headers={"X-Request-Id": "r-1"},
    )
    head = server.requests[0].decode("ascii")
    assert head.startswith("GET /answers?form=S%C3%84%C3%84&code=01&code=02%26x%3D1 HTTP/1.1")
    assert "X-Request-Id: r-1" in head


@pytest.mark.parametrize("token", ["a\r\nX-More: b", "a\nb", "a\rb", "ä"])
def test_no_header_ends_its_line(outbound: Outbound, answering: Answering, token: str) -> None:
    """A token that a register gave cannot add to a call, which is not sent at all."""
    server = answering(answer())
    with pytest.raises(RegisterAnswerInvalid) as raised:
        send(outbound, server.url, headers={"Authorization": token})
    assert raised.value.__context__ is None
    assert server.requests == []


def test_own_limit_of_a_call_ends_it(outbound: Outbound, answering: Answering) -> None:
    """A call ends after its own longest time, though the deadline is later."""
    server = answering(b"HTTP/1.1 200 OK\r\n" + JSON.encode() + b"\r\nContent-Length: 9\r\n\r\n")
    hung = Call(method="GET", url=server.url, max_seconds=0, max_bytes=100)
    with pytest.raises(RegisterTimeout):
        outbound.send(hung, Deadline.after(60, SystemClock()))
    assert server.requests == []


@pytest.mark.parametrize("url", ["http://", "http://[", "ftp://127.0.0.1/", "http://127.0.0.1:x/"])
def test_unusable_address_is_a_register_error(outbound: Outbound, url: str) -> None:
    """An address that is none is an error of the port, and not quoted."""
    with pytest.raises(RegisterError) as raised:
        send(outbound, url)
    assert raised.value.__context__ is None


def test_httpx_logs_no_address(answering: Answering, caplog: pytest.LogCaptureFixture) -> None:
    """The line in which httpx writes the whole URL is never written, however loud all else is."""
    for name in (None, "httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, logger=name)
    outbound = Outbound()
    send(outbound, answering(answer()).url, parameters=(("what", "+358401234567"),))
    outbound.close()
    assert caplog.text == ""


def test_call_shows_nothing() -> None:
    """A call has no repr that shows its parameters or its token."""
    call = Call(
        method="GET",
        url="http://register.invalid/",
        parameters=(("what", "somebody"),),
        headers={"Authorization": "Bearer t0ken"},
        max_seconds=1,
        max_bytes=1,
    )
    assert "somebody" not in repr(call)
    assert "t0ken" not in repr(call)
