"""Age prediction for tests: the tables that are shipped, and what a caller sends and gets."""

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from functions.predict_age.handler import api
from leadcloud.ages.model import AgeModel, AgeModels
from leadcloud.ages.table import AgeTable, load
from leadcloud.wiring import Services
from tests.contacts import OpenAccount, register
from tests.gateway_event import gateway_event, status_and_body

TABLES = Path(__file__).parents[2] / "layers" / "data" / "ages"

Json = dict[str, Any]
Post = Callable[..., tuple[int, Json]]


@pytest.fixture(scope="session")
def finnish_ages() -> AgeModel:
    """The Finnish table that is shipped."""
    return AgeModels(TABLES).model("FI")


@pytest.fixture
def age_caller(services: Services, open_account: OpenAccount) -> Post:
    """Return what posts to age prediction as an account with one register of persons."""
    open_account(register("own", []), register("firms", [], kind="business", native={}))

    def post(body: Any, path: str = "/v1/predict-age", who: str = "buyer") -> tuple[int, Json]:
        event = gateway_event("POST", path, body, account_id=who, scopes="predict")
        return status_and_body(api.answer(event, services))

    return post


def body_of(names: Sequence[str], **more: Any) -> Json:
    """Return a request for these first names of the register."""
    return {
        "register": "own",
        "records": [{"ref": str(n), "first_name": name} | more for n, name in enumerate(names)],
    }


def chance(seed: int) -> Random:
    """Return what draws the same every time."""
    return Random(seed)  # noqa: S311 - repeatable, not secret


def common_names(model: AgeModel, count: int) -> list[str]:
    """Return the commonest names of a table, as they are written."""
    return [key.title() for key in model.table.names[:count]]


@pytest.fixture(params=sorted(path.stem for path in TABLES.glob("*.ages")))
def shipped_table(request: pytest.FixtureRequest) -> AgeTable:
    """Each table that is shipped."""
    return load(TABLES / f"{request.param}.ages")
