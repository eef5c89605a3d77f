"""The other side of each sink: who is told what was used, and counts what it was told."""

import io
import json
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config

from leadcloud.forwarding.destination import Destinations
from leadcloud.forwarding.outbound import post
from leadcloud.metering.cloud_events import FileSink, HttpSink
from leadcloud.metering.interface import Sink
from leadcloud.metering.marketplace import Buyer, Buyers, MarketplaceSink
from leadcloud.store.interface import Store

Told = dict[tuple[str, str, str], int]
"""Hour, account and register to contacts, each counted as the receiver would."""


class Receiver(ABC):
    """Who is told."""

    sink: Sink
    is_down: bool = False

    @abstractmethod
    def told(self) -> Told:
        """Return what it has been told."""


class EventReceiver(Receiver):
    """A service that takes batches of CloudEvents, and knows one by its source and id."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        host, port = "127.0.0.1", server.server_port
        self._events: dict[tuple[str, str], dict[str, Any]] = {}
        self.headers: list[dict[str, str]] = []
        self.sink = HttpSink(
            f"http://{host}:{port}/events",
            "token-of-the-sink",
            destinations=Destinations(lambda *_: [host], frozenset({f"{host}:{port}"})),
            post=post,
        )

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        """Take a batch and return the status."""
        if self.is_down:
            return 503
        self.headers.append(headers)
        for event in json.loads(body):
            self._events[event["source"], event["id"]] = event
        return 202

    def told(self) -> Told:
        return _told(self._events.values())


@contextmanager
def event_receiver() -> Iterator[EventReceiver]:
    """Run a service that takes events on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(receiver.take(body, dict(self.headers)))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver = EventReceiver(server)
        Thread(target=server.serve_forever, daemon=True).start()
        yield receiver
        server.shutdown()


class EventFile(Receiver):
    """A file of events; every line counts, for nobody looks whether one is there twice."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "export"
        self._folder.mkdir()
        self.path = self._folder / "usage.jsonl"
        self.sink = FileSink(self.path)

    @property
    def is_down(self) -> bool:
        """Whether its disk is gone."""
        return not self._folder.exists()

    @is_down.setter
    def is_down(self, is_down: bool) -> None:
        away = self._folder.with_name("away")
        (self._folder if is_down else away).rename(away if is_down else self._folder)

    def told(self) -> Told:
        if not self.path.exists():
            return {}
        events = [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines()]
        assert len({event["id"] for event in events}) == len(events)
        return _told(events)


class Marketplace(Receiver):
    """AWS Marketplace, behind botocore's own client: what does not fit its model is not sent."""

    def __init__(self, store: Store) -> None:
        self._records: dict[tuple[str, str, str], int] = {}
        self.skips = 0
        """How many records of the next call are not processed."""
        self.buyers = Buyers(store)
        for number, account in enumerate(("customer", "reseller")):
            self.buyers.put(account, buyer(number))
        client = boto3.client(
            "meteringmarketplace",
            region_name="eu-north-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )
        event = "before-send.meteringmarketplace"
        client.meta.events.register(event, self._answer)  # type: ignore[arg-type]  # it may answer
        self.sink = MarketplaceSink(client, self.buyers)

    def told(self) -> Told:
        names = {
            buyer(number).aws_account: name for number, name in enumerate(("customer", "reseller"))
        }
        return {
            (hour, names[account], register): units
            for (hour, account, register), units in self._records.items()
        }

    def _answer(self, request: Any, **_: object) -> AWSResponse:
        body = json.loads(request.body)
        if self.is_down:
            return _response(request.url, 400, {"__type": "ThrottlingException"})
        assert "ProductCode" not in body
        assert len(body["UsageRecords"]) <= 25
        skipped, self.skips = self.skips, 0
        processed = body["UsageRecords"][skipped:]
        results = [{"UsageRecord": each, "Status": self._take(each)} for each in processed]
        left = body["UsageRecords"][:skipped]
        return _response(request.url, 200, {"Results": results, "UnprocessedRecords": left})

    def _take(self, record: dict[str, Any]) -> str:
        hour = datetime.fromtimestamp(record["Timestamp"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        key = hour, record["CustomerAWSAccountId"], record["Dimension"]
        known = self._records.setdefault(key, record["Quantity"])
        return "Success" if known == record["Quantity"] else "DuplicateRecord"


def buyer(number: int) -> Buyer:
    """Return a buyer."""
    licence = f"arn:aws:license-manager::294406891311:license:l-{number:032}"
    return Buyer(aws_account=f"{number:012}", license_arn=licence)


def _told(events: Iterable[Mapping[str, Any]]) -> Told:
    told: Counter[tuple[str, str, str]] = Counter()
    for event in events:
        told[event["time"], event["subject"], event["data"]["register"]] += event["data"]["units"]
    return told


class _Raw(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, **_: object) -> Iterator[bytes]:
        """Yield it whole."""
        yield self.read()


def _response(url: str, status: int, body: dict[str, Any]) -> AWSResponse:
    return AWSResponse(url, status, HTTPHeaders(), _Raw(json.dumps(body).encode()))
