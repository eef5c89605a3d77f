"""What one paid search asks of DynamoDB, counted while real searches run against moto.

Nothing is estimated but the size of an item, which DynamoDB counts as names and values together.
Source: Amazon DynamoDB developer guide, "DynamoDB read and write operations" and "Item sizes".
"""

import contextlib
import gzip
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from math import ceil
from pathlib import Path
from random import SystemRandom
from tempfile import TemporaryDirectory
from typing import Any

import boto3
from moto import mock_aws

from functions.search.handler import api
from leadcloud.clock import SystemClock
from leadcloud.prohibitions import PUBLIC
from leadcloud.registers.contact import ConsumerContact
from leadcloud.settings import Settings
from leadcloud.store.dynamodb import DynamoDbStore
from leadcloud.store.dynamodb_item import PARTITION, SORT
from leadcloud.wiring import Services
from local.demo import REGISTERS, register_demo, seed
from local.demo_database import create_demo_database
from local.directory_provider import start_directory_provider
from local.folder import Folder, draw_secrets

_SEARCHES = 20
_WARM = 3
"""Searches that are not counted: what a process remembers is read once, and what a buyer's first search
of a day lists (two units a source) is written once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PaidSearch:
    """The mean of a page of a hundred contacts out of two registers, every one of them charged."""

    writes: float
    """Write units; of a transaction, twice as many."""
    reads: float
    """Read units."""
    requests: float
    """Sent to DynamoDB, one after another."""
    transactions: float
    answer_bytes: float
    """Body and headers, as they are."""
    packed_bytes: float
    """The same to a caller that takes gzip, by its fastest level."""
    log_bytes: float


class _Clock(SystemClock):
    """The machine's clock, and what was let pass besides."""

    def __init__(self) -> None:
        self._passed = 0.0

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return super().now() + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        """Return seconds that only ever grow."""
        return super().monotonic() + self._passed

    def let_pass(self, seconds: float) -> None:
        """Have it so much later."""
        self._passed += seconds


class _Units:
    """Counts the units of the requests that a client sends."""

    def __init__(self, client: Any) -> None:
        self.spent: Counter[str] = Counter()
        client.meta.events.register("provide-client-params.dynamodb", self._asked)
        client.meta.events.register("after-call.dynamodb", self._answered)

    def _asked(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        self.spent["requests"] += 1
        match model.name:
            case "BatchGetItem":
                # One at least for each record, there or not.
                (asked,) = params["RequestItems"].values()
                self.spent["reads"] += len(asked["Keys"])
            case "PutItem":
                self.spent["writes"] += _units(params["Item"], 1024)
            case "DeleteItem" | "UpdateItem":
                self.spent["writes"] += 1
            case "TransactWriteItems":
                self.spent["transactions"] += 1
                for action in params["TransactItems"]:
                    item = action.get("Put", {}).get("Item", {})
                    self.spent["writes"] += 2 * _units(item, 1024)

    def _answered(self, parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        # Every read of ours is strongly consistent.
        if model.name == "GetItem":
            self.spent["reads"] += _units(parsed.get("Item", {}), 4096)
        elif model.name == "BatchGetItem":
            items = [item for found in parsed["Responses"].values() for item in found]
            self.spent["reads"] += sum(_units(item, 4096) - 1 for item in items)
        elif model.name == "Query":
            size = sum(_size(item) for item in parsed.get("Items", ()))
            self.spent["reads"] += max(1, ceil(size / 4096))


def count(*, rest: float) -> PaidSearch:
    """Carry paid searches out and count.

    Args:
        rest: Seconds between two. After ten of them an instance holds nothing any more of the rates
            that all instances share, and has to ask again whether a register is well.
    """
    clock = _Clock()
    with TemporaryDirectory() as place, _house(Path(place), clock) as (services, units, key):
        for number in range(_SEARCHES):
            if number == _WARM:
                units.spent.clear()
            clock.let_pass(rest)
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                services.doorkeeper.recognise(key)
                answer = api.answer(_event(number), services)
            assert answer["statusCode"] == HTTPStatus.OK, answer["body"]
            units.spent.update(_bytes(answer), log_bytes=len(said.getvalue().encode()))
    names = PaidSearch.__dataclass_fields__
    return PaidSearch(**{name: units.spent[name] / (_SEARCHES - _WARM) for name in names})


def count_list(numbers: int) -> float:
    """Return the read units for which an instance comes to hold a public list of so many numbers."""
    clock = _Clock()
    with TemporaryDirectory() as place, _house(Path(place), clock) as (services, units, _):
        phones = [f"+35850{number:07}" for number in range(numbers)]
        services.prohibitions.load(PUBLIC, phones)
        allow = services.prohibitions.of("demo_customer")
        units.spent.clear()
        # So many that they are looked up in every part.
        allow.read_ahead(
            ConsumerContact(first_name="Testi", last_name="Synteettinen", phone=phone)
            for phone in phones[:10_000]
        )
        return float(units.spent["reads"])


def _bytes(answer: Mapping[str, Any]) -> dict[str, int]:
    head = sum(len(f"{name}: {value}\r\n") for name, value in answer["headers"].items())
    body = answer["body"].encode()
    return {
        "answer_bytes": head + len(body),
        "packed_bytes": head + len(gzip.compress(body, compresslevel=1)),
    }


@contextlib.contextmanager
def _house(place: Path, clock: _Clock) -> Iterator[tuple[Services, _Units, str]]:
    """Open the demo on a table that moto plays, with its directory and its own database."""
    folder = Folder(place / "state")
    folder.root.mkdir()
    secrets = draw_secrets(folder)
    create_demo_database(folder.root)
    variables = {
        "LEADCLOUD_STORE": "dynamodb:records",
        "LEADCLOUD_SECRETS": f"file:{folder.secrets}",
        "LEADCLOUD_SEARCH_DEADLINE": "25",  # of a machine that is busy with other things
    }
    provider = start_directory_provider(
        client_id=secrets["demo_directory_client_id"],
        client_secret=secrets["demo_directory_client_secret"],
    )
    with mock_aws():
        client = _table()
        services = Services(Settings.from_environment(variables), clock)
        services.store = DynamoDbStore("records", client, clock, random=SystemRandom())
        register_demo(services, provider.base_url)
        keys = seed(folder, services)
        yield services, _Units(client), keys["customer"]
    provider.stop()


def _table() -> Any:
    # moto brings the credentials.
    client = boto3.client("dynamodb", "us-east-1")
    client.create_table(
        TableName="records",
        KeySchema=[
            {"AttributeName": PARTITION, "KeyType": "HASH"},
            {"AttributeName": SORT, "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": PARTITION, "AttributeType": "S"},
            {"AttributeName": SORT, "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


def _event(number: int) -> dict[str, Any]:
    caller = {"account_id": "demo_customer", "key_id": "k", "scopes": "search", "tier": "large"}
    return {
        "httpMethod": "POST",
        "path": "/v1/search",
        "headers": {"Content-Type": "application/json", "Idempotency-Key": f"search-{number}"},
        "requestContext": {"requestId": f"request-{number}", "authorizer": caller},
        "body": json.dumps(
            {
                "purpose": "telemarketing_b2c",
                "registers": [REGISTERS["directory"], REGISTERS["own"]],
                "criteria": {"municipality": {"in": ["091", "092", "049"]}},
                "page_size": 100,
            }
        ),
    }


def _units(item: Mapping[str, Any], size: int) -> int:
    return max(1, ceil(_size(item) / size))


def _size(item: Mapping[str, Any]) -> int:
    return sum(len(name) + len(json.dumps(value)) for name, value in item.items())
