"""The statement of a month: what an account had, was charged and paid, out of its ledger alone.

A reseller is also told what each of its sub-accounts was charged, at the reseller's own prices, and
what is left of that: its margin. Of what they searched, nobody is told anything.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from leadcloud.accounts.account import Account
from leadcloud.accounts.entry import LONGEST_DELAY, Entry, entries_between, last_entry
from leadcloud.accounts.money import NOTHING, Money
from leadcloud.accounts.vat import rate_on
from leadcloud.accounts.wallet import month_of
from leadcloud.store.interface import Store


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Sold:
    """What was charged for contacts of one register, at one price."""

    searcher: str
    """The account that they were delivered to: the statement's own, or one below it."""
    register: str
    price: Money
    units: int

    @property
    def amount(self) -> Money:
        """What they cost."""
        return self.price * self.units


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Searches:
    """How many searches of an account were charged, and how many of them found nothing to charge."""

    searcher: str
    made: int
    empty: int


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Resale:
    """What a sub-account's searches cost the reseller, and brought it."""

    sub_account: str
    cost: Money
    price: Money
    """What the sub-account was charged, at the reseller's prices."""

    @property
    def margin(self) -> Money:
        """What is left to the reseller."""
        return self.price - self.cost


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """The money of one account in one month."""

    account_id: str
    month: str
    """yyyy-mm, UTC."""
    preliminary: bool
    """The month is not over."""
    prepaid: bool
    """It buys from us, and has a balance."""
    opening: Money
    movements: tuple[Entry, ...]
    """Top-ups and reversals."""
    sold: tuple[Sold, ...]
    searches: tuple[Searches, ...]
    resales: tuple[Resale, ...]
    vat_percent: Decimal

    @property
    def charges(self) -> Money:
        """What was charged."""
        return sum((each.amount for each in self.sold), NOTHING)

    @property
    def closing(self) -> Money:
        """What the balance is at the end."""
        moved = sum((each.amount for each in self.movements), NOTHING)
        return self.opening + moved - self.charges

    @property
    def net(self) -> Money:
        """What is to be paid for the month, without tax: charges less those that were reversed."""
        reversed_ = (each.amount for each in self.movements if each.reverses_charge)
        return self.charges - sum(reversed_, NOTHING)

    @property
    def vat(self) -> Money:
        """The tax on that, in whole cents."""
        return self.net.percent(self.vat_percent).to_cents()

    @property
    def total(self) -> Money:
        """What is to be paid for the month, with tax, in whole cents."""
        return (self.net + self.vat).to_cents()


def statement(
    store: Store, account: Account, month: str, *, below: Iterable[str], now: datetime
) -> Statement:
    """Return the statement of a month.

    Args:
        store: Keeps the ledgers.
        account: Whose statement it is.
        month: yyyy-mm.
        below: Ids of its sub-accounts.
        now: The present moment.

    Raises:
        LookupError: There is no such month, or it has not begun, or nobody knows its tax.
    """
    first = _first_day(month)
    if month > month_of(now):
        raise LookupError("the month has not begun")
    vat_percent = rate_on(first)
    end = (first + timedelta(days=31)).isoformat()[: len(month)]
    before = last_entry(store, account.id, before=month)
    of_month = partial(entries_between, store, start=month, end=end)
    sums = _Sums(of_month(account.id))
    resales = (
        Resale(sub_account=each, cost=sums.spent(each), price=_Sums(of_month(each)).spent(each))
        for each in below
    )
    return Statement(
        account_id=account.id,
        month=month,
        preliminary=month_of(now - LONGEST_DELAY) <= month,
        prepaid=account.is_prepaid,
        opening=before.balance if before else NOTHING,
        movements=tuple(sums.movements),
        sold=tuple(sorted(sums.sold())),
        searches=tuple(sorted(sums.searches())),
        resales=tuple(each for each in resales if (each.cost, each.price) != (NOTHING, NOTHING)),
        vat_percent=vat_percent,
    )


def _first_day(month: str) -> date:
    """Return the first day of a month.

    Raises:
        LookupError: There is no such month.
    """
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        first = None
    if first is None or not first.isoformat().startswith(month):
        raise LookupError("there is no such month")
    return first


class _Sums:
    """What a month's entries add up to, by the account that searched; read once, kept as sums."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.movements: list[Entry] = []
        self._units: Counter[tuple[str, str, Money]] = Counter()
        self._made: Counter[str] = Counter()
        self._empty: Counter[str] = Counter()
        self._spent: Counter[str] = Counter()
        for entry in entries:
            self._add(entry)

    def _add(self, entry: Entry) -> None:
        searcher = entry.searcher or ""
        self._spent[searcher] -= entry.amount.ten_thousandths
        if entry.kind != "charge":
            self.movements.append(entry)
            return
        self._made[searcher] += 1
        self._empty[searcher] += not entry.lines
        for line in entry.lines:
            self._units[searcher, line.register, line.price] += line.units

    def sold(self) -> Iterator[Sold]:
        """Yield what was charged."""
        for (searcher, register, price), number in self._units.items():
            yield Sold(searcher=searcher, register=register, price=price, units=number)

    def searches(self) -> Iterator[Searches]:
        """Yield how many searches were charged."""
        for searcher, number in self._made.items():
            yield Searches(searcher=searcher, made=number, empty=self._empty[searcher])

    def spent(self, searcher: str) -> Money:
        """Return what was charged for an account's searches, and not reversed."""
        return Money(self._spent[searcher])
