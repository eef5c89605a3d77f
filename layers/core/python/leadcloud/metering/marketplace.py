"""Usage as records of AWS Marketplace, for accounts that bought there.

Source: AWS Marketplace Metering Service, BatchMeterUsage, as of its service model in botocore 1.43.
Since 1 June 2026 a new product names its buyers by AWS account and licence, no longer by product
code. The same record again is the same; another quantity for the same hour is refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import BotoCoreError, ClientError

from leadcloud.metering.interface import Refusals, Sink, SinkUnavailable, UsageRecord
from leadcloud.store.interface import Key, RecordExists, Store

if TYPE_CHECKING:
    from mypy_boto3_meteringmarketplace import MarketplaceMeteringClient
    from mypy_boto3_meteringmarketplace.type_defs import UsageRecordTypeDef

_TAKES_BACK_TO = timedelta(hours=24)
_GRACE = timedelta(hours=6)
"""Into a month, for what was used in the one before."""

_TRIES = 3

_OF_THE_RECORD = frozenset(
    {
        "InvalidCustomerIdentifierException",
        "InvalidLicenseException",
        "InvalidTagException",
        "InvalidUsageAllocationsException",
        "InvalidUsageDimensionException",
        "TimestampOutOfBoundsException",
    }
)
"""Errors that one record is to blame for, though the whole call fails."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Buyer:
    """Who bought on AWS Marketplace, as ResolveCustomer told."""

    aws_account: str
    license_arn: str


class LicenseTaken(Exception):
    """The licence is another account's: its usage would be metered twice."""


class Buyers:
    """Which accounts bought on AWS Marketplace."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, account_id: str, buyer: Buyer) -> None:
        """Note that an account bought there, or with which licence it now does.

        Raises:
            LicenseTaken: Another account has the licence.
        """
        licence = Key(_PARTITION, f"LICENSE#{buyer.license_arn}")
        with suppress(RecordExists):
            self._store.put_if_absent(licence, {"account": account_id})
        holder = self._store.get(licence)
        if holder is None or holder.attributes["account"] != account_id:
            raise LicenseTaken
        row = {"aws_account": buyer.aws_account, "license_arn": buyer.license_arn}
        before = self._store.get(_buyer_key(account_id))
        if before is None:
            self._store.put_if_absent(_buyer_key(account_id), row)
        else:
            self._store.update(before, row)

    def buyer(self, account_id: str) -> Buyer | None:
        """Return whom an account is on AWS Marketplace; None where it did not buy there."""
        record = self._store.get(_buyer_key(account_id))
        if record is None:
            return None
        return Buyer(
            aws_account=str(record.attributes["aws_account"]),
            license_arn=str(record.attributes["license_arn"]),
        )


class MarketplaceSink(Sink):
    """AWS Marketplace; a register is a dimension of the product, a contact a unit."""

    batch: ClassVar[int] = 25

    def __init__(self, client: "MarketplaceMeteringClient", buyers: Buyers) -> None:
        """Take a client of `meteringmarketplace`."""
        self.name = "marketplace"
        self._client = client
        self._buyers = buyers

    def oldest(self, now: datetime) -> datetime:
        """Return the first hour that is still taken: a day back, and soon none of another month."""
        day_ago = (now - _TAKES_BACK_TO + timedelta(hours=1)).replace(
            minute=0, second=0, microsecond=0
        )
        month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return day_ago if now < month + _GRACE else max(day_ago, month)

    def send(self, records: Sequence[UsageRecord]) -> Refusals:
        """Meter the usage of those who bought there; the others are none of its business.

        Raises:
            SinkUnavailable: It did not process everything.
        """
        waiting = dict(self._metered(records))
        refusals: dict[str, str] = {}
        for _ in range(_TRIES):
            if not waiting:
                break
            ids = {_identity(metered): record_id for record_id, metered in waiting.items()}
            for result in self._meter(list(waiting.values())):
                record_id = ids[_identity(result["UsageRecord"])]
                del waiting[record_id]
                if result["Status"] != "Success":
                    refusals[record_id] = result["Status"]
        if waiting:
            raise SinkUnavailable
        return refusals

    def _metered(
        self, records: Sequence[UsageRecord]
    ) -> Iterator[tuple[str, "UsageRecordTypeDef"]]:
        for record in records:
            buyer = self._buyers.buyer(record.account_id)
            if buyer is not None:
                metered: UsageRecordTypeDef = {
                    "Timestamp": record.hour,
                    "CustomerAWSAccountId": buyer.aws_account,
                    "LicenseArn": buyer.license_arn,
                    "Dimension": record.register,
                    "Quantity": record.units,
                }
                yield record.id, metered

    def _meter(self, metered: list["UsageRecordTypeDef"]) -> list[Mapping[str, Any]]:
        """Return a result for each record that was processed.

        Raises:
            SinkUnavailable: The call failed, and no record is to blame.
        """
        try:
            answer = self._client.batch_meter_usage(UsageRecords=metered)
        except ClientError as error:
            code = error.response["Error"]["Code"]
        except BotoCoreError:
            code = ""
        else:
            return list(answer["Results"])
        if code not in _OF_THE_RECORD:
            raise SinkUnavailable
        if len(metered) == 1:
            return [{"UsageRecord": metered[0], "Status": code}]
        return [result for one in metered for result in self._meter([one])]


_PARTITION = "METERING#BUYERS"


def _buyer_key(account_id: str) -> Key:
    return Key(_PARTITION, f"ACCOUNT#{account_id}")


def _identity(metered: Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("CustomerAWSAccountId", "LicenseArn", "Dimension", "Timestamp")
    return tuple(metered[name] for name in names)
