"""Accounts: customers, resellers and their sub-accounts, operators; and what each may do.

A sub-account belongs to a reseller, and what is said of an account holds of all below it: a
reseller that is suspended is so with its sub-accounts.
"""

from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, cast

from leadcloud.accounts.tier import TierName
from leadcloud.ages.groups import SchemeName
from leadcloud.purpose import Purpose
from leadcloud.store.interface import Key, Record, Value

AccountKind = Literal["customer", "reseller", "sub_account", "operator"]

CURRENT_TERMS = "2026-11-01"
"""Version of the terms of use. A new one locks every account out until it has accepted it."""

PARTITION = "ACCOUNT#"
"""With an account's id behind it, where the account is kept, its keys and its operations."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A party that uses the service under a contract."""

    id: str
    kind: AccountKind
    name: str
    """Of the company, as it is in the contract."""
    parent: str | None
    """The reseller, for a sub-account."""
    registers: tuple[str, ...]
    """Ids of the registers that the contract names."""
    purposes: tuple[Purpose, ...]
    age_groups: SchemeName = "seven"
    """Which age groups the account is told."""
    terms: str | None = None
    """Version of the terms of use that it has accepted."""
    suspended: bool = False
    tier: TierName = "standard"
    """How often it may ask."""
    cap_month: Decimal | None = None
    """Euros that it may spend in a calendar month; None where only the balance bounds it."""
    markup_percent: Decimal = Decimal(0)
    """What a reseller adds to its own prices for the accounts below it."""

    @property
    def is_prepaid(self) -> bool:
        """Whether it buys from us, and so has a balance; a sub-account buys from its reseller."""
        return self.kind in {"customer", "reseller"}


def new_account_id(random_bytes: Callable[[int], bytes]) -> str:
    """Return an id that nobody can guess."""
    return f"ac_{b32encode(random_bytes(10)).decode('ascii').lower()}"


def chain_of(account_id: str) -> str:
    """Return the chain of the audit trail that tells of an account."""
    return f"account:{account_id}"


def account_key(account_id: str) -> Key:
    """Return where an account is kept."""
    return Key(f"{PARTITION}{account_id}", "ACCOUNT")


def row_of(account: Account) -> dict[str, Value]:
    """Return the attributes of an account's record."""
    return {
        "kind": account.kind,
        "name": account.name,
        "parent": account.parent,
        "registers": list(account.registers),
        "purposes": list(account.purposes),
        "age_groups": account.age_groups,
        "terms": account.terms,
        "suspended": account.suspended,
        "tier": account.tier,
        "cap_month": None if account.cap_month is None else str(account.cap_month),
        "markup_percent": str(account.markup_percent),
    }


def account_of(record: Record) -> Account:
    """Return the account that a record keeps."""
    row = record.attributes
    cap = cast("str | None", row.get("cap_month"))
    return Account(
        id=record.key.partition.removeprefix(PARTITION),
        kind=cast("AccountKind", row["kind"]),
        name=str(row["name"]),
        parent=cast("str | None", row["parent"]),
        registers=_texts(row["registers"]),
        purposes=cast("tuple[Purpose, ...]", _texts(row["purposes"])),
        age_groups=cast("SchemeName", row.get("age_groups", "seven")),
        terms=cast("str | None", row.get("terms")),
        suspended=bool(row.get("suspended", False)),
        tier=cast("TierName", row.get("tier", "standard")),
        cap_month=None if cap is None else Decimal(cap),
        markup_percent=Decimal(cast("str", row.get("markup_percent", "0"))),
    )


def _texts(value: Value) -> tuple[str, ...]:
    return tuple(cast("list[str]", value))
