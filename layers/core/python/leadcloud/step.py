"""A step: what a workflow, or the clock, asks a function for.

What a step fails with is written down by others: in the history of an execution, in the runtime's
own log, in a queue of dead letters. So an exception leaves here as the name of its type only.
"""

from collections.abc import Callable
from typing import TypeVar

from leadcloud.events import log_step_failed

Result = TypeVar("Result")


class StepFailed(Exception):
    """A step failed; the message is the type of what went wrong."""


def carry_out(step: str, work: Callable[[], Result], *, reference: str = "") -> Result:
    """Do the work of one step.

    Args:
        step: Its name, for the log.
        work: What it does, from the first access to anything on.
        reference: What it is about, for the log: the id of a request or of a job.

    Raises:
        StepFailed: With the type of what went wrong, and with nothing that led to it.
    """
    try:
        return work()
    except Exception as error:  # noqa: BLE001 the one boundary: no text of an error gets out
        log_step_failed(step, reference, error)
        failure = StepFailed(type(error).__name__)
    raise failure
