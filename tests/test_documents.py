"""The documents say what the code does."""

import ast
import json
import re
from importlib import import_module
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from functions.search.age_group import AGE_GROUP, AGE_OPERATORS
from functions.search.criteria import CRITERIA, parse_criteria
from functions.search.home import HOME_OPERATORS
from functions.search.messages import SearchRequest
from functions.search.premises import PREMISES_OPERATORS
from leadcloud.ages.groups import GROUPS
from leadcloud.buildings.code_list import HEATINGS, USES
from leadcloud.errors import every_error
from leadcloud.http.problem import Problem
from leadcloud.http.routes import ROUTES
from leadcloud.registers.column_mapping import MappingRefused
from leadcloud.registers.interface import RegisterError, RegisterTimeout
from local.openapi import DOCUMENT, document

ROOT = Path(__file__).parents[1]


def test_the_published_openapi_document_is_the_generated_one() -> None:
    """Callers generate clients from the file; it must not lag behind."""
    assert json.loads(DOCUMENT.read_text(encoding="utf-8")) == document()


def test_the_openapi_document_is_valid() -> None:
    """Any tool that reads OpenAPI 3.1 can read ours."""
    validate(document())


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation)
def test_every_route_has_a_handler(route: object) -> None:
    """A route in the table that nobody answers would be a promise broken."""
    assert route in [
        operation.route
        for function in {each.function for each in ROUTES}
        for operation in import_module(f"functions.{function}.handler").api.operations.values()
    ]


def test_every_error_is_documented() -> None:
    """Each code stands in docs/errors.md with its status."""
    documented = (ROOT / "docs/errors.md").read_text(encoding="utf-8")

    for error in every_error():
        assert f"| {error.status} | `{error.code}` |" in documented


def test_what_becomes_of_a_source_is_documented() -> None:
    """Each way in which a register may fail, with its state and whether to try again."""
    documented = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    failures = [RegisterError]
    for failure in failures:
        failures += failure.__subclasses__()

    told = {each for each in failures if "code" in vars(each)}
    assert {MappingRefused, RegisterTimeout} <= told
    for failure in told:
        again = "yes" if failure.retryable else "no"
        (row,) = re.findall(
            rf"^\| `(\w+)` \| `{failure.code}` \| .* \| (\w+) \|$", documented, re.MULTILINE
        )
        assert row == (failure.state, again)


def test_the_criteria_of_a_search_are_documented() -> None:
    """Every field with its operators, of consumers and of companies, and no other."""
    documented = (ROOT / "docs/searching.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| `(\w+)` \| (.+?) \|", documented, re.MULTILINE)
    told = {(of, field): tuple(re.findall(r"`(\w+)`", names)) for of, field, names in rows}

    known = {"consumer": "consumers", "business": "companies"}
    ours = {
        "consumers": {**HOME_OPERATORS, AGE_GROUP: AGE_OPERATORS},
        "companies": PREMISES_OPERATORS,
    }
    expected = {
        (known[kind], field): tuple(criterion.operators)
        for kind, criteria in CRITERIA.items()
        for field, criterion in criteria.items()
    } | {(of, field): names for of, fields in ours.items() for field, names in fields.items()}
    assert told == expected
    for word in (*USES, *HEATINGS, *GROUPS):
        assert f"`{word}`" in documented


def test_the_documented_search_is_one() -> None:
    """What a caller copies from the document is accepted."""
    documented = (ROOT / "docs/searching.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```json\n(.*?)```", documented, re.DOTALL)

    request = SearchRequest.model_validate_json(block)

    assert len(parse_criteria("business", request.criteria)) == len(request.criteria)


def test_the_faults_of_a_search_are_documented() -> None:
    """Every code that stands in its source; a caller goes by it."""
    documented = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    _, _, listed = documented.partition("## Faults of a search")
    # A job's faults and the operator's are told to whom they concern elsewhere.
    others = {"register_job.py", "switches.py", "whole_register.py"}
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "functions/search").glob("*.py"))
        if path.name not in others
    )
    codes = set(re.findall(r"""code="(\w+)"|return "(\w+)", f?"|\("(form)", """, source))

    assert len(codes) > 10
    assert {f"`{code}`" for found in codes for code in found if code} <= set(
        re.findall(r"`\w+`", listed)
    )


def test_errors_are_told_by_members_that_a_problem_has() -> None:
    """What a meaning says to look at is in the document, under that name."""
    documented = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in documented.splitlines() if line.startswith("| 4")]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row[2])}

    assert named
    assert named <= Problem.model_fields.keys()


def test_every_error_stands_in_the_tree() -> None:
    """The drawing at the top of errors.py is complete."""
    tree = ast.get_docstring(ast.parse((_layer() / "errors.py").read_text(encoding="utf-8"))) or ""

    for error in every_error():
        assert error.__name__ in tree
        assert f"{error.status} {error.code}" in tree


def test_only_settings_reads_the_environment() -> None:
    """One file says what the service can be told from outside."""
    readers = {
        path.name
        for path in _layer().rglob("*.py")
        if "os.environ" in path.read_text(encoding="utf-8")
    }

    assert readers == {"settings.py"}


def _layer() -> Path:
    return ROOT / "layers/core/python/leadcloud"
