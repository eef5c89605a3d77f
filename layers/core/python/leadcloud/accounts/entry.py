"""Ledger entries: what happened to an account's money, in one chain per account, append only.

Each entry has the next number and the hash of the one before it, so that none can be changed, taken
out or put in unseen. An entry is never mended; a wrong one is reversed by another. Its moment is
never before that of the entry it follows, so that a month, once over, stays as it is.

No personal data: an entry holds numbers, register and account ids, and codes of our own making.
"""

import hashlib
import json
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, cast

from leadcloud.accounts.money import NOTHING, Money
from leadcloud.clock import rfc3339
from leadcloud.store.interface import Attributes, Key, PutIfAbsent, Record, Store, Value
from leadcloud.store.pages import every_record

EntryKind = Literal["top_up", "charge", "reversal", "suspense"]

START = "0" * 64
"""What the first entry of a chain follows."""

LONGEST_DELAY = timedelta(minutes=1)
"""The clocks of those who append entries differ by less: what has been over for so long is final."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """So many contacts of one register, at one price."""

    register: str
    units: int
    price: Money

    @property
    def amount(self) -> Money:
        """What they cost."""
        return self.price * self.units


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One movement of an account's money."""

    account_id: str
    kind: EntryKind
    amount: Money
    """What it adds to the balance; below zero for a charge."""
    lines: tuple[Line, ...] = ()
    operation: str | None = None
    """Of a charge: the operation's digest."""
    searcher: str | None = None
    """Of a charge and its reversal: the account that searched, this one or one below it."""
    reverses: int | None = None
    """Of a reversal: the number of the entry that it takes back."""
    note: str = ""
    """A code, such as the number of an invoice."""
    number: int = 0
    """1 for the first of its chain; 0 until it has a place in it."""
    at: str = ""
    balance: Money = NOTHING
    """Sum of the chain up to here."""
    previous: str = START
    hash: str = ""
    """As it was written; whether it is right is for `verification.py` to say."""

    @property
    def reverses_charge(self) -> bool:
        """Whether it takes back a charge, and not a top-up."""
        return self.kind == "reversal" and self.searcher is not None

    def after(self, last: "Entry | None", now: datetime) -> "Entry":
        """Return the entry with its place in the chain: behind the last one."""
        at = rfc3339(now)
        if last is None:
            placed = replace(self, number=1, at=at, balance=self.amount)
        else:
            placed = replace(
                self,
                number=last.number + 1,
                at=max(at, last.at),
                balance=last.balance + self.amount,
                previous=last.hash,
            )
        return replace(placed, hash=placed.computed_hash())

    def computed_hash(self) -> str:
        """Return the hash that the entry must have."""
        body = json.dumps(self._body(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(f"{self.previous}\n{body}".encode()).hexdigest()

    def written(self) -> PutIfAbsent:
        """Return the action that appends the entry; it is refused if its number is taken."""
        attributes: Attributes = {**self._body(), "previous": self.previous, "hash": self.hash}
        return PutIfAbsent(
            key=Key(partition(self.account_id), _sort(self.number)), attributes=attributes
        )

    def _body(self) -> dict[str, Value]:
        return {
            "account": self.account_id,
            "number": self.number,
            "at": self.at,
            "balance": self.balance.ten_thousandths,
            "kind": self.kind,
            "amount": self.amount.ten_thousandths,
            "lines": [
                [each.register, each.units, each.price.ten_thousandths] for each in self.lines
            ],
            "operation": self.operation,
            "searcher": self.searcher,
            "reverses": self.reverses,
            "note": self.note,
        }


def charge(account_id: str, lines: tuple[Line, ...], *, operation: str, searcher: str) -> Entry:
    """Return the entry that charges an account for contacts."""
    return Entry(
        account_id=account_id,
        kind="charge",
        amount=-sum((line.amount for line in lines), NOTHING),
        lines=lines,
        operation=operation,
        searcher=searcher,
    )


def entry(store: Store, account_id: str, number: int) -> Entry | None:
    """Return one entry of an account's chain; None where there is none of that number."""
    record = store.get(Key(partition(account_id), _sort(number)))
    return _entry(record) if record else None


def last_entry(store: Store, account_id: str, *, before: str | None = None) -> Entry | None:
    """Return the end of an account's chain; None where it has no entry yet.

    Args:
        store: Keeps it.
        account_id: The account.
        before: The end as it was at this moment, in RFC 3339, or the beginning of one such as
            2026-11. It is found by halving, as moments never go back.
    """
    page = store.query(partition(account_id), _ENTRY, limit=1, descending=True)
    last = _entry(page.records[0]) if page.records else None
    if last is None or before is None or last.at < before:
        return last
    number = bisect_left(
        range(1, last.number), before, key=lambda number: _at(store, account_id, number)
    )
    return entry(store, account_id, number)


def entries_of(store: Store, account_id: str, *, after: int = 0) -> Iterator[Entry]:
    """Yield an account's entries in their order, those up to a number left out."""
    start = _sort(after) if after else None
    for record in every_record(store, partition(account_id), _ENTRY, after=start):
        yield _entry(record)


def entries_between(store: Store, account_id: str, *, start: str, end: str) -> Iterator[Entry]:
    """Yield the entries from one moment on and before another; as `last_entry` takes them."""
    before = last_entry(store, account_id, before=start)
    for each in entries_of(store, account_id, after=before.number if before else 0):
        if each.at >= end:
            return
        yield each


def partition(account_id: str) -> str:
    """Return where an account's money is kept."""
    return f"LEDGER#{account_id}"


_ENTRY = "ENTRY#"


def _sort(number: int) -> str:
    return f"{_ENTRY}{number:012}"


def _at(store: Store, account_id: str, number: int) -> str:
    found = entry(store, account_id, number)
    return found.at if found else ""


def _entry(record: Record) -> Entry:
    row = record.attributes
    lines = cast("list[tuple[str, int, int]]", row["lines"])
    return Entry(
        account_id=str(row["account"]),
        number=cast("int", row["number"]),
        at=str(row["at"]),
        balance=Money(cast("int", row["balance"])),
        kind=cast("EntryKind", row["kind"]),
        amount=Money(cast("int", row["amount"])),
        lines=tuple(
            Line(register=register, units=units, price=Money(price))
            for register, units, price in lines
        ),
        operation=cast("str | None", row["operation"]),
        searcher=cast("str | None", row["searcher"]),
        reverses=cast("int | None", row["reverses"]),
        note=str(row["note"]),
        previous=str(row["previous"]),
        hash=str(row["hash"]),
    )
