"""The guide to deploying and the runbook on restoring, by the letter, on the deployed table."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from leadcloud.store.dynamodb_item import PARTITION, SORT
from tests.emulated.conftest import ACCOUNT, REGION, REPOSITORY, Deployed

pytestmark = [pytest.mark.loopback, pytest.mark.slow]

GUIDE = (REPOSITORY / "docs" / "deploy.md").read_text(encoding="utf-8")


def block(about: str) -> str:
    """Return the guide's one block of commands that holds some words."""
    (found,) = (each for each in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL) if about in each)
    return str(found)


FIRST_CUSTOMER = block("account create")


def operate(deployed: Deployed, commands: str) -> "subprocess.CompletedProcess[str]":
    """Run an operator's commands, after those by which the guide says where the deployment is."""
    outputs = deployed.emulator.outputs
    names = {
        **outputs,
        "SECRETS": outputs["SecretArn"],
        "REGISTERS": outputs["RegisterSecretArn"],
    }
    exports = re.sub(
        r":(\w+)$",
        lambda named: f":{names[named[1]]}",
        block("export LEADCLOUD_STORE"),
        flags=re.MULTILINE,
    )
    return subprocess.run(
        ["/bin/sh", "-euc", f"{exports}{commands}"],
        cwd=REPOSITORY,
        env={
            "PATH": f"{os.path.dirname(sys.executable)}:{os.defpath}",  # noqa: PTH120 as text
            "AWS_ENDPOINT_URL": deployed.emulator.endpoint,
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": REGION,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_first_customer_gets_in(deployed: Deployed) -> None:
    """The key that the guide's commands print opens the deployed API, and stands for the customer."""
    done = operate(deployed, FIRST_CUSTOMER)
    assert done.returncode == 0, done.stderr
    key = done.stdout.split()[-1]
    answer = deployed.api.get("/v1/account", headers={"X-API-Key": key})
    assert answer.status_code == 200, answer.text
    assert answer.json()["name"] == "Example Oy"


@pytest.fixture
def copy(deployed: Deployed) -> Iterator[str]:
    """The name of what the table is restored as."""
    name = f"{deployed.emulator.outputs['TableName']}-copy"
    yield name
    deployed.emulator.client("dynamodb").delete_table(TableName=name)


def test_lost_records_come_back_from_a_restored_copy(deployed: Deployed, copy: str) -> None:
    """The loss is seen, what is missing is written back where nothing is, and the books are right."""
    dynamodb = deployed.emulator.client("dynamodb")
    table = deployed.emulator.outputs["TableName"]
    opened = operate(deployed, f'{FIRST_CUSTOMER}echo "$customer"\n')
    assert opened.returncode == 0, opened.stderr
    partition = f"LEDGER#{opened.stdout.split()[-1]}"
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=table, TargetTableName=copy, RestoreDateTime=datetime.now(UTC)
    )
    for record in records(dynamodb, table, partition):
        key = {name: record[name] for name in (PARTITION, SORT)}
        dynamodb.delete_item(TableName=table, Key=key)
    assert operate(deployed, "python -m local.admin ledger verify").returncode == 1

    lost = records(dynamodb, copy, partition)
    assert lost
    for record in lost:
        nothing_there = f"attribute_not_exists({PARTITION})"
        dynamodb.put_item(TableName=table, Item=record, ConditionExpression=nothing_there)
    assert records(dynamodb, table, partition) == lost
    for verified in ("ledger", "audit"):
        done = operate(deployed, f"python -m local.admin {verified} verify")
        assert done.returncode == 0, done.stdout + done.stderr


def records(dynamodb: Any, table: str, partition: str) -> list[Any]:
    """Return the records of a partition, as `aws dynamodb query` does."""
    found: list[Any] = dynamodb.query(
        TableName=table,
        KeyConditionExpression=f"{PARTITION} = :partition",
        ExpressionAttributeValues={":partition": {"S": partition}},
    )["Items"]
    return found
