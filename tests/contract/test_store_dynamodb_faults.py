"""What the DynamoDB store does when the network or the service fails."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from leadcloud.clock import SystemClock
from leadcloud.store.dynamodb import DynamoDbStore
from leadcloud.store.dynamodb_item import ATTRIBUTES, EXPIRES_AT, PARTITION, SORT, VERSION
from leadcloud.store.interface import (
    Check,
    Delete,
    Key,
    PutIfAbsent,
    Record,
    RecordExists,
    Store,
    StoreUnavailable,
    TransactionCancelled,
    Update,
    VersionConflict,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Table = tuple["DynamoDBClient", str]

KEY = Key("account", "wallet")
OTHER = Key("account", "operation")
CANARY = "canary-7431"
URL = "https://dynamodb.example"


class Faulty:
    """A client whose first calls fail, and that can do each call twice as botocore may."""

    def __init__(
        self, client: "DynamoDBClient", faults: Sequence[Exception] = (), *, repeats: bool = False
    ) -> None:
        self.client = client
        self.faults = list(faults)
        self.repeats = repeats
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            self.calls.append((name, request))
            if self.faults:
                raise self.faults.pop(0)
            if self.repeats:
                getattr(self.client, name)(**request)  # the answer gets lost
            return getattr(self.client, name)(**request)

        return call


class LongestPause(Random):
    """Randomness that always draws the most."""

    def uniform(self, a: float, b: float) -> float:
        """Return the upper end."""
        return max(a, b)


def store_of(client: Any, table: str, sleeps: list[float] | None = None) -> DynamoDbStore:
    """Return a store that notes its pauses instead of making them."""
    noted = [] if sleeps is None else sleeps
    return DynamoDbStore(table, client, SystemClock(), random=LongestPause(1), sleep=noted.append)


def failure(code: str) -> ClientError:
    """Return what botocore raises for an error code."""
    return ClientError({"Error": {"Code": code, "Message": CANARY}}, "AnOperation")


def cancelled(*codes: str) -> ClientError:
    """Return what botocore raises for a cancelled transaction."""
    error: Any = {"Code": "TransactionCanceledException", "Message": CANARY}
    reasons: Any = [{"Code": code, "Message": CANARY} for code in codes]
    return ClientError({"Error": error, "CancellationReasons": reasons}, "TransactWriteItems")


def write_two(store: Store) -> None:
    """Do a transaction."""
    store.transact(
        PutIfAbsent(key=KEY, attributes={"name": CANARY}),
        PutIfAbsent(key=OTHER, attributes={"name": CANARY}),
    )


HELD = Record(key=KEY, version=1, attributes={})
OPERATIONS: list[Callable[[Store], object]] = [
    lambda store: store.get(KEY),
    lambda store: store.get_many([KEY, OTHER]),
    lambda store: store.query(KEY.partition),
    lambda store: store.put_if_absent(KEY, {"name": CANARY}),
    lambda store: store.update(HELD, {"name": CANARY}),
    lambda store: store.delete(replace(HELD, version=2)),
    write_two,
]
OPERATION_NAMES = ["get", "get_many", "query", "put_if_absent", "update", "delete", "transact"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=OPERATION_NAMES)
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (failure("ThrottlingException"), "ThrottlingException"),
        (failure("ProvisionedThroughputExceededException"), "ProvisionedThroughputExceeded"),
        (failure("InternalServerError"), "InternalServerError"),
        (failure("AccessDeniedException"), "AccessDeniedException"),
        (ReadTimeoutError(endpoint_url=URL), "ReadTimeoutError"),
        (ConnectTimeoutError(endpoint_url=URL), "ConnectTimeoutError"),
        (EndpointConnectionError(endpoint_url=URL), "EndpointConnectionError"),
        (NoCredentialsError(), "NoCredentialsError"),
    ],
    ids=lambda value: value if isinstance(value, str) else "fault",
)
def test_a_fault_of_the_service_is_unavailable(
    moto_table: Table, *, operation: Callable[[Store], object], fault: Exception, said: str
) -> None:
    """Every operation tells the kind of the fault and nothing else, and does not try again."""
    client = Faulty(moto_table[0], [fault])
    with pytest.raises(StoreUnavailable, match=rf"^DynamoDB: {said}\w*$"):
        operation(store_of(client, moto_table[1]))
    assert len(client.calls) == 1


def test_a_missing_table_is_unavailable(moto_table: Table) -> None:
    """A wrong table name is a fault of the service, not an empty store."""
    with pytest.raises(StoreUnavailable, match="ResourceNotFoundException"):
        store_of(moto_table[0], "elsewhere").get(KEY)


@pytest.mark.parametrize(
    "codes",
    [
        ("None", "TransactionConflict"),
        ("ThrottlingError", "None"),
        ("ProvisionedThroughputExceeded", "TransactionConflict"),
    ],
    ids=" ".join,
)
def test_a_transaction_that_meets_another_is_tried_again(
    moto_table: Table, codes: tuple[str, str]
) -> None:
    """What passes by itself is waited for, a longer while each time."""
    sleeps: list[float] = []
    faults = [cancelled(*codes), cancelled(*codes), failure("TransactionInProgressException")]
    store = store_of(Faulty(moto_table[0], faults), moto_table[1], sleeps)
    write_two(store)
    assert sleeps == [0.05, 0.1, 0.2]
    assert [record.version for record in store.query(KEY.partition).records] == [1, 1]


def test_a_write_that_meets_a_transaction_is_tried_again(moto_table: Table) -> None:
    """A single put, update or delete waits for the transaction on its record."""
    sleeps: list[float] = []
    client = Faulty(moto_table[0])
    store = store_of(client, moto_table[1], sleeps)
    for operation in OPERATIONS[3:6]:
        client.faults = [failure("TransactionConflictException")]
        operation(store)
    assert sleeps == [0.05, 0.05, 0.05]


def test_trying_again_comes_to_an_end(moto_table: Table) -> None:
    """After five tries the store is unavailable; nothing was done and nothing is waited for."""
    sleeps: list[float] = []
    client = Faulty(moto_table[0], [cancelled("TransactionConflict", "None")] * 5)
    store = store_of(client, moto_table[1], sleeps)
    with pytest.raises(StoreUnavailable, match="5 tries"):
        write_two(store)
    assert sleeps == [0.05, 0.1, 0.2, 0.4]
    assert store.query(KEY.partition).records == ()


class Slow(Faulty):
    """A client that gets to one key of each batch only, as DynamoDB may when it is busy."""

    def batch_get_item(self, **request: Any) -> Any:
        """Read one record, and give the other keys back."""
        self.calls.append(("batch_get_item", request))
        asked: Any
        ((table, asked),) = request["RequestItems"].items()
        first, *rest = asked["Keys"]
        answer = self.client.batch_get_item(
            RequestItems={table: {"Keys": [first], "ConsistentRead": True}}
        )
        return {**answer, "UnprocessedKeys": {table: {**asked, "Keys": rest}} if rest else {}}


def test_what_was_not_got_to_is_asked_for_again(moto_table: Table) -> None:
    """Nothing that is there goes missing: the keys that came back are waited for and asked for."""
    sleeps: list[float] = []
    client, table = Slow(moto_table[0]), moto_table[1]
    keys = [Key("p", str(number)) for number in range(5)]
    written = [store_of(moto_table[0], table).put_if_absent(key, {}) for key in keys[::2]]
    found = store_of(client, table, sleeps).get_many(keys)
    assert found == {record.key: record for record in written}
    assert sleeps == [0.05, 0.1, 0.2, 0.4]
    assert [len(each["RequestItems"][table]["Keys"]) for _, each in client.calls] == [5, 4, 3, 2, 1]


def test_what_is_never_got_to_is_unavailable(moto_table: Table) -> None:
    """After five tries a record that was not read is not taken for one that is not there."""
    client = Slow(moto_table[0])
    with pytest.raises(StoreUnavailable, match="5 tries"):
        store_of(client, moto_table[1]).get_many([Key("p", str(number)) for number in range(6)])
    assert len(client.calls) == 5


def test_pauses_are_drawn_by_lot(moto_table: Table) -> None:
    """Two that collided do not collide again: each pause lies anywhere below its most."""
    sleeps: list[float] = []
    for _ in range(20):
        client: Any = Faulty(moto_table[0], [failure("TransactionConflictException")])
        store = DynamoDbStore(
            moto_table[1], client, SystemClock(), random=SystemRandom(), sleep=sleeps.append
        )
        store.put_if_absent(Key("p", str(len(sleeps))), {})
    assert len(set(sleeps)) == 20
    assert all(0 <= pause <= 0.05 for pause in sleeps)


def test_a_refusal_outweighs_a_conflict(moto_table: Table) -> None:
    """If one action is refused, another's conflict is no reason to try again."""
    store = store_of(
        Faulty(moto_table[0], [cancelled("TransactionConflict", "ConditionalCheckFailed")]),
        moto_table[1],
    )
    with pytest.raises(TransactionCancelled) as caught:
        write_two(store)
    assert caught.value.reasons == (None, "exists")


def test_any_other_reason_to_cancel_is_unavailable(moto_table: Table) -> None:
    """A transaction that DynamoDB finds invalid is not tried again."""
    client = Faulty(moto_table[0], [cancelled("ValidationError", "None")])
    with pytest.raises(StoreUnavailable, match=r"^DynamoDB: TransactionCanceledException$"):
        write_two(store_of(client, moto_table[1]))
    assert len(client.calls) == 1


# The client sends a request again when its answer is lost. The second time it is refused, because
# the first time it was done.


def test_a_put_sent_twice_is_done_once(moto_table: Table) -> None:
    """A put recognises its own record."""
    store = store_of(Faulty(moto_table[0], repeats=True), moto_table[1])
    assert store.put_if_absent(KEY, {"n": 1}).version == 1
    with pytest.raises(RecordExists):
        store.put_if_absent(KEY, {"n": 1})


def test_an_update_sent_twice_is_done_once(moto_table: Table) -> None:
    """An update recognises its own change, and a version is counted once."""
    store = store_of(Faulty(moto_table[0], repeats=True), moto_table[1])
    first = store.put_if_absent(KEY, {"n": 1})
    second = store.update(first, {"n": 2})
    assert store.get(KEY) == second == Record(key=KEY, version=2, attributes={"n": 2})
    with pytest.raises(VersionConflict):
        store.update(first, {"n": 2})


def test_a_transaction_sent_twice_is_done_once(moto_table: Table) -> None:
    """A transaction recognises itself by any record it wrote."""
    store = store_of(Faulty(moto_table[0], repeats=True), moto_table[1])
    for key in (Key("p", "updated"), Key("p", "deleted"), Key("p", "checked")):
        store.put_if_absent(key, {})
    store.transact(
        Check(key=Key("p", "checked"), version=1),
        Delete(key=Key("p", "deleted"), version=1),
        Update(key=Key("p", "updated"), version=1, attributes={"n": 1}),
        PutIfAbsent(key=Key("p", "new"), attributes={"n": 1}),
    )
    found = [(record.key.sort, record.version) for record in store.query("p").records]
    assert found == [("checked", 1), ("new", 1), ("updated", 2)]


def test_a_delete_sent_twice_says_that_the_record_is_gone(moto_table: Table) -> None:
    """A delete leaves nothing to recognise itself by, so it does not claim to have done it."""
    store = store_of(Faulty(moto_table[0], repeats=True), moto_table[1])
    record = store.put_if_absent(KEY, {})
    with pytest.raises(VersionConflict):
        store.delete(record)
    assert store.get(KEY) is None


# What it sends


def test_reads_see_every_write_before_them(moto_table: Table) -> None:
    """Get, get_many and query ask for consistent reads."""
    client, table = Faulty(moto_table[0]), moto_table[1]
    store = store_of(client, table)
    store.get(KEY)
    store.query(KEY.partition)
    assert [request["ConsistentRead"] for _, request in client.calls] == [True, True]
    store.get_many([KEY])
    assert client.calls[-1][1]["RequestItems"][table]["ConsistentRead"] is True


def test_many_records_are_one_request_for_each_hundred(moto_table: Table) -> None:
    """As many as DynamoDB takes at once, no key twice, and none for nothing."""
    client, table = Faulty(moto_table[0]), moto_table[1]
    keys = [Key("p", str(number)) for number in range(205)]
    store_of(client, table).get_many([*keys, *keys])
    store_of(client, table).get_many([])
    requests = [request["RequestItems"][table]["Keys"] for _, request in client.calls]
    assert [len(each) for each in requests] == [100, 100, 5]


def test_a_query_reads_no_more_than_its_page_and_one(moto_table: Table) -> None:
    """What is read is paid for, so a short page is a short read."""
    client = Faulty(moto_table[0])
    store_of(client, moto_table[1]).query(KEY.partition, limit=1)
    assert [request["Limit"] for _, request in client.calls] == [2]


def test_a_write_of_one_record_is_no_transaction(moto_table: Table) -> None:
    """A transaction costs twice as much, so one put, update or delete is sent as such."""
    client = Faulty(moto_table[0])
    store = store_of(client, moto_table[1])
    store.delete(store.update(store.put_if_absent(KEY, {}), {}))
    store.transact(PutIfAbsent(key=KEY, attributes={}))
    assert [name for name, _ in client.calls] == ["put_item", "put_item", "delete_item", "put_item"]


def test_an_item_is_legible_and_expires_by_a_number_of_seconds(moto_table: Table) -> None:
    """Attributes are a native map; the moment is what DynamoDB's time to live reads."""
    client, table = moto_table
    moment = datetime(2100, 1, 1, tzinfo=UTC)
    store_of(client, table).put_if_absent(KEY, {"n": 1, "x": [None]}, expires_at=moment)
    item = client.get_item(
        TableName=table, Key={PARTITION: {"S": "account"}, SORT: {"S": "wallet"}}
    )["Item"]
    assert item[ATTRIBUTES] == {"M": {"n": {"N": "1"}, "x": {"L": [{"NULL": True}]}}}
    assert item[EXPIRES_AT] == {"N": "4102444800"}
    assert item[VERSION] == {"N": "1"}


def test_numbers_are_read_in_any_notation(moto_table: Table) -> None:
    """A number that another client wrote with an exponent is the same integer."""
    client, table = moto_table
    client.put_item(
        TableName=table,
        Item={
            PARTITION: {"S": "account"},
            SORT: {"S": "wallet"},
            VERSION: {"N": "1"},
            ATTRIBUTES: {"M": {"n": {"N": "1E+18"}}},
        },
    )
    record = store_of(client, table).get(KEY)
    assert record == Record(key=KEY, version=1, attributes={"n": 10**18})
    assert repr(record.attributes) == "{'n': 1000000000000000000}"
