"""The statement of a month: what an account had, was charged and paid, out of its ledger alone.

A reseller is also told what each of its sub-accounts was charged, at the reseller's own prices, and
what is left of that: its margin. Of what they searched, nobody is told anything.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

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
        """The tax on that."""
        return self.net.percent(self.vat_percent)

    @property
    def total(self) -> Money:
        """What is to be paid for the month, with tax."""
        return self.net + self.vat


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
    entries = tuple(entries_between(store, account.id, start=month, end=end))
    return Statement(
        account_id=account.id,
        month=month,
        preliminary=month_of(now - LONGEST_DELAY) <= month,
        prepaid=account.is_prepaid,
        opening=before.balance if before else NOTHING,
        movements=tuple(each for each in entries if each.kind != "charge"),
        sold=tuple(sorted(_sold(entries))),
        searches=tuple(sorted(_searches(entries))),
        resales=tuple(
            resale
            for each in below
            if (
                resale := _resale(each, entries, entries_between(store, each, start=month, end=end))
            )
        ),
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


def _sold(entries: Iterable[Entry]) -> Iterator[Sold]:
    units: Counter[tuple[str, str, Money]] = Counter()
    for entry in entries:
        if entry.kind == "charge":
            for line in entry.lines:
                units[str(entry.searcher), line.register, line.price] += line.units
    for (searcher, register, price), number in units.items():
        yield Sold(searcher=searcher, register=register, price=price, units=number)


def _searches(entries: Iterable[Entry]) -> Iterator[Searches]:
    made: Counter[str] = Counter()
    empty: Counter[str] = Counter()
    for entry in entries:
        if entry.kind == "charge":
            made[str(entry.searcher)] += 1
            empty[str(entry.searcher)] += not entry.lines
    for searcher, number in made.items():
        yield Searches(searcher=searcher, made=number, empty=empty[searcher])


def _resale(
    sub_account: str, entries: Iterable[Entry], of_sub_account: Iterable[Entry]
) -> Resale | None:
    """Return what a sub-account cost and brought; None where that is nothing."""
    resale = Resale(
        sub_account=sub_account,
        cost=_spent(each for each in entries if each.searcher == sub_account),
        price=_spent(of_sub_account),
    )
    return resale if (resale.cost, resale.price) != (NOTHING, NOTHING) else None


def _spent(entries: Iterable[Entry]) -> Money:
    """Return what was charged and not reversed; a sub-account's ledger has nothing else."""
    return -sum((each.amount for each in entries), NOTHING)
