"""The Sink port: a service that is told what was used, by the hour.

A record's id is the same whenever it is made, so that a record that is sent again, because nobody
knows whether it arrived, is the same one. Whoever receives it twice counts it once.

SinkUnavailable: the sink did not say that it has everything; nothing is noted as sent.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from leadcloud.accounts.money import Money
from leadcloud.clock import rfc3339


class SinkUnavailable(Exception):
    """The sink did not say that it has everything; send it again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UsageRecord:
    """What an account that buys from us was charged in an hour, for contacts of one register."""

    hour: datetime
    """Its beginning, UTC."""
    account_id: str
    register: str
    units: int
    """Contacts."""
    amount: Money

    @property
    def id(self) -> str:
        """Names the record, whenever it is made."""
        return f"{rfc3339(self.hour)}/{self.account_id}/{self.register}"


Refusals = Mapping[str, str]
"""Record id to a code that says why it was refused for good."""


class Sink(ABC):
    """A service that is told what was used."""

    name: str
    """Under which it is noted how far it has been told."""
    batch: ClassVar[int]
    """Most records at once."""

    def oldest(self, _now: datetime) -> datetime | None:
        """Return the first hour that it still takes; None where it takes any."""
        return None

    @abstractmethod
    def send(self, records: Sequence[UsageRecord]) -> Refusals:
        """Tell it at most `batch` records; those that it had before count as told.

        Raises:
            SinkUnavailable: It did not say that it has all the others.
        """
