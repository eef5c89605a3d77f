"""Only lines of the catalogue are logged, and no value that could be a person's."""

import errno
import io
import json
import logging
import sys
from datetime import datetime
from typing import Any

import pytest

from leadcloud.events import Event, keep_libraries_quiet, log
from leadcloud.http.wire import Wire


def test_a_line_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The event and its fields are there, one line each."""
    log(Event.KEY_REFUSED, reason="unknown")

    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["message"] == "KEY_REFUSED"
    assert json.loads(line)["reason"] == "unknown"


def test_a_line_has_the_usual_fields(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Queries find level, moment, service and trace under the names that Powertools gives them."""
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-abc;Parent=1;Sampled=1")

    log(Event.SUSPENSE_SEEN, hours=2)

    line = json.loads(capsys.readouterr().out)
    assert datetime.fromisoformat(line.pop("timestamp")).tzinfo
    assert line == {
        "level": "INFO",
        "message": "SUSPENSE_SEEN",
        "service": "leadcloud",
        "xray_trace_id": "1-abc",
        "hours": 2,
    }


@pytest.mark.parametrize(
    "value",
    ["Matti Virtanen", "+358401234567", "a@b.fi", "Äyräpää", "x\r\ny", "\x1b[31m", "x" * 81],
)
def test_what_could_be_a_person_is_replaced(capsys: pytest.CaptureFixture[str], value: str) -> None:
    """Even a mistake in the code cannot write a name or number into the log."""
    log(Event.KEY_REFUSED, reason=value)

    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["reason"] == "(not loggable)"


class Named(Wire):
    """Holds a name, as a contact does."""

    name: str = "Testi Synteettinen"


@pytest.mark.parametrize(
    "value", [Named(), b"Synteettinen", ["Synteettinen"], {"name": "Synteettinen"}, ValueError("x")]
)
def test_what_is_no_value_of_a_line_is_replaced(
    capsys: pytest.CaptureFixture[str], value: Any
) -> None:
    """A serialiser knows how to write out objects, and objects may hold persons."""
    log(Event.KEY_REFUSED, reason=value)

    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["reason"] == "(not loggable)"


def test_a_trace_is_no_way_into_the_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It begins in a header that a caller may send."""
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=Testi Synteettinen;Sampled=1")

    log(Event.SUSPENSE_SEEN, hours=2)

    assert json.loads(capsys.readouterr().out)["xray_trace_id"] == "(not loggable)"


class FullDisk(io.StringIO):
    """Standard output that nothing can be written to."""

    def flush(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def _closed() -> io.StringIO:
    output = io.StringIO()
    output.close()
    return output


@pytest.mark.parametrize("output", [FullDisk(), _closed(), None])
def test_a_line_that_cannot_be_written_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, output: io.StringIO | None
) -> None:
    """What is being answered, and perhaps was paid for, is worth more than its line.

    Python's standard output is None in a process that was started without one.
    """
    monkeypatch.setattr(sys, "stdout", output)

    log(Event.KEY_REFUSED, reason="unknown")


def test_a_line_is_written_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or another thread's line comes into its middle."""
    pieces: list[str] = []
    output = io.StringIO()
    monkeypatch.setattr(output, "write", pieces.append, raising=False)
    monkeypatch.setattr(sys, "stdout", output)

    log(Event.KEY_REFUSED, reason="unknown")

    (piece,) = pieces
    assert piece.endswith("\n")


def test_a_line_is_out_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is killed has said what he did until then."""
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written))

    log(Event.KEY_REFUSED, reason="unknown")

    assert written.getvalue().endswith(b"}\n")


@pytest.mark.parametrize("library", ["httpx", "httpcore", "botocore", "sqlalchemy"])
def test_libraries_do_not_tell_what_they_do(caplog: pytest.LogCaptureFixture, library: str) -> None:
    """Their lines at INFO are none of the catalogue, and hold whole URLs; whatever root lets by."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger(library).setLevel(logging.NOTSET)

    keep_libraries_quiet()

    assert not logging.getLogger(library).isEnabledFor(logging.INFO)


def test_another_field_is_an_error() -> None:
    """What may be logged is decided in the catalogue, not where it is logged."""
    with pytest.raises(ValueError, match="KEY_REFUSED"):
        log(Event.KEY_REFUSED, reason="unknown", name="x")
    with pytest.raises(ValueError, match="KEY_REFUSED"):
        log(Event.KEY_REFUSED)
