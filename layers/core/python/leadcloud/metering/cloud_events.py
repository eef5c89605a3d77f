"""Usage as CloudEvents 1.0, over HTTP or into a file.

Source: CloudEvents specification 1.0.2; its HTTP protocol binding (batched content mode) and its
JSON format. An event's `source` and `id` together are unique, so that a consumer drops repetitions.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from leadcloud.accounts.money import CURRENCY
from leadcloud.clock import rfc3339
from leadcloud.forwarding.destination import Destinations
from leadcloud.forwarding.interface import ForwardingError
from leadcloud.forwarding.outbound import Post
from leadcloud.metering.interface import Refusals, Sink, SinkUnavailable, UsageRecord

BATCH_TYPE = "application/cloudevents-batch+json"

_SOURCE = "urn:leadcloud:metering"
_TYPE = "example.leadcloud.usage.v1"
_BEGINS = b'{"specversion": "1.0"'
"""What every line of a file begins with."""


def event_of(record: UsageRecord) -> Mapping[str, Any]:
    """Return a record as an event."""
    return {
        "specversion": "1.0",
        "id": record.id,
        "source": _SOURCE,
        "type": _TYPE,
        "subject": record.account_id,
        "time": rfc3339(record.hour),
        "datacontenttype": "application/json",
        "data": {
            "account": record.account_id,
            "register": record.register,
            "hour": rfc3339(record.hour),
            "units": record.units,
            "amount": str(record.amount),
            "currency": CURRENCY,
        },
    }


class HttpSink(Sink):
    """A service that takes batches of events, with a bearer token."""

    batch: ClassVar[int] = 100

    def __init__(self, url: str, token: str, *, destinations: Destinations, post: Post) -> None:
        self.name = f"http:{url}"
        self._url = url
        self._token = token
        self._destinations = destinations
        self._post = post

    def send(self, records: Sequence[UsageRecord]) -> Refusals:
        """Post the events; 2xx says that it has all of them.

        Raises:
            SinkUnavailable: Any other answer, or none.
        """
        body = json.dumps([event_of(record) for record in records]).encode()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": BATCH_TYPE}
        try:
            self._post(self._destinations.find(self._url), body, headers)
        except ForwardingError:
            raise SinkUnavailable from None
        return {}


class FileSink(Sink):
    """A file of events, one a line, that is only ever appended to; no event is in it twice."""

    batch: ClassVar[int] = 1_000

    def __init__(self, path: Path) -> None:
        self.name = f"file:{path.resolve()}"
        self._path = path

    def send(self, records: Sequence[UsageRecord]) -> Refusals:
        """Append the events that are not there yet; durable when this returns.

        Raises:
            SinkUnavailable: The file cannot be written, or holds something else.
        """
        try:
            with self._path.open("a+b") as file:
                file.seek(0)
                text = file.read()
                whole = text.rfind(b"\n") + 1
                known = {json.loads(line)["id"] for line in text[:whole].splitlines()}
                if not text[whole:].startswith(_BEGINS[: len(text) - whole]):
                    raise SinkUnavailable
                file.truncate(whole)  # whoever wrote last may have died within a line
                events = (event_of(record) for record in records if record.id not in known)
                file.write(b"".join(json.dumps(event).encode() + b"\n" for event in events))
                file.flush()
                os.fsync(file.fileno())
        except (OSError, ValueError, LookupError, TypeError):  # or it holds something else
            raise SinkUnavailable from None
        return {}
