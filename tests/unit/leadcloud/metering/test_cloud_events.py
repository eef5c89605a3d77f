"""Usage as CloudEvents, into a file and over HTTP."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadcloud.accounts.money import Money
from leadcloud.forwarding.destination import Destination, Destinations
from leadcloud.forwarding.interface import ControllerRefused, ControllerUnreachable
from leadcloud.metering.cloud_events import FileSink, HttpSink, event_of
from leadcloud.metering.interface import SinkUnavailable, UsageRecord

SOMEWHERE = Destinations(lambda _host, _port: ["93.184.215.14"])


def record(hour: int = 12) -> UsageRecord:
    """Return what was used in an hour."""
    return UsageRecord(
        hour=datetime(2026, 11, 23, hour, tzinfo=UTC),
        account_id="customer",
        register="directory",
        units=7,
        amount=Money.read("0.35"),
    )


def test_an_event_has_what_the_specification_asks_for() -> None:
    """specversion, id, source and type; the rest tells whom, when and how much."""
    assert event_of(record()) == {
        "specversion": "1.0",
        "id": "2026-11-23T12:00:00Z/customer/directory",
        "source": "urn:leadcloud:metering",
        "type": "example.leadcloud.usage.v1",
        "subject": "customer",
        "time": "2026-11-23T12:00:00Z",
        "datacontenttype": "application/json",
        "data": {
            "account": "customer",
            "register": "directory",
            "hour": "2026-11-23T12:00:00Z",
            "units": 7,
            "amount": "0.35",
            "currency": "EUR",
        },
    }


def test_a_batch_is_posted_with_the_token() -> None:
    """In the batched content mode: a JSON array, by its own media type."""
    posted: list[tuple[bytes, Mapping[str, str]]] = []

    def post(_to: Destination, body: bytes, headers: Mapping[str, str]) -> int:
        posted.append((body, headers))
        return 202

    sink = HttpSink("https://meter.example/events", "token", destinations=SOMEWHERE, post=post)
    sink.send([record(12), record(13)])

    ((body, headers),) = posted
    assert json.loads(body) == [event_of(record(12)), event_of(record(13))]
    assert headers == {
        "Authorization": "Bearer token",
        "Content-Type": "application/cloudevents-batch+json",
    }


@pytest.mark.parametrize("error", [ControllerRefused, ControllerUnreachable])
def test_whatever_it_answers_but_yes_is_no(error: type[Exception]) -> None:
    """Even what it calls our fault counts as not told: better twice than never."""

    def post(*_: object) -> int:
        raise error

    sink = HttpSink("https://meter.example/", "token", destinations=SOMEWHERE, post=post)
    with pytest.raises(SinkUnavailable):
        sink.send([record()])


def test_a_line_that_was_cut_short_is_written_anew(tmp_path: Path) -> None:
    """Whoever wrote it died within it; the whole lines before it stay."""
    path = tmp_path / "usage.jsonl"
    whole, cut = json.dumps(event_of(record(12))), json.dumps(event_of(record(13)))[:40]
    path.write_text(f"{whole}\n{cut}", encoding="utf-8")

    FileSink(path).send([record(12), record(13)])

    lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [event_of(record(12)), event_of(record(13))]


@pytest.mark.parametrize("content", ["Dear diary\n", "[1]\n", '{"name": "x"}\n'])
def test_a_file_that_holds_something_else_is_left_alone(tmp_path: Path, content: str) -> None:
    """A mistyped path costs nobody a file."""
    path = tmp_path / "diary.txt"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(SinkUnavailable):
        FileSink(path).send([record()])

    assert path.read_text(encoding="utf-8") == content


def test_a_file_without_a_whole_line_that_is_no_cut_event_is_left_alone(tmp_path: Path) -> None:
    """One line without an end can be somebody's secret as well as a cut event."""
    path = tmp_path / "token"
    path.write_text("not an event", encoding="utf-8")

    with pytest.raises(SinkUnavailable):
        FileSink(path).send([record()])

    assert path.read_text(encoding="utf-8") == "not an event"
