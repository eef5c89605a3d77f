"""The stores that keep the contract: SQLite, and DynamoDB as two emulators play it."""

from collections.abc import Iterator
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from leadcloud.clock import SetClock
from leadcloud.store.dynamodb import DynamoDbStore
from leadcloud.store.dynamodb_item import PARTITION, SORT
from leadcloud.store.interface import Store
from leadcloud.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(
    params=["sqlite", "moto", pytest.param("ministack", marks=pytest.mark.loopback)],
)
def store(request: pytest.FixtureRequest, clock: SetClock, tmp_path: Path) -> Iterator[Store]:
    """Return an empty store; every test of the contract runs on each."""
    if request.param == "sqlite":
        sqlite = SqliteStore(tmp_path / "store.sqlite", clock)
        yield sqlite
        sqlite.close()
    else:
        client, table = request.getfixturevalue(f"{request.param}_table")
        yield DynamoDbStore(table, client, clock, random=SystemRandom())


@pytest.fixture
def moto_table(moto_client: "DynamoDBClient") -> Iterator[tuple["DynamoDBClient", str]]:
    """Return a client whose calls moto answers, and the name of an empty table."""
    with mock_aws():
        yield moto_client, new_table(moto_client)


@pytest.fixture
def ministack_table(ministack_client: "DynamoDBClient") -> tuple["DynamoDBClient", str]:
    """Return a client of ministack, and the name of an empty table."""
    return ministack_client, new_table(ministack_client)


@pytest.fixture(scope="session")
def moto_client() -> "DynamoDBClient":
    """Return a client: making one takes longer than a test."""
    return _client(None)


@pytest.fixture(scope="session")
def ministack_client(ministack: str) -> "DynamoDBClient":
    """Return a client of ministack."""
    return _client(ministack)


def new_table(client: "DynamoDBClient") -> str:
    """Make an empty table and return its name."""
    table = f"records-{uuid4()}"
    client.create_table(
        TableName=table,
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
    return table


def _client(endpoint: str | None) -> "DynamoDBClient":
    return boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name="eu-north-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
