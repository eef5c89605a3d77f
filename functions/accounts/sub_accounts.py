"""A reseller's sub-accounts: what a new one may be given, and how the list is paged."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from functions.accounts.messages import SubAccountList, SubAccountRequest, sub_account_message
from leadcloud.accounts.account import CURRENT_TERMS, Account, new_account_id
from leadcloud.errors import CursorInvalid, Fault, NotReseller, RequestInvalid
from leadcloud.seal import SealBroken
from leadcloud.wiring import Services

_PAGE = 100
_LIFETIME = timedelta(hours=1)


def check_reseller(account: Account) -> None:
    """Let resellers pass.

    Raises:
        NotReseller: It is none.
    """
    if account.kind != "reseller":
        raise NotReseller


def open_sub_account(
    request: SubAccountRequest, reseller: Account, services: Services, *, by: str
) -> Account:
    """Open a sub-account with no more than its reseller has.

    Raises:
        RequestInvalid: It asks for more, or accepts terms that are not the current ones.
    """
    faults = [*_faults(request, reseller)]
    if faults:
        raise RequestInvalid("The sub-account has faults.", faults=faults)
    account = Account(
        id=new_account_id(services.random_bytes),
        kind="sub_account",
        name=request.name,
        parent=reseller.id,
        registers=reseller.registers
        if request.registers is None
        else tuple(dict.fromkeys(request.registers)),
        purposes=reseller.purposes
        if request.purposes is None
        else tuple(dict.fromkeys(request.purposes)),
        age_groups=request.age_groups or reseller.age_groups,
        terms=request.accept_terms,
        tier=reseller.tier,
        cap_month=Decimal(request.cap_month.amount) if request.cap_month else None,
    )
    services.accounts.open(account, by=by)
    return account


def terms_faults(version: str | None) -> Iterator[Fault]:
    """Yield what is wrong with a version of the terms that is to be accepted."""
    if version is not None and version != CURRENT_TERMS:
        yield Fault(
            field="accept_terms",
            code="terms_not_current",
            detail=f"The terms to accept are those of version {CURRENT_TERMS}.",
        )


def list_sub_accounts(reseller: Account, cursor: str | None, services: Services) -> SubAccountList:
    """Return a page of a reseller's sub-accounts.

    Raises:
        CursorInvalid: The cursor is not this reseller's, or has expired.
    """
    context, now = f"sub-accounts\n{reseller.id}", services.clock.now()
    try:
        after = services.sealer.open(cursor, context, now).decode() if cursor else None
    except SealBroken:
        raise CursorInvalid from None
    accounts, after = services.accounts.sub_accounts(reseller.id, limit=_PAGE, after=after)
    expires_at = now + _LIFETIME
    return SubAccountList(
        sub_accounts=tuple(map(sub_account_message, accounts)),
        next_cursor=services.sealer.seal(after.encode(), context, expires_at) if after else None,
    )


def _faults(request: SubAccountRequest, reseller: Account) -> Iterator[Fault]:
    yield from terms_faults(request.accept_terms)
    for field, asked, had in (
        ("registers", request.registers, reseller.registers),
        ("purposes", request.purposes, reseller.purposes),
    ):
        for number, each in enumerate(asked or ()):
            if each not in had:
                yield Fault(
                    field=f"{field}.{number}",
                    code="not_in_contract",
                    detail="Your own contract does not name this.",
                )
