"""Every log line that may exist. What is not in this catalogue cannot be logged.

The values of a line are numbers, truth values, and short codes or ids of our own making. Anything
else (a text with a space, an at sign or a plus, for instance) is replaced, so that not even a
mistake can write a name, a number or an address into a log.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from types import TracebackType
from typing import TextIO

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

_CODE = re.compile(r"[A-Za-z0-9_.:/{}-]{0,80}")
_REPLACED = "(not loggable)"
_SERVICE = "leadcloud"

Loggable = str | int | float | bool | None


class Event(Enum):
    """A log line: its level, and the fields that it has."""

    REQUEST_ANSWERED = ("info", frozenset({"request_id", "operation", "status", "code", "ms"}))
    UNEXPECTED_ERROR = ("error", frozenset({"request_id", "error", "place"}))
    KEY_REFUSED = ("info", frozenset({"reason"}))
    SOURCE_ANSWERED = (
        "info",
        frozenset({"request_id", "register", "state", "code", "read", "returned", "ms"}),
    )
    SUBJECT_REQUEST_FILED = ("info", frozenset({"reference", "source", "state"}))
    GUESSING_STOPPED = ("warning", frozenset({"origin"}))
    STEP_FAILED = ("error", frozenset({"step", "reference", "error", "place"}))
    CONTROLLER_UNREACHABLE = ("warning", frozenset({"reference", "controller", "attempts"}))
    CASE_OVERDUE = ("warning", frozenset({"reference", "controller"}))
    RESERVATIONS_SWEPT = ("info", frozenset({"swept"}))
    SUSPENSE_SEEN = ("info", frozenset({"hours"}))
    REGISTER_MISCONFIGURED = ("error", frozenset({"register"}))
    CANARY_PASSED = ("info", frozenset[str]())
    CANARY_STEP_PASSED = ("info", frozenset({"step", "ms"}))
    CANARY_FAILED = ("error", frozenset({"step", "reason"}))
    USAGE_REPORTED = ("info", frozenset({"told", "refused"}))
    COLLECTION_ENDED = ("info", frozenset({"outcome"}))
    RELEASE_SEEN = ("info", frozenset({"days"}))
    CONTACTS_DROPPED = ("warning", frozenset({"request_id", "register", "dropped"}))

    def __init__(self, level: str, fields: frozenset[str]) -> None:
        self.level = logging.getLevelNamesMapping()[level.upper()]
        self.fields = fields


@cache
def _logger() -> logging.Logger:
    for noisy in ("httpx", "httpcore", "botocore", "sqlalchemy"):
        # At INFO, httpx writes whole URLs, and a directory's URL may hold a phone number.
        logging.getLogger(noisy).setLevel(logging.WARNING)
    Logger(
        service=_SERVICE, logger_handler=_StandardOutput(), logger_formatter=_Line(service=_SERVICE)
    )
    return logging.getLogger(_SERVICE)


class _Line(LambdaPowertoolsFormatter):
    """Writes what `log` hands over, in the fields that Powertools' own lines have.

    Theirs works out anew for each line which fields it has, at four times the cost; ours are known.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.fromtimestamp(record.created, UTC)
        line = {
            "level": record.levelname,
            "message": record.msg,
            "timestamp": at.isoformat(timespec="milliseconds"),
            "service": _SERVICE,
            **vars(record)["fields"],
        }
        trace = self._get_latest_trace_id()
        return json.dumps({**line, "xray_trace_id": trace} if trace else line)


class _StandardOutput(logging.StreamHandler[TextIO]):
    """Writes to what standard output is at that moment, not to what it was at the first line."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """Standard output as it is now."""
        return sys.stdout


def log(event: Event, **fields: Loggable) -> None:
    """Write one line of the catalogue.

    Raises:
        ValueError: The catalogue has other fields for this event.
    """
    if fields.keys() != event.fields:
        raise ValueError(f"{event.name} has the fields {sorted(event.fields)}")
    logger = _logger()
    if logger.isEnabledFor(event.level):
        safe = {name: _loggable(value) for name, value in fields.items()}
        # Without the search for the calling line, which no line of ours shows.
        logger.handle(
            logging.makeLogRecord(
                {
                    "name": _SERVICE,
                    "levelno": event.level,
                    "levelname": logging.getLevelName(event.level),
                    "msg": event.name,
                    "fields": safe,
                }
            )
        )


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


def _loggable(value: Loggable) -> Loggable:
    if isinstance(value, str) and not _CODE.fullmatch(value):
        return _REPLACED
    return value
