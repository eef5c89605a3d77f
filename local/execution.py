"""Executions of the workflow as records, and the list of what is due next."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from leadcloud.clock import Clock, rfc3339
from leadcloud.executions import ANSWERS, WAITING, due_key, execution_key
from leadcloud.store.interface import (
    Action,
    Delete,
    PutIfAbsent,
    Record,
    Store,
    Update,
    VersionConflict,
)
from leadcloud.store.pages import every_record
from local.definition import Data

NAME_KEPT = timedelta(days=90)
"""How long a name cannot start again. Source: AWS Step Functions quotas."""

_BATCH = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Execution:
    """Where an execution stands."""

    name: str
    state: str | None
    """None before the first state, and after the last."""
    data: Data
    due: str | None
    """When it goes on by itself; None once it is over."""
    token: str | None = None
    entered: bool = False
    """The wait or task in this state has begun."""
    attempts: int = 0
    failed: str | None = None
    """The error that nothing caught."""
    version: int = 0


class ExecutionBook:
    """Keeps executions."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def execution(self, name: str) -> Execution | None:
        """Return an execution."""
        record = self._store.get(execution_key(name))
        if record is None:
            return None
        row = cast("dict[str, Any]", record.attributes)
        return Execution(
            name=name,
            state=row["state"],
            data=json.loads(row["data"]),
            due=row["due"],
            token=row.get("token"),
            entered=bool(row.get("entered")),
            attempts=row.get("attempts", 0),
            failed=row.get("failed"),
            version=record.version,
        )

    def save(self, execution: Execution, *more: Action) -> Execution:
        """Write an execution down and when it is due, and do what belongs with that.

        Raises:
            VersionConflict: Somebody else carried it on.
            TransactionCancelled: The same, a moment later.
        """
        key = execution_key(execution.name)
        before = self._store.get(key)
        if before is None or before.version != execution.version:
            raise VersionConflict
        update = Update(
            key=key,
            version=execution.version,
            attributes={
                "state": execution.state,
                "data": json.dumps(execution.data),
                "due": execution.due,
                "token": execution.token,
                "entered": execution.entered,
                "attempts": execution.attempts,
                "failed": execution.failed,
            },
            expires_at=None if execution.due else self._clock.now() + NAME_KEPT,
        )
        due = _due_change(execution.name, before.attributes["due"], execution.due)
        self._store.transact(update, *due, *more)
        return replace(execution, version=execution.version + 1)

    def due(self) -> list[str]:
        """Return the executions whose wait is over or was answered."""
        now = rfc3339(self._clock.now())
        answered = (
            record.key.sort.rpartition("/")[0] for record in every_record(self._store, ANSWERS)
        )
        listed = (
            record.key.sort.partition("#")
            for record in self._store.query(WAITING, limit=_BATCH).records
        )
        return list(dict.fromkeys([*answered, *(name for due, _, name in listed if due <= now)]))

    def next_due(self) -> datetime | None:
        """Return when the next wait is over, None if nothing waits."""
        page = self._store.query(WAITING, limit=1)
        if not page.records:
            return None
        return datetime.fromisoformat(page.records[0].key.sort.partition("#")[0])

    def answer_to(self, name: str, token: str | None) -> Record | None:
        """Return the answer to the present token; answers to others came too late and go."""
        found = None
        for record in every_record(self._store, ANSWERS, f"{name}/"):
            if record.key.sort == token:
                found = record
            else:
                self._store.delete(record)
        return found


def _due_change(name: str, before: object, after: str | None) -> tuple[Action, ...]:
    if before == after:
        return ()
    gone = Delete(key=due_key(str(before), name), version=1)
    if after is None:
        return (gone,)
    return (gone, PutIfAbsent(key=due_key(after, name), attributes={}))
