"""Metrics that are counted from log lines, and queries that read them."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from leadcloud.events import Event, log
from tests.infra.deployment import Deployment, Resource, listed

EVENTS = {event.name: event for event in Event}
CONDITION = re.compile(r'\$\.(\w+) (!?=) "([^"]*)"')
OF_LAMBDA = {"@timestamp", "@type", "@initDuration", "@log"}
"""What CloudWatch finds out by itself."""


def filters(deployment: Deployment) -> Iterator[tuple[str, Resource]]:
    """Yield each filter's pattern and what it writes."""
    for each in deployment.properties("AWS::Logs::MetricFilter"):
        (written,) = listed(each["MetricTransformations"])
        yield each["FilterPattern"], written


def matches(pattern: str, line: dict[str, Any]) -> bool:
    """Tell whether a line is one that a pattern of ours finds."""
    return all(
        (line.get(field) == value) == (operator == "=")
        for field, operator, value in CONDITION.findall(pattern)
    )


def test_a_pattern_is_made_of_what_the_catalogue_has(deployment: Deployment) -> None:
    """An event and its own fields: a renamed one would count nothing, and nobody would know."""
    for pattern, written in filters(deployment):
        conditions = CONDITION.findall(pattern)
        fields = [field for field, _, _ in conditions]
        event = EVENTS[conditions[0][2]]
        assert fields[0] == "message"
        assert set(fields[1:]) <= event.fields
        assert " && ".join(f'$.{f} {o} "{v}"' for f, o, v in conditions) == pattern.strip("{} ")
        if written["MetricValue"] != "1":
            assert written["MetricValue"].removeprefix("$.") in event.fields


def test_nothing_of_a_caller_becomes_a_metric(deployment: Deployment) -> None:
    """Metrics have no dimensions, so that their number is what is written here."""
    for _, written in filters(deployment):
        assert "Dimensions" not in written


def test_what_is_logged_is_what_is_counted(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line that a function writes is found by its pattern, and by no other event's."""
    for event in Event:
        log(event, **dict.fromkeys(event.fields, "ok"))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for pattern, _ in filters(deployment):
        found = {line["message"] for line in lines if matches(pattern, line)}
        name = CONDITION.findall(pattern)[0][2]
        # The pattern of failed sources leaves out those that are well, and this line is one.
        assert found == (set() if "$.state" in pattern else {name})


def test_an_unexpected_error_of_any_function_is_counted(deployment: Deployment) -> None:
    """Each function's log has the filter; a new function gets it, too."""
    groups = {
        each["LogGroupName"]["Ref"]
        for each in deployment.properties("AWS::Logs::MetricFilter")
        if "UNEXPECTED_ERROR" in each["FilterPattern"]
    }
    of_functions = {
        each["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
        for each in deployment.functions().values()
    }
    assert groups == of_functions


def test_a_saved_query_reads_fields_that_there_are(deployment: Deployment) -> None:
    """A query names events and fields of the catalogue, and all functions' logs."""
    fields = {"message", *OF_LAMBDA, *(field for event in Event for field in event.fields)}
    queries = deployment.properties("AWS::Logs::QueryDefinition")
    assert len(queries) >= 5
    for query in queries:
        text = query["QueryString"]
        assert set(re.findall(r'"([A-Z_]{6,})"', text)) <= EVENTS.keys() | {"REPORT"}
        named = re.findall(r"\b(?:filter|pct\(|max\(|sum\(|sort) ?(@?\w+)", text)
        named += [each for by in re.findall(r"\bby ([\w@, ]+)", text) for each in by.split(", ")]
        aliases = set(re.findall(r"\bas (\w+)", text)) | {"ispresent"}
        assert set(named) - aliases <= fields, text
        assert len(query["LogGroupNames"]) == len(deployment.functions())
