"""Starting executions of the workflow, and answering the ones that wait.

Input and answers hold ids only: an execution's history is kept, and read by operators.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from leadcloud.clock import Clock, rfc3339
from leadcloud.store.interface import (
    Key,
    PutIfAbsent,
    RecordExists,
    Store,
    TransactionCancelled,
)

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

Ids = Mapping[str, str]


class Executions(Protocol):
    """Starts executions and answers their waits."""

    def start(self, name: str, ids: Ids) -> None:
        """Start an execution; once per name, however often it is asked for."""

    def answer(self, token: str, ids: Ids) -> None:
        """Answer the wait that has this token; nothing happens if it is over."""


class StepFunctionsExecutions:
    """Executions of an AWS Step Functions state machine."""

    def __init__(self, client: "SFNClient", state_machine: str) -> None:
        self._client = client
        self._state_machine = state_machine

    def start(self, name: str, ids: Ids) -> None:
        """Start an execution; once per name, however often it is asked for."""
        with suppress(self._client.exceptions.ExecutionAlreadyExists):
            self._client.start_execution(
                stateMachineArn=self._state_machine, name=name, input=json.dumps(dict(ids))
            )

    def answer(self, token: str, ids: Ids) -> None:
        """Answer the wait that has this token; nothing happens if it is over."""
        over = (
            self._client.exceptions.TaskTimedOut,
            self._client.exceptions.TaskDoesNotExist,
            self._client.exceptions.InvalidToken,
        )
        with suppress(*over):
            self._client.send_task_success(taskToken=token, output=json.dumps(dict(ids)))


EXECUTION = "EXECUTION#"
WAITING = "EXECUTIONS-DUE"
ANSWERS = "EXECUTION-ANSWERS"


class StoredExecutions:
    """Executions as records, carried out by the local workflow runner."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def start(self, name: str, ids: Ids) -> None:
        """Start an execution; once per name, however often it is asked for."""
        now = rfc3339(self._clock.now())
        with suppress(TransactionCancelled):
            self._store.transact(
                PutIfAbsent(
                    key=execution_key(name),
                    attributes={"state": None, "data": json.dumps(dict(ids)), "due": now},
                ),
                PutIfAbsent(key=due_key(now, name), attributes={}),
            )

    def answer(self, token: str, ids: Ids) -> None:
        """Answer the wait that has this token; nothing happens if it is over."""
        with suppress(RecordExists):
            self._store.put_if_absent(Key(ANSWERS, token), {"data": json.dumps(dict(ids))})


def execution_key(name: str) -> Key:
    """Return where an execution's record lies."""
    return Key(f"{EXECUTION}{name}", "STATE")


def due_key(due: str, name: str) -> Key:
    """Return where it is noted when an execution is to go on."""
    return Key(WAITING, f"{due}#{name}")
