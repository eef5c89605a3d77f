"""Whether the money is right: every chain, every sum and every operation, computed anew.

Accounts are looked at tree by tree. Whatever moves in a tree moves the wallet of its root, so a tree
whose root's wallet changed while it was read is read again; a busy service does not look broken.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from leadcloud.accounts.account_book import account_ids
from leadcloud.accounts.entry import START, Entry, entries_of
from leadcloud.accounts.money import NOTHING, Money
from leadcloud.accounts.operation import Operation, operations_of
from leadcloud.accounts.wallet import Balance, Share, balance_of, caps_of, trees
from leadcloud.store.interface import Record, Store

_READS = 20
"""Of a tree; after so many it is said that it could not be read at rest."""


def verify(store: Store) -> list[str]:
    """Return what is wrong with the money, one sentence each; nothing where all is right."""
    listed = trees(store)
    findings = [
        finding
        for root, accounts in listed.items()
        for finding in _verified_tree(store, root, accounts)
    ]
    return [*findings, *_unlisted(store, set().union(*listed.values()))]


def _unlisted(store: Store, listed: Container[str]) -> Iterator[str]:
    """Yield what would otherwise be neither looked at nor reported to who bills it."""
    for account_id in account_ids(store):
        if account_id not in listed and balance_of(store, account_id):
            yield f"{account_id}: it has a wallet, and the list of ledgers does not name it"


def _verified_tree(store: Store, root: str, accounts: list[str]) -> list[str]:
    for _ in range(_READS):
        before = balance_of(store, root)
        operations = [each for account in accounts for each in operations_of(store, account)]
        findings = [
            f"{account_id}: {finding}"
            for account_id in accounts
            for finding in _findings(_read(store, account_id, operations))
        ]
        if not findings or balance_of(store, root) == before:
            return findings
    return [f"{root}: it is too busy to be read at rest"]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Books:
    """Everything that is kept of one account's money."""

    balance: Balance | None
    entries: tuple[Entry, ...]
    paid: Mapping[str, tuple[Operation, Share]]
    """By digest, the operations that the account pays for: its own, and those of accounts below."""
    caps: tuple[Record, ...]


def _read(store: Store, account_id: str, operations: list[Operation]) -> _Books:
    return _Books(
        balance=balance_of(store, account_id),
        entries=tuple(entries_of(store, account_id)),
        paid={
            each.digest: (each, share)
            for each in operations
            for share in each.shares
            if share.account_id == account_id
        },
        caps=tuple(caps_of(store, account_id)),
    )


def _findings(books: _Books) -> Iterator[str]:
    if books.balance is None:
        yield "the wallet is gone"
        return
    yield from _chain(books.entries)
    yield from _wallet(books, books.balance)
    yield from _charges(books)
    for cap in books.caps:
        yield from _cap(books, cap)


def _chain(entries: tuple[Entry, ...]) -> Iterator[str]:
    previous, balance = START, NOTHING
    for number, entry in enumerate(entries, start=1):
        if entry.number != number:
            yield f"entry {number} is missing"
            return
        if entry.previous != previous:
            yield f"entry {number} does not follow the one before it"
        if entry.hash != entry.computed_hash():
            yield f"entry {number} was altered"
        balance += entry.amount
        if entry.balance != balance:
            yield f"entry {number} says that {entry.balance} was there, and it was {balance}"
        previous = entry.hash


def _wallet(books: _Books, balance: Balance) -> Iterator[str]:
    booked = sum((entry.amount for entry in books.entries), NOTHING)
    reserved = sum(
        (share.reserved for each, share in books.paid.values() if each.state == "running"), NOTHING
    )
    if balance.available + balance.reserved != booked:
        yield f"the wallet holds {balance.available + balance.reserved}, its entries add up to {booked}"
    if balance.entries != len(books.entries):
        yield f"the wallet counts {balance.entries} entries, there are {len(books.entries)}"
    if balance.reserved != reserved:
        yield f"{balance.reserved} is reserved, running operations have reserved {reserved}"


def _charges(books: _Books) -> Iterator[str]:
    """Each settled operation has one charge, and each charge its settled operation."""
    charges = [entry for entry in books.entries if entry.kind == "charge"]
    charged = {str(entry.operation): entry for entry in charges}
    if len(charged) != len(charges):
        yield "an operation was charged twice"
    settled = {digest for digest, (each, _) in books.paid.items() if each.state == "settled"}
    if settled - charged.keys():
        yield f"{len(settled - charged.keys())} settled operations were not charged"
    if charged.keys() - settled:
        yield f"{len(charged.keys() - settled)} charges belong to no settled operation"
    for digest in settled & charged.keys():
        yield from _receipt(books, charged[digest])


def _receipt(books: _Books, entry: Entry) -> Iterator[str]:
    each, share = books.paid[str(entry.operation)]
    if -entry.amount > share.reserved:
        yield f"entry {entry.number} charges more than was reserved"
    if entry.amount != -sum((line.amount for line in entry.lines), NOTHING):
        yield f"entry {entry.number} is not the sum of its lines"
    is_own = each.account_id == entry.account_id
    if is_own and each.receipt and each.receipt.amount != -entry.amount:
        yield f"entry {entry.number} is not what the receipt says"


def _cap(books: _Books, cap: Record) -> Iterator[str]:
    month = cap.key.sort.removeprefix("CAP#")
    charges = {entry.operation: -entry.amount for entry in books.entries if entry.operation}
    used = NOTHING
    for digest, (each, share) in books.paid.items():
        if share.month == month and each.state == "running":
            used += share.reserved
        elif share.month == month and each.state == "settled":
            used += charges.get(digest, NOTHING)
    left = Money(cast("int", cap.attributes["left"]))
    held = Money(cast("int", cap.attributes["cap"]))
    if left != held - used:
        yield f"{left} is left of the cap of {month}, and should be {held - used}"
