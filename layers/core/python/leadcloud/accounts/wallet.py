"""What an account has: its balance, what of it is reserved, and what is left of this month's cap.

The numbers are added to in place, so that many searches of one account do not wait for each other.
They follow from the ledger and the open operations; `verification.py` checks that they do.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from leadcloud.accounts.entry import partition
from leadcloud.accounts.money import Money
from leadcloud.accounts.price import Payer
from leadcloud.store.interface import (
    Add,
    Key,
    Record,
    RecordExists,
    Store,
    VersionConflict,
)
from leadcloud.store.pages import every_record

_TREES = "LEDGERS"
"""Partition that lists the accounts that have a wallet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Balance:
    """A wallet as it is at one moment."""

    available: Money
    """Of a prepaid account; of another, what it was charged and has reserved, below zero."""
    reserved: Money
    entries: int
    """How many entries the account's chain has."""
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """What an operation reserved of one payer, so that as much can be given back."""

    account_id: str
    prepaid: bool
    reserved: Money
    month: str | None
    """The month (yyyy-mm) under whose cap it is; None where there is no cap."""


def share_of(payer: Payer, most: Money, month: str) -> Share:
    """Return what is to be reserved of a payer."""
    return Share(
        account_id=payer.account_id,
        prepaid=payer.prepaid,
        reserved=most,
        month=month if payer.cap_month is not None else None,
    )


def reserving(share: Share) -> Iterator[Add]:
    """Yield the actions that reserve a share; refused where it is more than there is."""
    amount = share.reserved.ten_thousandths
    yield Add(
        key=wallet_key(share.account_id),
        amounts={"available": -amount, "reserved": amount},
        floors={"available": 0} if share.prepaid else {},
    )
    if share.month:
        yield Add(
            key=_cap_key(share.account_id, share.month),
            amounts={"left": -amount},
            floors={"left": 0},
        )


def settling(share: Share, charged: Money, *, entries: int) -> Iterator[Add]:
    """Yield the actions that give back what of a share was not charged."""
    rest = (share.reserved - charged).ten_thousandths
    yield Add(
        key=wallet_key(share.account_id),
        amounts={
            "available": rest,
            "reserved": -share.reserved.ten_thousandths,
            "entries": entries,
        },
    )
    if share.month:
        yield Add(key=_cap_key(share.account_id, share.month), amounts={"left": rest})


def balance_of(store: Store, account_id: str) -> Balance | None:
    """Return the wallet of an account; None where it was never needed."""
    record = store.get(wallet_key(account_id))
    if record is None:
        return None
    row = record.attributes
    return Balance(
        available=Money(cast("int", row["available"])),
        reserved=Money(cast("int", row["reserved"])),
        entries=cast("int", row["entries"]),
        version=record.version,
    )


def left_of_cap(store: Store, payer: Payer, now: datetime) -> Money | None:
    """Return what a payer may still be charged this month; None where it has no cap."""
    if payer.cap_month is None:
        return None
    record = store.get(_cap_key(payer.account_id, month_of(now)))
    left = cast("int", record.attributes["left"]) if record else 0
    held = cast("int", record.attributes["cap"]) if record else 0
    return payer.cap_month + Money(left - held)


def month_of(moment: datetime) -> str:
    """Return the month that a moment lies in, UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m")


def open_wallet(store: Store, account_id: str, *, root: str) -> None:
    """Give an account a wallet with nothing in it; one that is there stays.

    Args:
        store: Keeps it.
        account_id: The account.
        root: The account at the top of its tree, which may be itself.
    """
    with suppress(RecordExists):
        store.put_if_absent(Key(_TREES, account_id), {"root": root})
    with suppress(RecordExists):
        store.put_if_absent(wallet_key(account_id), {"available": 0, "reserved": 0, "entries": 0})


def open_caps(store: Store, payers: Sequence[Payer], month: str) -> None:
    """Begin a month under the payers' caps; a cap that has changed since is put in its place."""
    caps = {
        _cap_key(payer.account_id, month): payer.cap_month.ten_thousandths
        for payer in payers
        if payer.cap_month is not None
    }
    records = store.get_many(caps)
    for key, cap in caps.items():
        _open_cap(store, records.get(key), key=key, cap=cap)


def _open_cap(store: Store, record: Record | None, *, key: Key, cap: int) -> None:
    if record is None:
        with suppress(RecordExists):
            store.put_if_absent(key, {"left": cap, "cap": cap})
    elif record.attributes["cap"] != cap:
        change = cap - cast("int", record.attributes["cap"])
        left = cast("int", record.attributes["left"]) + change
        with suppress(VersionConflict):  # the next one sees to it
            store.update(record, {"left": left, "cap": cap})


def trees(store: Store) -> dict[str, list[str]]:
    """Return the accounts that have a wallet, by the root of their tree."""
    found: dict[str, list[str]] = {}
    for record in every_record(store, _TREES):
        found.setdefault(str(record.attributes["root"]), []).append(record.key.sort)
    return found


def caps_of(store: Store, account_id: str) -> Iterator[Record]:
    """Yield the months of an account that were under a cap."""
    yield from every_record(store, partition(account_id), "CAP#")


def wallet_key(account_id: str) -> Key:
    """Say where an account's wallet lies."""
    return Key(partition(account_id), "WALLET")


def _cap_key(account_id: str, month: str) -> Key:
    """Say where what is left of an account's cap in a month (yyyy-mm) lies."""
    return Key(partition(account_id), f"CAP#{month}")
