"""Records in one DynamoDB table."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from leadcloud.clock import Clock
from leadcloud.store.checked import CheckedStore, obstacle_to_adding
from leadcloud.store.dynamodb_item import (
    ATTRIBUTES,
    EXPIRES_AT,
    PARTITION,
    SORT,
    VERSION,
    WRITE,
    Item,
    is_live,
    item_key,
    item_of,
    record_of,
)
from leadcloud.store.interface import (
    Action,
    Add,
    Check,
    Delete,
    Key,
    PutIfAbsent,
    Reason,
    Record,
    StoreUnavailable,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ABSENT = "attribute_not_exists(#version) OR #expires_at <= :now"
UNCHANGED = "#version = :version AND (attribute_not_exists(#expires_at) OR #expires_at > :now)"
LIVE = "attribute_exists(#version) AND (attribute_not_exists(#expires_at) OR #expires_at > :now)"
NAMES = {"#version": VERSION, "#expires_at": EXPIRES_AT}

REFUSED = "ConditionalCheckFailed"

PASSING = frozenset(
    {
        "ProvisionedThroughputExceeded",
        "ThrottlingError",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""Why a write was not done although it could be, where botocore does not try again by itself."""

MAX_BATCH = 100
"""Most keys of one request. Source: DynamoDB BatchGetItem."""

TRIES = 5
FIRST_PAUSE = 0.05
"""Seconds; the most before the second try, twice as long before each further one."""


class DynamoDbStore(CheckedStore):
    """Keeps records in a table whose keys are PARTITION and SORT, both strings.

    Throttling and network faults are tried again by the client, as its configuration says.
    """

    def __init__(
        self,
        table: str,
        client: "DynamoDBClient",
        clock: Clock,
        *,
        random: Random,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Use a table that is there.

        Args:
            table: Its name.
            client: What boto3 makes for "dynamodb".
            clock: Decides what has expired.
            random: For the pauses, and for telling writes apart: SystemRandom, but in a test.
            sleep: Waits the given seconds.
        """
        self._table = table
        self._client = client
        self._clock = clock
        self._random = random
        self._sleep = sleep

    def _get(self, key: Key) -> Record | None:
        with _unavailable():
            answer = self._client.get_item(
                TableName=self._table, Key=item_key(key), ConsistentRead=True
            )
        item = answer.get("Item")
        return record_of(item) if item and is_live(item, self._now()) else None

    def _get_many(self, keys: Sequence[Key]) -> Iterator[Record]:
        for start in range(0, len(keys), MAX_BATCH):
            yield from self._batch(keys[start : start + MAX_BATCH])

    def _batch(self, keys: Sequence[Key]) -> Iterator[Record]:
        """Yield the live ones; what DynamoDB has not got to, it is asked for again."""
        now, left = self._now(), [item_key(key) for key in keys]
        for failed in range(1, TRIES + 1):
            with _unavailable():
                answer = self._client.batch_get_item(
                    RequestItems={self._table: {"Keys": left, "ConsistentRead": True}}
                )
            found = answer["Responses"].get(self._table, [])
            yield from (record_of(item) for item in found if is_live(item, now))
            unread: Any = answer["UnprocessedKeys"]
            left = unread.get(self._table, {}).get("Keys", [])
            if not left:
                return
            if failed < TRIES:
                self._pause(failed)
        raise StoreUnavailable(f"DynamoDB: {TRIES} tries left some records unread")

    def _query(
        self, partition: str, prefix: str, *, least: int, after: str | None, descending: bool
    ) -> Sequence[Record]:
        condition, values = f"{PARTITION} = :partition", {":partition": {"S": partition}}
        if prefix:
            condition += f" AND begins_with({SORT}, :prefix)"
            values[":prefix"] = {"S": prefix}
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ConsistentRead": True,
            "ScanIndexForward": not descending,
            "Limit": least,
        }
        if after is not None:
            request["ExclusiveStartKey"] = item_key(Key(partition, after))
        return self._collect(request, least)

    def _collect(self, request: dict[str, Any], least: int) -> Sequence[Record]:
        """Read on until there are enough records: the expired are deleted days late."""
        now = self._now()
        records: list[Record] = []
        while len(records) < least:
            with _unavailable():
                answer = self._client.query(**request)
            records += [record_of(item) for item in answer["Items"] if is_live(item, now)]
            if "LastEvaluatedKey" not in answer:
                break
            # Without the limit, a read returns up to a megabyte.
            request.pop("Limit", None)
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
        return records

    def _write(self, actions: Sequence[Action]) -> Sequence[Reason]:
        now, write = self._now(), f"{self._random.getrandbits(128):032x}"
        requests = [self._request(action, now, write) for action in actions]
        for failed in range(1, TRIES + 1):
            refusals = self._send(requests, write)
            if not refusals or any(_is_own(refusal, write) for refusal in refusals):
                return [None for _ in actions]
            if any(refusal["Code"] == REFUSED for refusal in refusals):
                found = zip(actions, refusals, strict=True)
                return [_reason(action, refusal, now) for action, refusal in found]
            if failed < TRIES:
                self._pause(failed)
        raise StoreUnavailable(f"DynamoDB: {TRIES} tries met other transactions or throttling")

    def _request(self, action: Action, now: int, write: str) -> dict[str, Any]:
        """Return the action as TransactWriteItems takes it."""
        if isinstance(action, Add):
            return {"Update": _addition(action, now, write) | {"TableName": self._table}}
        request: dict[str, Any] = {
            "TableName": self._table,
            "ConditionExpression": ABSENT if isinstance(action, PutIfAbsent) else UNCHANGED,
            "ExpressionAttributeNames": NAMES,
            "ExpressionAttributeValues": {":now": {"N": str(now)}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if not isinstance(action, PutIfAbsent):
            request["ExpressionAttributeValues"][":version"] = {"N": str(action.version)}
        if isinstance(action, Delete):
            return {"Delete": request | {"Key": item_key(action.key)}}
        if isinstance(action, Check):
            return {"ConditionCheck": request | {"Key": item_key(action.key)}}
        return {"Put": request | {"Item": item_of(action, write)}}

    def _send(self, requests: Sequence[Any], write: str) -> Sequence[Item]:
        """Return DynamoDB's reason for each request; none at all when all were done."""
        with _unavailable():
            try:
                match requests:
                    # A transaction costs twice as much.
                    case [{"Put": put}]:
                        self._client.put_item(**put)
                    case [{"Delete": delete}]:
                        self._client.delete_item(**delete)
                    case _:
                        # With the token, a transaction that is sent again is not done again.
                        self._client.transact_write_items(
                            TransactItems=requests, ClientRequestToken=write
                        )
            except ClientError as error:
                refusals = _refusals(error)
                if {refusal["Code"] for refusal in refusals}.isdisjoint({*PASSING, REFUSED}):
                    raise
                return refusals
        return []

    def _pause(self, failed: int) -> None:
        self._sleep(self._random.uniform(0, FIRST_PAUSE * 2 ** (failed - 1)))

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


@contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise StoreUnavailable(f"DynamoDB: {error.response['Error']['Code']}") from error
    except BotoCoreError as error:
        raise StoreUnavailable(f"DynamoDB: {type(error).__name__}") from error


def _refusals(error: ClientError) -> Sequence[Item]:
    """Return one entry per action with a Code, and the Item that stood in the way if any did."""
    code = error.response["Error"]["Code"]
    if code == "TransactionCanceledException":
        return error.response["CancellationReasons"]
    if code == "ConditionalCheckFailedException":
        return [{"Code": REFUSED, "Item": error.response.get("Item", {})}]
    return [{"Code": code}]


def _is_own(refusal: Item, write: str) -> bool:
    return bool(refusal.get("Item", {}).get(WRITE) == {"S": write})


def _reason(action: Action, refusal: Item, now: int) -> Reason:
    if refusal["Code"] != REFUSED:
        return None
    if isinstance(action, PutIfAbsent):
        return "exists"
    item = refusal.get("Item")
    if not item or not is_live(item, now):
        return "missing"
    if isinstance(action, Add):
        return obstacle_to_adding(record_of(item).attributes, action)
    return "version"


def _addition(action: Add, now: int, write: str) -> dict[str, Any]:
    """Return an addition as TransactWriteItems takes an update."""
    names = NAMES | {"#attributes": ATTRIBUTES, "#write": WRITE}
    values = {
        ":now": {"N": str(now)},
        ":number": {"S": "N"},
        ":one": {"N": "1"},
        ":write": {"S": write},
    }
    sums, conditions = ["#version = #version + :one", "#write = :write"], [LIVE]
    for number, (name, amount) in enumerate(action.amounts.items()):
        names[f"#n{number}"], values[f":n{number}"] = name, {"N": str(amount)}
        sums.append(f"#attributes.#n{number} = #attributes.#n{number} + :n{number}")
        conditions.append(f"attribute_type(#attributes.#n{number}, :number)")
        if name in action.floors:
            values[f":f{number}"] = {"N": str(action.floors[name] - amount)}
            conditions.append(f"#attributes.#n{number} >= :f{number}")
    return {
        "Key": item_key(action.key),
        "UpdateExpression": f"SET {', '.join(sums)}",
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
