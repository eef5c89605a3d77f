"""Money as it goes over the wire: a decimal text and its currency, never a float."""

from typing import Annotated, Literal

from pydantic import StringConstraints

from leadcloud.accounts.money import CURRENCY, FORM, Money
from leadcloud.http.wire import Wire

Amount = Annotated[str, StringConstraints(pattern=FORM)]


SIGNED_FORM = r"^-?[0-9]{1,12}(\.[0-9]{1,4})?$"


class SumMessage(Wire):
    """A sum of amounts, which may be below zero."""

    amount: Annotated[str, StringConstraints(pattern=SIGNED_FORM)]
    currency: Literal["EUR"]

    @classmethod
    def of(cls, money: Money) -> "SumMessage":
        """Return a sum as a message."""
        return cls(amount=str(money), currency=CURRENCY)


class MoneyMessage(Wire):
    """An amount of money, exact."""

    amount: Amount
    currency: Literal["EUR"]

    @classmethod
    def of(cls, money: Money) -> "MoneyMessage":
        """Return an amount as a message."""
        return cls(amount=str(money), currency=CURRENCY)

    def money(self) -> Money:
        """Return the amount of a message."""
        return Money.read(self.amount)
