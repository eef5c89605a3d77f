"""The book of accounts: opens, finds, lists and changes them.

What bears on rights leaves an entry in the audit trail.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from leadcloud.accounts.account import (
    CURRENT_TERMS,
    Account,
    account_key,
    account_of,
    chain_of,
    row_of,
)
from leadcloud.ages.groups import SchemeName
from leadcloud.audit import AuditTrail, Details
from leadcloud.errors import AccountSuspended, TermsNotAccepted, Unauthenticated
from leadcloud.store.interface import (
    Action,
    Key,
    PutIfAbsent,
    Record,
    RecordExists,
    Store,
    Update,
    Value,
)
from leadcloud.store.lookup import Lookup
from leadcloud.store.pages import every_record

_ACCOUNTS = "ACCOUNTS"
"""Partition that lists every account."""

_SUB_ACCOUNT = "SUB-ACCOUNT#"

MAX_LEVELS = 4
"""Accounts from a sub-account to the root of its tree; today a reseller's tree has two."""


class BrokenTree(Exception):
    """An account's parent is missing, or the way to the root does not end."""


class AccountBook:
    """Keeps accounts."""

    def __init__(self, store: Store, audit: AuditTrail) -> None:
        self._store = store
        self._audit = audit

    def open(self, account: Account, *, by: str = "operator") -> None:
        """Keep a new account.

        Args:
            account: Its parent is there and a reseller.
            by: Id of the key that it was done with.

        Raises:
            RecordExists: There is one of that id.
            ValueError: It is a sub-account of nobody, or of somebody who is no reseller.
        """
        self._check_parent(account)

        def actions() -> tuple[Action, ...]:
            if self._store.get(account_key(account.id)):
                raise RecordExists
            return tuple(
                PutIfAbsent(key=key, attributes=row) for key, row in _new_rows(account).items()
            )

        self._audit.carry_out(
            actions,
            chain=chain_of(account.id),
            event="account_opened",
            details={"kind": account.kind, "by": by},
        )

    def account(self, account_id: str) -> Account | None:
        """Return an account, or None where there is none."""
        return _known(self._store.get(account_key(account_id)))

    def lookup(self, account_id: str) -> Lookup[Account | None]:
        """Return what finds an account."""
        return Lookup.at(account_key(account_id), _known)

    def lineage(self, account_id: str) -> tuple[Account, ...]:
        """Return an account and those above it, nearest first; empty where there is none.

        Raises:
            BrokenTree: One of those above is missing, or there is no end to them.
        """
        account = self.account(account_id)
        return self._lineage_of(account) if account else ()

    def _lineage_of(self, account: Account) -> tuple[Account, ...]:
        accounts = [account]
        while (above := accounts[-1].parent) is not None:
            parent = self.account(above) if len(accounts) < MAX_LEVELS else None
            if parent is None:
                raise BrokenTree
            accounts.append(parent)
        return tuple(accounts)

    def active(self, account_id: str) -> Account:
        """Return an account that may use the service.

        Raises:
            Unauthenticated: There is none.
            AccountSuspended: It is suspended, or an account above it is.
        """
        return self._active(self.account(account_id))[0]

    def bound_by_terms(self, account: Account | None) -> tuple[Account, ...]:
        """Return an account that may be charged and given personal data, and those above it.

        Args:
            account: As it was just read; None where there is none.

        Raises:
            Unauthenticated: There is none.
            AccountSuspended: It is suspended, or an account above it is.
            TermsNotAccepted: It has not accepted the terms as they now are.
        """
        lineage = self._active(account)
        if lineage[0].terms != CURRENT_TERMS:
            raise TermsNotAccepted
        return lineage

    def _active(self, account: Account | None) -> tuple[Account, ...]:
        if account is None:
            raise Unauthenticated
        lineage = self._lineage_of(account)
        if any(each.suspended for each in lineage):
            raise AccountSuspended
        return lineage

    def all(self) -> Iterator[Account]:
        """Yield every account, by id."""
        return self._accounts(every_record(self._store, _ACCOUNTS))

    def sub_accounts(
        self, account_id: str, *, limit: int = 100, after: str | None = None
    ) -> tuple[Sequence[Account], str | None]:
        """Return a reseller's sub-accounts by id, and after which to go on, None at the end."""
        page = self._store.query(
            account_key(account_id).partition, _SUB_ACCOUNT, limit=limit, after=after
        )
        return [*self._accounts(page.records, _SUB_ACCOUNT)], page.after

    def ids_below(self, account_id: str) -> Iterator[str]:
        """Yield the ids of a reseller's sub-accounts."""
        for record in every_record(self._store, account_key(account_id).partition, _SUB_ACCOUNT):
            yield record.key.sort.removeprefix(_SUB_ACCOUNT)

    def accept_terms(self, account_id: str, *, by: str) -> Account:
        """Note that an account accepts the terms as they now are."""
        return self._change(
            account_id,
            lambda account: replace(account, terms=CURRENT_TERMS),
            event="terms_accepted",
            details={"version": CURRENT_TERMS, "by": by},
        )

    def suspend(self, account_id: str, *, by: str, suspended: bool = True) -> Account:
        """Bar an account and all below it from the service, or let them in again."""
        return self._change(
            account_id,
            lambda account: replace(account, suspended=suspended),
            event="account_suspended" if suspended else "account_resumed",
            details={"by": by},
        )

    def choose_age_groups(self, account_id: str, scheme: SchemeName, *, by: str) -> Account:
        """Change which age groups an account is told."""
        return self._change(
            account_id,
            lambda account: replace(account, age_groups=scheme),
            event="age_groups_chosen",
            details={"scheme": scheme, "by": by},
        )

    def add_register(self, account_id: str, register_id: str, *, by: str) -> Account:
        """Put a register into an account's contract.

        Raises:
            LookupError: There is no such account.
        """
        return self._change(
            account_id,
            lambda account: replace(
                account, registers=tuple(dict.fromkeys((*account.registers, register_id)))
            ),
            event="register_added",
            details={"register": register_id, "by": by},
        )

    def mark_up(self, account_id: str, percent: Decimal, *, by: str) -> Account:
        """Change what a reseller adds to its own prices for the accounts below it."""
        return self._change(
            account_id,
            lambda account: replace(account, markup_percent=percent),
            event="marked_up",
            details={"percent": str(percent), "by": by},
        )

    def _check_parent(self, account: Account) -> None:
        if (account.kind == "sub_account") != (account.parent is not None):
            raise ValueError("a sub-account has a parent, and nobody else has")
        if account.parent is not None:
            parent = self.account(account.parent)
            if parent is None or parent.kind != "reseller":
                raise ValueError("the parent is no reseller")

    def _change(
        self, account_id: str, change: Callable[[Account], Account], *, event: str, details: Details
    ) -> Account:
        """Change an account as it then is: again, where others came in between."""
        changed: list[Account] = []

        def actions() -> tuple[Action, ...]:
            record = self._store.get(account_key(account_id))
            if record is None:
                raise LookupError("there is no such account")
            after = change(account_of(record))
            changed[:] = [after]
            return (Update(key=record.key, version=record.version, attributes=row_of(after)),)

        self._audit.carry_out(actions, chain=chain_of(account_id), event=event, details=details)
        return changed[0]

    def _accounts(self, records: Iterable[Record], prefix: str = "") -> Iterator[Account]:
        for record in records:
            account = self.account(record.key.sort.removeprefix(prefix))
            if account is not None:
                yield account


def account_ids(store: Store) -> Iterator[str]:
    """Yield the id of every account."""
    for record in every_record(store, _ACCOUNTS):
        yield record.key.sort


def _new_rows(account: Account) -> dict[Key, dict[str, Value]]:
    """Return the records of a new account: itself, and where it is found in lists."""
    rows: dict[Key, dict[str, Value]] = {
        account_key(account.id): row_of(account),
        Key(_ACCOUNTS, account.id): {},
    }
    if account.parent is not None:
        rows[Key(account_key(account.parent).partition, f"{_SUB_ACCOUNT}{account.id}")] = {}
    return rows


def _known(record: Record | None) -> Account | None:
    return account_of(record) if record else None
