"""The code lists are served with their version, and not sent again to who has them."""

import json
from typing import Any

import pytest

from functions.search.handler import api
from leadcloud.codes.code_list import LIST_IDS
from leadcloud.wiring import Services
from tests.gateway_event import gateway_event


def get(services: Services, list_id: str, **headers: str) -> Any:
    """Get a list and return the whole answer."""
    return api.answer(gateway_event("GET", f"/v1/codes/{list_id}", headers=headers), services)


@pytest.mark.parametrize("list_id", LIST_IDS)
def test_every_list_is_served_with_its_source(services: Services, list_id: str) -> None:
    """Each has a version, a source, and labels in three languages."""
    answer = get(services, list_id)

    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["list"]) == (200, list_id)
    assert body["version"]
    assert body["source"]
    assert body["codes"][0]["labels"].keys() == {"fi", "sv", "en"}


def test_who_has_a_list_does_not_get_it_again(services: Services) -> None:
    """The entity tag changes with the list only."""
    tag = get(services, "region")["headers"]["ETag"]

    again = get(services, "region", **{"If-None-Match": f'"other", W/{tag}'})

    assert (again["statusCode"], again["body"]) == (304, "")
    assert again["headers"]["ETag"] == tag
    assert get(services, "municipality", **{"If-None-Match": tag})["statusCode"] == 200


def test_a_class_names_its_counterparts(services: Services) -> None:
    """The mapping between the versions of TOL is part of them; so does a class's only subclass."""
    codes = {each["code"]: each for each in json.loads(get(services, "tol_2008")["body"])["codes"]}

    assert codes["4520"]["corresponds_to"] == ["9531"]
    assert codes["62010"]["corresponds_to"] == codes["6201"]["corresponds_to"] == ["6210"]
    assert codes["47111"]["corresponds_to"] is None
    assert codes["45"]["corresponds_to"] is None


def test_there_is_no_other_list(services: Services) -> None:
    """An unknown list is not found, and the answer names those there are."""
    answer = get(services, "..")

    assert answer["statusCode"] == 404
    assert "municipality" in json.loads(answer["body"])["detail"]
