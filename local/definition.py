"""The part of the Amazon States Language that our workflow keeps to, and what it means.

JSONPath; Task (also waiting for a token), Choice, Wait, Map of one task, Succeed; Retry and Catch.
Anything else in a definition is refused when it is read, so that nothing is silently ignored.
Source: states-language.net.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

State = Mapping[str, Any]
Data = Any

WAIT_FOR_TOKEN = "arn:aws:states:::lambda:invoke.waitForTaskToken"  # noqa: S105 a resource's name

_FIELDS = {
    "Task": {
        "Resource",
        "Parameters",
        "TimeoutSeconds",
        "TimeoutSecondsPath",
        "ResultPath",
        "Retry",
        "Catch",
        "Next",
        "End",
    },
    "Choice": {"Choices", "Default"},
    "Wait": {"Seconds", "SecondsPath", "Next"},
    "Map": {"ItemsPath", "ItemProcessor", "MaxConcurrency", "ResultPath", "Catch", "Next"},
    "Succeed": set[str](),
}
_TESTS = {"StringEquals", "IsPresent"}


class DefinitionError(Exception):
    """The definition uses something that is not interpreted here; the message says what."""


class PathMissing(Exception):
    """A path leads nowhere."""


class Definition:
    """A workflow that was read and found to keep to the subset."""

    def __init__(self, text: str) -> None:
        document = json.loads(text)
        self.start: str = document["StartAt"]
        self.states: Mapping[str, State] = document["States"]
        _check(self.states)

    def __getitem__(self, name: str) -> State:
        """Return a state by its name."""
        return self.states[name]


def choose(state: State, data: Data) -> str:
    """Return the state that a Choice leads to."""
    for rule in state["Choices"]:
        if _holds(rule, data):
            return str(rule["Next"])
    return str(state["Default"])


def wait_seconds(state: State, data: Data) -> int:
    """Return how long a Wait lasts."""
    return int(state["Seconds"] if "Seconds" in state else value_at(state["SecondsPath"], data))


def timeout_seconds(state: State, data: Data) -> int | None:
    """Return after how many seconds a Task has taken too long; None where it may take any time."""
    path = state.get("TimeoutSecondsPath")
    seconds = value_at(path, data) if path else state.get("TimeoutSeconds")
    return None if seconds is None else int(seconds)


def waits_for_token(state: State) -> bool:
    """Tell whether a Task is over only when its token is answered."""
    return bool(state["Resource"] == WAIT_FOR_TOKEN)


def parameters(state: State, data: Data, token: str = "") -> dict[str, Any]:
    """Return the event that a Task's function gets."""
    template = state["Parameters"]
    if waits_for_token(state):
        template = template["Payload"]
    return {
        name.removesuffix(".$"): _filled(value, data, token) if name.endswith(".$") else value
        for name, value in template.items()
    }


def with_result(state: State, data: Data, result: Data) -> Data:
    """Return the data after a state: its result, in the place that ResultPath names."""
    return _placed(state.get("ResultPath", "$"), data, result)


def caught(state: State, error: str, data: Data) -> tuple[str, Data] | None:
    """Return the state and data that an error leads to; None if nothing catches it."""
    for catcher in state.get("Catch", ()):
        if _matches(catcher, error):
            found = {"Error": error, "Cause": ""}
            return catcher["Next"], _placed(catcher.get("ResultPath", "$"), data, found)
    return None


def retry_after(state: State, error: str, attempts: int) -> float | None:
    """Return the seconds until a Task is tried again; None if it is not.

    Args:
        state: The Task.
        error: What it failed with.
        attempts: How often it was tried again before.
    """
    for retrier in state.get("Retry", ()):
        if _matches(retrier, error):
            if attempts >= retrier.get("MaxAttempts", 3):
                return None
            rate = float(retrier.get("BackoffRate", 2.0))
            return float(retrier.get("IntervalSeconds", 1)) * rate**attempts
    return None


def value_at(path: str, data: Data) -> Any:
    """Return what a path such as `$.a.b` leads to.

    Raises:
        PathMissing: There is nothing.
    """
    for name in path.split(".")[1:]:
        if not isinstance(data, Mapping) or name not in data:
            raise PathMissing(path)
        data = data[name]
    return data


def _filled(path: str, data: Data, token: str) -> Any:
    return token if path == "$$.Task.Token" else value_at(path, data)


def _placed(path: str, data: Data, result: Data) -> Data:
    if path == "$":
        return result
    return {**data, path.removeprefix("$."): result}


def _holds(rule: Mapping[str, Any], data: Data) -> bool:
    try:
        value = value_at(rule["Variable"], data)
    except PathMissing:
        if "IsPresent" not in rule:
            raise
        return not rule["IsPresent"]
    if "IsPresent" in rule:
        return bool(rule["IsPresent"])
    return bool(value == rule["StringEquals"])


def _matches(rule: Mapping[str, Any], error: str) -> bool:
    names: Sequence[str] = rule["ErrorEquals"]
    failed = "States.TaskFailed" in names and error != "States.Timeout"
    return error in names or failed or "States.ALL" in names


def _check(states: Mapping[str, State]) -> None:
    for name, state in states.items():
        kind = state["Type"]
        if kind not in _FIELDS or not state.keys() <= _FIELDS[kind] | {"Type", "Comment"}:
            raise DefinitionError(f"the state {name} has something that is not interpreted here")
        if kind == "Choice":
            _check_choice(name, state)
        if kind == "Map":
            _check_map(name, state)


def _check_choice(name: str, state: State) -> None:
    for rule in state["Choices"]:
        if len(_TESTS & rule.keys()) != 1 or not rule.keys() <= _TESTS | {"Variable", "Next"}:
            raise DefinitionError(f"the choice {name} has a rule that is not interpreted here")


def _check_map(name: str, state: State) -> None:
    inner = list(state["ItemProcessor"]["States"].values())
    if len(inner) != 1 or inner[0]["Type"] != "Task" or waits_for_token(inner[0]):
        raise DefinitionError(f"the map {name} has more than one plain task")
    _check(state["ItemProcessor"]["States"])
