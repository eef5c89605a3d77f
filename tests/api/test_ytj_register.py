"""The business register's adapter against a mock made from the register's own document."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import leadcloud.registers
from leadcloud.clock import Deadline, SystemClock
from leadcloud.registers.condition import Condition
from leadcloud.registers.contact import BusinessContact
from leadcloud.registers.directory_api import DirectoryApi
from leadcloud.registers.interface import (
    PageRequest,
    RegisterPage,
    RegisterRateLimited,
    RegisterUnavailable,
)
from leadcloud.registers.manifest import load_manifest
from leadcloud.registers.outbound import Outbound
from leadcloud.secrets import Secrets

pytestmark = pytest.mark.loopback

MANIFEST = Path(leadcloud.registers.__file__).parent / "manifests" / "ytj_companies.toml"

Start = Callable[[int], Any]


def fetch(mock: Any, *conditions: Condition, position: str | None = None) -> RegisterPage:
    """Fetch a page of the mock register."""
    outbound = Outbound()
    register = DirectoryApi(load_manifest(MANIFEST, base_url=mock.base_url), outbound, Secrets({}))
    try:
        return register.fetch(
            PageRequest(
                criteria=conditions,
                size=30,
                position=position,
                deadline=Deadline.after(10, SystemClock()),
                request_id="ytj",
            )
        )
    finally:
        outbound.close()


def usable(companies: list[dict[str, Any]]) -> list[str]:
    """Return the ids of the companies that exist today and have a name, in order."""
    return [
        company["businessId"]["value"]
        for company in companies
        if not company.get("endDate")
        and next(
            (
                name["name"].strip()
                for name in company.get("names", ())
                if name["type"] == "1" and not name.get("endDate")
            ),
            "",
        )
    ]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
def test_register_is_read_to_its_end_once(start_ytj: Start, count: int) -> None:
    """Every usable company comes once, and no page is asked for that does not exist."""
    mock = start_ytj(count)
    read, position = [], None
    while True:
        page = fetch(mock, position=position)
        read += [each.business_id for each in page.contacts if isinstance(each, BusinessContact)]
        position = page.next_position
        if position is None or len(mock.asked) > 10:
            break
    assert read == usable(mock.companies)
    assert [query["page"] for query in mock.asked] == [
        [str(number + 1)] for number in range(max(1, -(-count // 100)))
    ]


def test_companies_that_vanish_are_not_the_first_again(start_ytj: Start) -> None:
    """When the register shrinks between two pages, its first page is not delivered twice."""
    mock = start_ytj(150)
    position = fetch(mock).next_position
    del mock.companies[100:]
    page = fetch(mock, position=position)
    assert (page.contacts, page.next_position) == ((), None)


def test_conditions_are_parameters_of_the_document(start_ytj: Start) -> None:
    """What is pushed down is a parameter that the published document has."""
    mock = start_ytj(3)
    fetch(
        mock,
        Condition(field="postal_code", operator="in", values=("00100",)),
        Condition(field="legal_form", operator="in", values=("OY",)),
        Condition(field="industry", operator="in", values=("62010",)),
    )
    assert mock.asked == [
        {
            "postCode": ["00100"],
            "companyForm": ["OY"],
            "mainBusinessLine": ["62010"],
            "page": ["1"],
        }
    ]


def test_document_knows_the_legal_forms(document: dict[str, Any]) -> None:
    """Every legal form that we read is one that the register can be asked for."""
    from leadcloud.registers.ytj_company import _LEGAL_FORMS

    parameters = document["paths"]["/companies"]["get"]["parameters"]
    (form,) = (each for each in parameters if each["name"] == "companyForm")
    assert set(_LEGAL_FORMS.values()) == set(form["schema"]["enum"])


def test_text_429_is_a_rate_limit(start_ytj: Start) -> None:
    """The limit that all users share is told in plain text, and is a rate limit all the same."""
    mock = start_ytj(1)
    mock.failure = (429, "text/plain", "Liian monta pyyntöä".encode())
    with pytest.raises(RegisterRateLimited):
        fetch(mock)


def test_documented_failure_is_unavailable(start_ytj: Start) -> None:
    """The documented 503 means that the register cannot be reached now."""
    mock = start_ytj(1)
    mock.failure = (503, "application/json", b'{"timestamp":"2026-11-23 12:00:00"}')
    with pytest.raises(RegisterUnavailable):
        fetch(mock)
