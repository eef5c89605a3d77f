"""Building databases for tests, and requests to the look-up without a network."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from collect.collection import Collection, Feed
from collect.profile import profile
from collect.report import Report
from collect.synthetic import synthetic_rows
from functions.buildings.handler import api
from leadcloud.accounts.brake import Brake
from leadcloud.buildings.building_file import BuildingFile
from leadcloud.buildings.identifier import check_character
from leadcloud.buildings.release import Release
from leadcloud.buildings.store import BuildingStore
from leadcloud.clock import Deadline, SystemClock
from leadcloud.store.sqlite import SqliteStore

TODAY = date(2026, 11, 23)
ITEMS = "/v1/buildings/collections/buildings/items"
SYNTHETIC = 4_000

Rows = list[dict[str, Any]]


def building_id(number: int) -> str:
    """Return a valid identifier."""
    digits = f"{190_000_000 + number}"
    return digits + check_character(digits)


def row(number: int, **changes: Any) -> dict[str, Any]:
    """Return a row of the synthetic profile, changed as said; `at` is its position."""
    lon, lat = changes.pop("at", (25.0 + number * 0.0001, 60.3))
    return {
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "permanent_building_identifier": building_id(number),
        "municipality_number": "092",
        "completion_date": "1985-01-01Z",
        "main_purpose": "05",
        "address_name_fin": "Koivutie",
        "address_name_swe": "Björkvägen",
        "number_part_of_address_number": str(number),
        "postal_code": "01300",
    } | changes


def collect(target: Path, *feeds: Feed) -> tuple[Release, Report]:
    """Collect feeds, the most trusted first."""
    return Collection(target=target, today=TODAY, quiet=True).release(feeds)


def release(target: Path, rows: Rows) -> BuildingStore:
    """Write rows as a release and open it."""
    collect(target, Feed(profile=profile("synthetic"), origin=rows))
    return BuildingStore(target)


def soon() -> Deadline:
    """Return a deadline that no test reaches."""
    return Deadline.after(60, SystemClock())


@dataclass(frozen=True, kw_only=True, slots=True)
class LookUpServices:
    """What the look-up works with."""

    buildings: BuildingFile
    clock: SystemClock
    brake: Brake


@dataclass(frozen=True, kw_only=True, slots=True)
class LookUpReply:
    """An answer of the look-up."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.text)


class LookUp:
    """Asks the look-up's handlers, as the gateway would."""

    def __init__(self, path: Path) -> None:
        clock = SystemClock()
        self._services = LookUpServices(
            buildings=BuildingFile(path, clock),
            clock=clock,
            brake=Brake(SqliteStore(path.with_name("rates.sqlite"), clock), clock),
        )

    def get(self, target: str, method: str = "GET", **query: Any) -> LookUpReply:
        """Ask for a path or a link; `headers` go along."""
        headers = query.pop("headers", {})
        parts = urlsplit(target)
        parameters = parse_qs(parts.query, keep_blank_values=True)
        parameters |= {name: [str(value)] for name, value in query.items()}
        event = {
            "httpMethod": method,
            "path": parts.path,
            "headers": {"Host": "api.example"} | headers,
            "multiValueQueryStringParameters": parameters or None,
            "requestContext": {
                "requestId": "request-1",
                "authorizer": {
                    "account_id": "a",
                    "key_id": "k",
                    "scopes": "buildings",
                    "tier": "large",
                },
            },
        }
        answer = api.answer(event, self._services)  # type: ignore[arg-type]  # all that it uses
        return LookUpReply(
            status=answer["statusCode"], headers=answer["headers"], text=answer["body"]
        )

    def items(self, **query: Any) -> Any:
        """Ask for buildings with parameters by name, and return the parsed page."""
        reply = self.get(ITEMS, **query)
        assert reply.status == 200, reply.text
        return reply.json

    def all_ids(self, page: Any) -> list[str]:
        """Return the ids of a page and of all that follow by its links."""
        ids = [feature["id"] for feature in page["features"]]
        while following := [each["href"] for each in page["links"] if each["rel"] == "next"]:
            page = self.get(following[0]).json
            ids += [feature["id"] for feature in page["features"]]
        return ids


OpenLookUp = Callable[[Rows], LookUp]


@pytest.fixture(scope="session")
def synthetic_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a release of a few thousand invented buildings."""
    target = tmp_path_factory.mktemp("synthetic") / "buildings.sqlite"
    release(target, list(synthetic_rows(SYNTHETIC)))
    return target


@pytest.fixture(scope="session")
def synthetic_store(synthetic_file: Path) -> BuildingStore:
    """Give the reader of that release."""
    return BuildingStore(synthetic_file)


@pytest.fixture(scope="session")
def look_up(synthetic_file: Path) -> LookUp:
    """Give the look-up on that release."""
    return LookUp(synthetic_file)


@pytest.fixture
def open_look_up(tmp_path: Path) -> OpenLookUp:
    """Give a look-up on rows of the test's own."""

    def open_(rows: Rows) -> LookUp:
        target = tmp_path / "buildings.sqlite"
        release(target, rows)
        return LookUp(target)

    return open_
