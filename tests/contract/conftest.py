"""The stores that keep the contract: SQLite, and DynamoDB as two emulators play it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from moto import mock_aws

from leadcloud.clock import SetClock
from leadcloud.store.dynamodb import PARTITION, SORT, DynamoDbStore
from leadcloud.store.interface import Store
from leadcloud.store.sqlite import SqliteStore
from tests.plugins.requirements import require

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
        yield moto_client, _new_table(moto_client)


@pytest.fixture
def ministack_table(ministack_client: "DynamoDBClient") -> tuple["DynamoDBClient", str]:
    """Return a client of ministack, and the name of an empty table."""
    return ministack_client, _new_table(ministack_client)


@pytest.fixture(scope="session")
def moto_client() -> "DynamoDBClient":
    """Return a client: making one takes longer than a test."""
    return _client(None)


@pytest.fixture(scope="session")
def ministack_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator["DynamoDBClient"]:
    """Start ministack on a free port of this machine and return a client of it."""
    require(
        "ministack",
        available=find_spec("ministack") is not None,
        install_command="uv sync --group dev",
    )
    port = _free_port()
    log = tmp_path_factory.mktemp("ministack") / "log"
    environment = os.environ | {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "SERVICES": "dynamodb",
        "TMPDIR": str(log.parent),
    }
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "ministack"], env=environment, stdout=output, stderr=output
        )
    try:
        client = _client(f"http://127.0.0.1:{port}")
        _await_answer(client, server)
        yield client
    finally:
        server.terminate()
        server.wait()


def _new_table(client: "DynamoDBClient") -> str:
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_answer(client: "DynamoDBClient", server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert server.poll() is None, "ministack ended before it answered"
        try:
            client.list_tables()
        except EndpointConnectionError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("ministack does not answer")
