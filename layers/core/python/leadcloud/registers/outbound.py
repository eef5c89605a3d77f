"""The only door to other parties' HTTP interfaces.

What a register answers is trusted in nothing: not in being JSON, in ending, in being as long as it
says or as small as it looks. And nothing of it leaves here but the parsed JSON: httpx puts whole
URLs into its log lines and exceptions, and a URL may hold a name or a phone number, so its errors
are replaced here, outside of the handler, that not even `__context__` keeps them.
"""

import threading
import zlib
from collections.abc import Callable, Iterable
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from pydantic_core import from_json

from leadcloud.clock import Clock, Deadline
from leadcloud.events import keep_libraries_quiet
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

    It follows no redirect, keeps no cookie and no answer, and reads no proxy from the environment:
    a transport of httpx knows none of them.
    """

    def __init__(self) -> None:
        keep_libraries_quiet()
        self._opening = threading.Lock()
        self._urls: dict[str, httpx.URL] = {}
        self._transport: KeptConnections | None = None

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
        if self._transport is not None:
            self._transport.close()

    def _exchange(self, call: Call, deadline: Deadline) -> Any:
        response = self._opened().handle_request(self._request(call, deadline))
        try:
            _refuse_all_but_json(response, deadline.clock)
            body = _body(response, call.max_bytes)
        finally:
            response.close()
        # Values are not to be cached: they are names and numbers of persons.
        return from_json(body, allow_inf_nan=False, cache_strings="keys")

    def _request(self, call: Call, deadline: Deadline) -> httpx.Request:
        url = self._urls.get(call.url)
        if url is None:
            # A register has one address, and httpx takes longer to read it than to send a call.
            url = self._urls[call.url] = httpx.URL(call.url)
        query = f"?{urlencode(call.parameters, quote_via=quote)}" if call.parameters else ""
        headers = {"Host": url.netloc.decode("ascii"), **_HEADERS, **call.headers}
        extensions = {"deadline": deadline, "target": url.raw_path + query.encode("ascii")}
        if call.form is not None:
            return httpx.Request(
                call.method, url, headers=headers, data=call.form, extensions=extensions
            )
        nothing = httpx.ByteStream(b"")
        return httpx.Request(
            call.method, url, headers=headers, stream=nothing, extensions=extensions
        )

    def _opened(self) -> KeptConnections:
        # Lazily: loading the certificates costs more than a search.
        with self._opening:
            if self._transport is None:
                self._transport = KeptConnections(httpx.create_ssl_context(trust_env=False))
            return self._transport


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


def _refuse_all_but_json(response: httpx.Response, clock: Clock) -> None:
    status = response.status_code
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise RegisterRateLimited(retry_after=_retry_after(response, clock))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise RegisterUnavailable(retry_after=_retry_after(response, clock))
    if status == HTTPStatus.UNAUTHORIZED:
        raise CredentialsRefused
    if status >= HTTPStatus.BAD_REQUEST:
        raise RegisterRefused
    if status != HTTPStatus.OK or not _is_json(response.headers.get("Content-Type", "")):
        raise RegisterAnswerInvalid


def _is_json(content_type: str) -> bool:
    essence = content_type.partition(";")[0].strip().lower()
    return essence == "application/json" or essence.endswith("+json")


def _retry_after(response: httpx.Response, clock: Clock) -> int | None:
    """Return the whole seconds of a Retry-After, which comes as seconds or as a date."""
    written = response.headers.get("Retry-After", "").strip()
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


def _body(response: httpx.Response, limit: int) -> bytes:
    """Return the body, unpacked. Unpacks no more than the limit: 200 kB of gzip may hold 200 MB."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    match encoding:
        case "identity" | "":
            return _joined(response.iter_raw(), limit, lambda chunk, _room: chunk)
        case "gzip":
            unpacker = zlib.decompressobj(wbits=31)
            body = _joined(response.iter_raw(), limit, unpacker.decompress)
            if unpacker.eof and not unpacker.unused_data:
                return body
    raise RegisterAnswerInvalid


def _joined(chunks: Iterable[bytes], limit: int, unpack: Callable[[bytes, int], bytes]) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += unpack(chunk, limit + 1 - len(body))
        if len(body) > limit:
            raise RegisterAnswerInvalid
    return bytes(body)
