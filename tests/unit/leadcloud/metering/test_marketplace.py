"""AWS Marketplace as a sink."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from leadcloud.accounts.money import Money
from leadcloud.metering.interface import SinkUnavailable, UsageRecord
from leadcloud.metering.marketplace import Buyer, Buyers, LicenseTaken, MarketplaceSink
from leadcloud.wiring import Services

if TYPE_CHECKING:
    from mypy_boto3_meteringmarketplace import MarketplaceMeteringClient

HOUR = datetime(2026, 11, 23, 12, tzinfo=UTC)
LICENSE = "arn:aws:license-manager::294406891311:license:l-0123456789abcdef"


def record(account_id: str = "customer", register: str = "directory") -> UsageRecord:
    """Return a record of seven contacts."""
    return UsageRecord(
        hour=HOUR, account_id=account_id, register=register, units=7, amount=Money.read("0.35")
    )


def metered(register: str = "directory") -> dict[str, Any]:
    """Return the same in the shape of AWS."""
    return {
        "Timestamp": HOUR,
        "CustomerAWSAccountId": "123456789012",
        "LicenseArn": LICENSE,
        "Dimension": register,
        "Quantity": 7,
    }


def results(status: str = "Success", *registers: str) -> dict[str, Any]:
    """Return an answer of AWS."""
    return {
        "Results": [
            {"UsageRecord": metered(each), "Status": status} for each in registers or ["directory"]
        ],
        "UnprocessedRecords": [],
    }


@pytest.fixture
def buyers(services: Services) -> Buyers:
    """The customer bought on AWS Marketplace."""
    buyers = Buyers(services.store)
    buyers.put("customer", Buyer(aws_account="123456789012", license_arn=LICENSE))
    return buyers


@pytest.fixture
def client() -> "MarketplaceMeteringClient":
    """AWS's own client."""
    return boto3.client(
        "meteringmarketplace",
        region_name="eu-north-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.fixture
def stub(client: "MarketplaceMeteringClient") -> Iterator[Stubber]:
    """What expects requests of the client, and checks them and its answers by AWS's own model."""
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def sink(client: "MarketplaceMeteringClient", buyers: Buyers) -> MarketplaceSink:
    """The sink behind that client."""
    return MarketplaceSink(client, buyers)


def expect(stub: Stubber, answer: dict[str, Any], *registers: str) -> None:
    """Expect a request for these registers."""
    records = [metered(each) for each in registers or ["directory"]]
    stub.add_response("batch_meter_usage", answer, {"UsageRecords": records})


def test_a_record_names_buyer_licence_register_and_contacts(
    stub: Stubber, sink: MarketplaceSink
) -> None:
    """It names no product code, with which AWS would bill twice."""
    expect(stub, results())

    assert sink.send([record()]) == {}


def test_who_did_not_buy_there_is_none_of_its_business(sink: MarketplaceSink) -> None:
    """Of an account that did not buy on AWS Marketplace nothing is sent."""
    assert sink.send([record("reseller")]) == {}


@pytest.mark.parametrize("status", ["CustomerNotSubscribed", "DuplicateRecord"])
def test_what_it_does_not_honour_is_refused(
    stub: Stubber, sink: MarketplaceSink, status: str
) -> None:
    """A refusal is told with AWS's own word for it."""
    expect(stub, results(status))

    assert sink.send([record()]) == {record().id: status}


def test_what_it_did_not_process_is_sent_again(stub: Stubber, sink: MarketplaceSink) -> None:
    """The unprocessed records are sent again, and nothing else of the batch."""
    left = {**results("Success", "directory"), "UnprocessedRecords": [metered("business")]}
    expect(stub, left, "directory", "business")
    expect(stub, results("Success", "business"), "business")

    assert sink.send([record(), record(register="business")]) == {}


def test_what_it_never_processes_is_not_told(stub: Stubber, sink: MarketplaceSink) -> None:
    """After three tries; in an hour there are others."""
    for _ in range(3):
        expect(stub, {"Results": [], "UnprocessedRecords": [metered()]})

    with pytest.raises(SinkUnavailable):
        sink.send([record()])


def test_what_cannot_be_reached_is_told_later(
    client: "MarketplaceMeteringClient", sink: MarketplaceSink
) -> None:
    """A broken connection is no record's fault."""

    def unreachable(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://aws.example")

    client.meta.events.register("before-call", unreachable)

    with pytest.raises(SinkUnavailable):
        sink.send([record()])


def test_one_record_that_cannot_be_taken_does_not_stop_the_others(
    stub: Stubber, sink: MarketplaceSink
) -> None:
    """AWS refuses the whole call; sent one by one, only the one to blame is refused."""
    stub.add_client_error("batch_meter_usage", "InvalidUsageDimensionException")
    expect(stub, results())
    stub.add_client_error("batch_meter_usage", "InvalidUsageDimensionException")

    refusals = sink.send([record(), record(register="business")])

    assert refusals == {record(register="business").id: "InvalidUsageDimensionException"}


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "InternalServiceErrorException", "AccessDeniedException"]
)
def test_what_no_record_is_to_blame_for_is_tried_again_later(
    stub: Stubber, sink: MarketplaceSink, code: str
) -> None:
    """Nothing is refused for good because AWS is busy, or we are not let in."""
    stub.add_client_error("batch_meter_usage", code)

    with pytest.raises(SinkUnavailable):
        sink.send([record()])


@pytest.mark.parametrize(
    ("now", "oldest"),
    [
        (datetime(2026, 11, 23, 12, 30, tzinfo=UTC), datetime(2026, 11, 22, 13, tzinfo=UTC)),
        (datetime(2026, 12, 1, 5, 59, tzinfo=UTC), datetime(2026, 11, 30, 6, tzinfo=UTC)),
        (datetime(2026, 12, 1, 6, 0, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)),
        (datetime(2026, 12, 2, 12, 0, tzinfo=UTC), datetime(2026, 12, 1, 13, tzinfo=UTC)),
    ],
)
def test_a_day_back_is_taken_and_six_hours_into_a_month_of_the_one_before(
    sink: MarketplaceSink, now: datetime, oldest: datetime
) -> None:
    """What is older would make the whole call fail."""
    assert sink.oldest(now) == oldest


def test_a_licence_belongs_to_one_account(buyers: Buyers) -> None:
    """Else the hour of one would be a repetition of the other's."""
    buyer = Buyer(aws_account="123456789012", license_arn=LICENSE)
    with pytest.raises(LicenseTaken):
        buyers.put("reseller", buyer)
    buyers.put("customer", buyer)
    renewed = Buyer(aws_account="123456789012", license_arn=f"{LICENSE}-2")
    buyers.put("customer", renewed)

    assert (buyers.buyer("customer"), buyers.buyer("reseller")) == (renewed, None)
