"""The only door to other parties' HTTP interfaces.

What a register answers is trusted in nothing: not in being JSON, in ending, in being as long as it
says or as small as it looks. And nothing of it leaves here but the parsed JSON: errors of HTTP clients
quote URLs and lines, and a URL may hold a name or a phone number, so they are replaced here, outside of
the handler, that not even `__context__` keeps them.
"""

import threading
import zlib
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPResponse
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from pydantic_core import from_json

from leadcloud.clock import Clock, Deadline
from leadcloud.registers.call import Call, CredentialsRefused
from leadcloud.registers.connections import KeptConnections
from leadcloud.registers.interface import (
    RegisterAnswerInvalid,
    RegisterError,
    RegisterRateLimited,
    RegisterRefused,
    RegisterTimeout,
    RegisterUnavailable,
)

_LONGEST_WAIT = 3_600
"""Seconds of a Retry-After that we pass on."""

_HEADERS = {
    "User-Agent": "LeadCloud",
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
}


class Outbound:
    """The HTTP client of the process, for all its registers. Safe to use from threads.

    It follows no redirect, keeps no cookie and no answer, and reads no proxy from the environment.
    """

    def __init__(self) -> None:
        self._opening = threading.Lock()
        self._urls: dict[str, httpx.URL] = {}
        self._connections: KeptConnections | None = None

    def send(self, call: Call, deadline: Deadline) -> Any:
        """Send the call and return the JSON of its answer.

        Raises:
            RegisterTimeout: There was no whole answer before the deadline.
            RegisterRateLimited: The register said 429.
            RegisterUnavailable: It cannot be reached, hung up, or said 5xx.
            CredentialsRefused: It said 401.
            RegisterRefused: It said another 4xx.
            RegisterAnswerInvalid: It answered anything else than JSON of bearable size with 200.
        """
        failure: RegisterError
        until = _sooner(deadline, call.max_seconds)
        try:
            return self._exchange(call, until)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            failure = _failure(error)
        except (zlib.error, ValueError):
            failure = RegisterAnswerInvalid()
        raise failure

    def close(self) -> None:
        """Close every connection."""
        if self._connections is not None:
            self._connections.close()

    def _exchange(self, call: Call, deadline: Deadline) -> Any:
        url = self._urls.get(call.url)
        if url is None:
            # A register has one address, and httpx takes longer to read it than to send a call.
            url = self._urls[call.url] = httpx.URL(call.url)
        with self._opened().answer(url, _request(call, url), deadline) as answer:
            _refuse_all_but_json(answer, deadline.clock)
            body = _body(answer, call.max_bytes)
        # Values are not to be cached: they are names and numbers of persons.
        return from_json(body, allow_inf_nan=False, cache_strings="keys")

    def _opened(self) -> KeptConnections:
        # Lazily: loading the certificates costs more than a search.
        with self._opening:
            if self._connections is None:
                self._connections = KeptConnections(httpx.create_ssl_context(trust_env=False))
            return self._connections


def _request(call: Call, url: httpx.URL) -> bytes:
    """Write a call as HTTP has it.

    Raises:
        ValueError: A header, such as a token that a register gave, would end its line.
    """
    query = f"?{urlencode(call.parameters, quote_via=quote)}" if call.parameters else ""
    headers = {"Host": url.netloc.decode("ascii"), **_HEADERS, **call.headers}
    form = ""
    if call.form is not None:
        form = urlencode(call.form)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        headers["Content-Length"] = str(len(form))
    lines = [f"{call.method} {url.raw_path.decode('ascii')}{query} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if not "".join(lines).isprintable():
        raise ValueError
    return "\r\n".join((*lines, "", form)).encode("ascii")


def _sooner(deadline: Deadline, seconds: float) -> Deadline:
    own = Deadline.after(seconds, deadline.clock)
    return min(deadline, own, key=lambda each: each.at)


def _failure(error: httpx.HTTPError | httpx.InvalidURL) -> RegisterError:
    match error:
        case httpx.TimeoutException():
            return RegisterTimeout()
        case httpx.NetworkError() | httpx.ProxyError():
            return RegisterUnavailable()
        case _:
            return RegisterAnswerInvalid()


def _refuse_all_but_json(answer: HTTPResponse, clock: Clock) -> None:
    status = answer.status
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise RegisterRateLimited(retry_after=_retry_after(answer, clock))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise RegisterUnavailable(retry_after=_retry_after(answer, clock))
    if status == HTTPStatus.UNAUTHORIZED:
        raise CredentialsRefused
    if status >= HTTPStatus.BAD_REQUEST:
        raise RegisterRefused
    if status != HTTPStatus.OK or not _is_json(answer.getheader("Content-Type", "")):
        raise RegisterAnswerInvalid


def _is_json(content_type: str) -> bool:
    essence = content_type.partition(";")[0].strip().lower()
    return essence == "application/json" or essence.endswith("+json")


def _retry_after(answer: HTTPResponse, clock: Clock) -> int | None:
    """Return the whole seconds of a Retry-After, which comes as seconds or as a date."""
    written = answer.getheader("Retry-After", "").strip()
    if written.isascii() and written.isdigit():
        # Nine digits are thirty years; int() refuses some thousands of them.
        return min(int(written[:9]), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(written)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds = (aware - clock.now()).total_seconds()
    return min(max(0, round(seconds)), _LONGEST_WAIT)


def _body(answer: HTTPResponse, limit: int) -> bytes:
    """Return the body, unpacked. Unpacks no more than the limit: 200 kB of gzip may hold 200 MB."""
    body = _bounded(answer.read(limit + 1), limit)
    match answer.getheader("Content-Encoding", "identity").strip().lower():
        case "identity" | "":
            return body
        case "gzip":
            unpacker = zlib.decompressobj(wbits=31)
            unpacked = _bounded(unpacker.decompress(body, limit + 1), limit)
            if unpacker.eof and not unpacker.unused_data:
                return unpacked
    raise RegisterAnswerInvalid


def _bounded(body: bytes, limit: int) -> bytes:
    if len(body) > limit:
        raise RegisterAnswerInvalid
    return body
