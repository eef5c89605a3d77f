"""Accounts: customers, resellers and their sub-accounts, and what each has a contract for."""

from dataclasses import dataclass
from typing import Literal, cast

from leadcloud.ages.groups import SchemeName
from leadcloud.purpose import Purpose
from leadcloud.store.interface import Key, Record, Store, Value

AccountKind = Literal["customer", "reseller", "sub_account", "operator"]


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


class AccountBook:
    """Keeps accounts."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(self, account: Account) -> None:
        """Keep a new account."""
        self._store.put_if_absent(
            _key(account.id),
            {
                "kind": account.kind,
                "name": account.name,
                "parent": account.parent,
                "registers": list(account.registers),
                "purposes": list(account.purposes),
                "age_groups": account.age_groups,
            },
        )

    def account(self, account_id: str) -> Account | None:
        """Return an account, or None where there is none."""
        record = self._store.get(_key(account_id))
        return _account(account_id, record) if record else None


def _key(account_id: str) -> Key:
    return Key(f"ACCOUNT#{account_id}", "ACCOUNT")


def _account(account_id: str, record: Record) -> Account:
    row = record.attributes
    return Account(
        id=account_id,
        kind=cast("AccountKind", row["kind"]),
        name=str(row["name"]),
        parent=cast("str | None", row["parent"]),
        registers=_texts(row["registers"]),
        purposes=cast("tuple[Purpose, ...]", _texts(row["purposes"])),
        age_groups=cast("SchemeName", row.get("age_groups", "seven")),
    )


def _texts(value: Value) -> tuple[str, ...]:
    return tuple(cast("list[str]", value))
