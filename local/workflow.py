"""The workflow runner of one machine: carries out the same definition that runs on AWS.

An execution is a record in the store, written whenever its next step may not happen twice for
nothing: after a task, and before a wait. Whoever kills the process loses nothing; a task that was
under way is carried out again, as a Lambda may be. Time comes from the clock that is given.

A plain task that outlasts its TimeoutSeconds (real ones: it is real work) fails with States.Timeout.
Its thread runs on, as a Lambda may, and what it answers then is not heard. Tasks of a Map that fail
are tried again at once.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event as Signal
from threading import Lock
from typing import Any

from leadcloud.clock import Clock, rfc3339
from leadcloud.store.interface import (
    Action,
    Delete,
    Record,
    Store,
    StoreError,
    TransactionCancelled,
    VersionConflict,
)
from local import definition as language
from local.definition import Data, Definition, PathMissing, State
from local.execution import Execution, ExecutionBook

Invoke = Callable[[Mapping[str, Any]], Any]
"""Carries out a task and returns its result; an exception's type is the error's name."""

_POLL = 0.05
"""Seconds between two looks at what is due."""

_TASKS_AT_ONCE = 16
"""More than ever wait for a task, so that one that has timed out keeps no other from starting."""


class WorkflowRunner:
    """Carries out executions."""

    def __init__(
        self,
        definition: Definition,
        *,
        store: Store,
        clock: Clock,
        invoke: Invoke,
        entering: Callable[[str, str], None] = lambda _name, _state: None,
    ) -> None:
        """Take the definition and what carries out its tasks.

        Args:
            definition: The workflow.
            store: Where executions lie.
            clock: Tells when a wait is over.
            invoke: Carries out a task.
            entering: Is told the execution's name and each state that it enters.
        """
        self._definition = definition
        self._book = ExecutionBook(store, clock)
        self._clock = clock
        self._invoke = invoke
        self._entering = entering
        self._tasks = ThreadPoolExecutor(_TASKS_AT_ONCE, thread_name_prefix="task")
        self._busy: set[str] = set()
        self._lock = Lock()

    def run_due(self) -> int:
        """Carry out what is due now, until nothing is; return how many steps that took."""
        steps = 0
        while due := self._book.due():
            for name in due:
                self.go_on(name)
            steps += len(due)
        return steps

    def next_due(self) -> datetime | None:
        """Return when the next wait is over, None if nothing waits."""
        return self._book.next_due()

    def serve(self, executor: Executor, stop: Signal) -> None:
        """Carry out what is due in the executor's threads, until told to stop."""
        while not stop.wait(_POLL):
            with suppress(StoreError):
                for name in self._book.due():
                    if self._take(name):
                        executor.submit(self._go_on_and_free, name)

    def go_on(self, name: str) -> None:
        """Carry an execution on to its next wait, or to its end."""
        with suppress(VersionConflict, TransactionCancelled):
            execution = self._book.execution(name)
            answer = self._book.answer_to(name, execution.token if execution else None)
            if execution is None or execution.due is None:
                return
            if answer is None and execution.due > rfc3339(self._clock.now()):
                return
            try:
                self._advance(execution, answer)
            except PathMissing:
                over = replace(execution, state=None, due=None, failed="States.Runtime")
                known = self._book.execution(name)
                self._book.save(replace(over, version=known.version if known else 0))

    def _take(self, name: str) -> bool:
        with self._lock:
            if name in self._busy:
                return False
            self._busy.add(name)
            return True

    def _go_on_and_free(self, name: str) -> None:
        try:
            with suppress(StoreError):
                self.go_on(name)
        finally:
            with self._lock:
                self._busy.discard(name)

    def _advance(self, execution: Execution, answer: Record | None) -> None:
        more: tuple[Action, ...] = ()
        if answer is not None:
            execution = self._answered(execution, json.loads(str(answer.attributes["data"])))
            more = (Delete(key=answer.key, version=answer.version),)
        elif execution.token and execution.entered:
            execution = self._failed(execution, "States.Timeout")
        elif execution.state is None:
            execution = self._to(execution, self._definition.start)
        for step in self._steps(execution):
            execution = self._book.save(replace(step, version=execution.version), *more)
            more = ()
            if execution.due is None or execution.due > rfc3339(self._clock.now()):
                return

    def _steps(self, execution: Execution) -> Iterator[Execution]:
        """Yield the execution each time that it has to be written down."""
        while execution.state is not None:
            state = self._definition[execution.state]
            if not execution.entered and not execution.attempts:
                self._entering(execution.name, execution.state)
            match state["Type"]:
                case "Choice":
                    execution = self._to(execution, language.choose(state, execution.data))
                case "Succeed":
                    execution = replace(execution, state=None, due=None)
                case "Wait":
                    yield (execution := self._wait(execution, state))
                case "Map":
                    yield (execution := self._map(execution, state))
                case _ if language.waits_for_token(state):
                    yield from self._ask(execution, state)
                    return
                case _:
                    yield (execution := self._task(execution, state))
        yield execution

    def _wait(self, execution: Execution, state: State) -> Execution:
        if execution.entered:
            return self._to(execution, state["Next"])
        seconds = language.wait_seconds(state, execution.data)
        return self._until(execution, seconds, entered=True)

    def _task(self, execution: Execution, state: State) -> Execution:
        outcome = self._outcome(state, execution.data)
        if isinstance(outcome, _Failure):
            return self._retried(execution, state, outcome.error)
        return self._answered(execution, outcome)

    def _outcome(self, state: State, data: Data) -> Data:
        """Return what a plain task answers within its time, or how it failed."""
        answer = self._tasks.submit(self._invoke, language.parameters(state, data))
        try:
            return answer.result(language.timeout_seconds(state, data))
        except FutureTimeout:
            # A task may raise such an error itself: then it is over, and it has failed.
            return _Failure("TimeoutError" if answer.done() else "States.Timeout")
        except Exception as error:  # noqa: BLE001 a task may fail with anything
            return _Failure(type(error).__name__)

    def _retried(self, execution: Execution, state: State, error: str) -> Execution:
        seconds = language.retry_after(state, error, execution.attempts)
        if seconds is None:
            return self._failed(execution, error)
        waiting = self._until(execution, seconds, entered=False)
        return replace(waiting, attempts=execution.attempts + 1)

    def _ask(self, execution: Execution, state: State) -> Iterator[Execution]:
        """Begin a wait for a token.

        The token is written down before its task runs, and the end of the wait after: whoever
        dies in between runs the task again, with the same token.
        """
        if execution.token is None:
            token = f"{execution.name}/{execution.version}"
            yield (execution := replace(execution, token=token))
        try:
            self._invoke(language.parameters(state, execution.data, str(execution.token)))
        except Exception as error:  # noqa: BLE001 a task may fail with anything
            yield replace(self._failed(execution, type(error).__name__), token=None)
            return
        seconds = language.timeout_seconds(state, execution.data)
        if seconds is None:
            raise PathMissing("TimeoutSeconds")
        yield self._until(execution, seconds, entered=True)

    def _map(self, execution: Execution, state: State) -> Execution:
        (task,) = state["ItemProcessor"]["States"].values()
        results = []
        for item in language.value_at(state["ItemsPath"], execution.data):
            outcome = self._item(task, item)
            if isinstance(outcome, _Failure):
                return self._failed(execution, outcome.error)
            results.append(outcome)
        return self._answered(execution, results)

    def _item(self, task: State, item: Data) -> Data:
        attempts = 0
        while True:
            outcome = self._outcome(task, item)
            if not isinstance(outcome, _Failure):
                return outcome
            if language.retry_after(task, outcome.error, attempts) is None:
                return outcome
            attempts += 1

    def _answered(self, execution: Execution, result: Data) -> Execution:
        state = self._definition[str(execution.state)]
        data = language.with_result(state, execution.data, result)
        return self._to(replace(execution, data=data), state["Next"])

    def _failed(self, execution: Execution, error: str) -> Execution:
        state = self._definition[str(execution.state)]
        caught = language.caught(state, error, execution.data)
        if caught is None:
            return replace(execution, state=None, due=None, failed=error)
        name, data = caught
        return self._to(replace(execution, data=data), name)

    def _to(self, execution: Execution, state: str) -> Execution:
        now = rfc3339(self._clock.now())
        return replace(execution, state=state, token=None, entered=False, attempts=0, due=now)

    def _until(self, execution: Execution, seconds: float, *, entered: bool) -> Execution:
        moment = self._clock.now() + timedelta(seconds=seconds)
        whole = moment + timedelta(microseconds=-moment.microsecond % 1_000_000)
        return replace(execution, due=rfc3339(whole), entered=entered)


@dataclass(frozen=True, slots=True)
class _Failure:
    """How a task failed."""

    error: str
