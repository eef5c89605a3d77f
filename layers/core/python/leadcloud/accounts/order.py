"""An order: what a request may cost, and who pays, as it is reserved before anybody is called."""

from dataclasses import dataclass, field
from typing import Any

from leadcloud.accounts.operation import Operation
from leadcloud.accounts.price import Payer, Prices, Units


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What is to be reserved, before anybody is called."""

    payers: tuple[Payer, ...]
    """Nearest first: the account that asks, then those above it."""
    most: Units
    """Contacts that each source may deliver at most."""
    costs: Prices
    """Most that each source may charge us for it; sources that charge nothing are left out."""
    idempotency_key: str
    request: Any = field(repr=False)
    """The whole request as JSON; only its keyed hash is kept."""
    request_id: str

    @property
    def account_id(self) -> str:
        """The account that asks."""
        return self.payers[0].account_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A request with an effect that may now be carried out."""

    order: Order
    operation: Operation

    @property
    def replayed(self) -> bool:
        """Its effect was had before; it is answered once more, free."""
        return self.operation.receipt is not None
