"""Only lines of the catalogue are logged, and no value that could be a person's."""

import json

import pytest

from leadcloud.events import Event, log


def test_a_line_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The event and its fields are there, one line each."""
    log(Event.KEY_REFUSED, reason="unknown")

    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["message"] == "KEY_REFUSED"
    assert json.loads(line)["reason"] == "unknown"


@pytest.mark.parametrize(
    "value",
    ["Matti Virtanen", "+358401234567", "a@b.fi", "Äyräpää", "x\r\ny", "\x1b[31m", "x" * 81],
)
def test_what_could_be_a_person_is_replaced(capsys: pytest.CaptureFixture[str], value: str) -> None:
    """Even a mistake in the code cannot write a name or number into the log."""
    log(Event.KEY_REFUSED, reason=value)

    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["reason"] == "(not loggable)"


def test_another_field_is_an_error() -> None:
    """What may be logged is decided in the catalogue, not where it is logged."""
    with pytest.raises(ValueError, match="KEY_REFUSED"):
        log(Event.KEY_REFUSED, reason="unknown", name="x")
