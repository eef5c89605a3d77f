"""What a contact costs, for everybody who pays for it: the searcher, and each reseller above.

The account at the top of a tree buys from us at the register's price and prepays. A reseller sets a
markup, at which the accounts below it buy from the reseller; what they pay each other is not our
business, but we count it, hold it against their caps, and state it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadcloud.accounts.account import Account
from leadcloud.accounts.money import NOTHING, Money

Prices = Mapping[str, Money]
"""Register to price per contact."""

Units = Mapping[str, int]
"""Register to contacts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Payer:
    """One account that a search is charged to."""

    account_id: str
    prices: Prices
    prepaid: bool
    """It buys from us, so that its balance must cover the charge."""
    cap_month: Money | None
    """Most that it may be charged in a month."""

    def cost(self, units: Units) -> Money:
        """Return what so many contacts cost this account."""
        return sum((self.prices[name] * number for name, number in units.items()), NOTHING)


def payers(lineage: Sequence[Account], base: Prices) -> tuple[Payer, ...]:
    """Return who pays for the searches of an account.

    Args:
        lineage: The account and those above it, nearest first.
        base: What we ask for a contact of each register.
    """
    found: list[Payer] = []
    prices = base
    for account in reversed(lineage):
        found.append(
            Payer(
                account_id=account.id,
                prices=prices,
                prepaid=account.parent is None,
                cap_month=None if account.cap_month is None else Money.of(account.cap_month),
            )
        )
        prices = {
            name: price + price.percent(account.markup_percent) for name, price in prices.items()
        }
    return tuple(reversed(found))
