"""The boundary around what a workflow, or the clock, asks for."""

import json
import traceback
from importlib import import_module
from types import SimpleNamespace

import pytest

from leadcloud.step import StepFailed, carry_out

SPILLED = "Kanarja Synteettinen, +358457001987654"
CALLED_BY_THE_CLOCK = {
    "collect": ("functions.collector.handler", "services"),
    "anchor": ("functions.dsar_router.steps", "services"),
    "end_records": ("functions.dsar_router.steps", "services"),
    "report": ("functions.accounts.metering", "services"),
    "start_recorded": ("functions.dsar_router.steps", "services"),
    "sweep": ("functions.accounts.sweeper", "services"),
    "try_out": ("functions.canary.handler", "Settings.from_environment"),
}
"""By step, the module that is called, and what that asks first."""


def spill() -> None:
    """Fail as careless code does: with what it was given in the message."""
    raise LookupError(SPILLED)


def test_what_is_done_is_answered() -> None:
    """A step that succeeds answers what its work did."""
    assert carry_out("count", lambda: 3) == 3


def test_a_failure_tells_its_type_only(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither the exception, nor what led to it, nor the log line holds the error's text."""
    with pytest.raises(StepFailed) as failed:
        carry_out("count", spill, reference="SR-1")
    assert (str(failed.value), failed.value.__context__) == ("LookupError", None)
    assert SPILLED not in "".join(traceback.format_exception(failed.value))
    line = json.loads(capsys.readouterr().out)
    assert (line["message"], line["step"], line["reference"]) == ("STEP_FAILED", "count", "SR-1")
    assert line["error"] == "LookupError"


@pytest.mark.parametrize("step", CALLED_BY_THE_CLOCK)
def test_what_the_clock_calls_fails_so(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a call of the clock fails with becomes a dead letter: it holds the type only."""
    module, first = CALLED_BY_THE_CLOCK[step]
    handler = import_module(module)
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 900_000)
    monkeypatch.setattr(f"{module}.{first}", spill)
    with pytest.raises(StepFailed, match=r"^LookupError$"):
        handler.lambda_handler({"step": step}, context)
