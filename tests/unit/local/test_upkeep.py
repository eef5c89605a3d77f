"""What is done again and again beside the handlers."""

from threading import Event

import pytest

from local.upkeep import repeat


def test_what_failed_is_done_again(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever it was: a sweeper that ends would leave reservations for ever."""
    turns: list[int] = []
    swept = Event()

    def sweep() -> None:
        turns.append(1)
        if len(turns) == 1:
            raise LookupError("0457000001")
        swept.set()

    stop = repeat(sweep, seconds=0.01, name="sweeper")

    assert swept.wait(5)
    stop()
    said = capsys.readouterr().out
    assert "LookupError" in said
    assert "0457000001" not in said
