"""Every log line that may exist. What is not in this catalogue cannot be logged.

The values of a line are numbers, truth values, and short codes or ids of our own making. Anything
else (a text with a space, an at sign or a plus, for instance) is replaced, so that not even a
mistake can write a name, a number or an address into a log.
"""

import logging
import re
import sys
from datetime import UTC, datetime
from enum import Enum, unique
from types import TracebackType
from typing import Literal

from pydantic_core import to_json

from leadcloud.settings import trace_id

_CODE = re.compile(r"[A-Za-z0-9_.:/{}-]{0,80}")
_REPLACED = "(not loggable)"
_SERVICE = "leadcloud"

Loggable = str | int | float | bool | None
Level = Literal["INFO", "WARNING", "ERROR"]


@unique
class Event(Enum):
    """A log line: its level, and the fields that it has."""

    REQUEST_ANSWERED = ("INFO", frozenset({"request_id", "operation", "status", "code", "ms"}))
    UNEXPECTED_ERROR = ("ERROR", frozenset({"request_id", "error", "place"}))
    KEY_REFUSED = ("INFO", frozenset({"reason"}))
    SOURCE_ANSWERED = (
        "INFO",
        frozenset({"request_id", "register", "state", "code", "read", "returned", "ms"}),
    )
    SUBJECT_REQUEST_FILED = ("INFO", frozenset({"reference", "source", "state"}))
    GUESSING_STOPPED = ("WARNING", frozenset({"origin"}))
    STEP_FAILED = ("ERROR", frozenset({"step", "reference", "error", "place"}))
    CONTROLLER_UNREACHABLE = ("WARNING", frozenset({"reference", "controller", "attempts"}))
    CASE_OVERDUE = ("WARNING", frozenset({"reference", "controller"}))
    RESERVATIONS_SWEPT = ("INFO", frozenset({"swept"}))
    SUSPENSE_SEEN = ("INFO", frozenset({"hours"}))
    REGISTER_MISCONFIGURED = ("ERROR", frozenset({"register"}))
    CANARY_PASSED = ("INFO", frozenset[str]())
    CANARY_STEP_PASSED = ("INFO", frozenset({"step", "ms"}))
    CANARY_FAILED = ("ERROR", frozenset({"step", "reason"}))
    USAGE_REPORTED = ("INFO", frozenset({"told", "refused"}))
    COLLECTION_ENDED = ("INFO", frozenset({"outcome"}))
    RELEASE_SEEN = ("INFO", frozenset({"days"}))
    CONTACTS_DROPPED = ("WARNING", frozenset({"request_id", "register", "dropped"}))

    def __init__(self, level: Level, fields: frozenset[str]) -> None:
        self.level = level
        self.fields = fields


def keep_libraries_quiet() -> None:
    """Let libraries log only what went wrong.

    At INFO, httpx writes whole URLs, and a directory's URL may hold a phone number.
    """
    for library in ("httpx", "httpcore", "botocore", "sqlalchemy"):
        logging.getLogger(library).setLevel(logging.WARNING)


def log(event: Event, **fields: Loggable) -> None:
    """Write one line of the catalogue to standard output.

    Its fields are named as Powertools for AWS names them. No logger stands in between: it would
    cost a quarter of a small answer, and nothing of it is used (docs/adr/0025).

    Raises:
        ValueError: The catalogue has other fields for this event.
    """
    if fields.keys() != event.fields:
        raise ValueError(f"{event.name} has the fields {sorted(event.fields)}")
    line = {
        "level": event.level,
        "message": event.name,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "service": _SERVICE,
        **{name: _loggable(value) for name, value in fields.items()},
    }
    if trace := trace_id():
        line["xray_trace_id"] = _loggable(trace)
    _write(f"{to_json(line).decode()}\n")


def _write(line: str) -> None:
    """Write a line in one piece, or lines of other threads come in between."""
    try:
        sys.stdout.write(line)
        sys.stdout.flush()
    except (OSError, ValueError, AttributeError):
        # A full disk, a closed pipe, or none at all: Python's standard output is then None. What is
        # being answered, and was perhaps paid, goes on.
        return


def log_unexpected(request_id: str, error: Exception) -> None:
    """Log an exception that nobody foresaw: its type and where it came from, never its message."""
    log(
        Event.UNEXPECTED_ERROR,
        request_id=request_id,
        error=type(error).__name__,
        place=_place_of(error.__traceback__),
    )


def log_step_failed(step: str, reference: str, error: Exception) -> None:
    """Log that a step of the workflow failed: the error's type and place, never its message."""
    log(
        Event.STEP_FAILED,
        step=step,
        reference=reference,
        error=type(error).__name__,
        place=_place_of(error.__traceback__),
    )


def _place_of(traceback: TracebackType | None) -> str:
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    if traceback is None:
        return ""
    return f"{traceback.tb_frame.f_globals.get('__name__', '')}:{traceback.tb_lineno}"


def _loggable(value: object) -> Loggable:
    if value is None or isinstance(value, int | float):
        return value
    # Types are not enough: the serialiser would write out a contact, member by member.
    return value if isinstance(value, str) and _CODE.fullmatch(value) else _REPLACED
