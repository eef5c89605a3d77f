"""Whose keys an account may manage: its own, and those of its sub-accounts."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from functions.accounts.messages import IssuedKey, KeyRequest, key_message
from leadcloud.accounts.account import Account
from leadcloud.accounts.key import ApiKey, NewKey, Replaced, id_in, is_id, scopes_of
from leadcloud.errors import Fault, NotFound, RequestInvalid
from leadcloud.wiring import Services

MOST_KEYS = 50
"""Good keys of one account."""

LONGEST_OVERLAP = timedelta(days=90)
"""For which a key that was replaced may stay good."""

_NOBODY = "nobody"

_ACCOUNT_UNKNOWN = Fault(
    field="account", code="account_unknown", detail="You have no such sub-account."
)


def managed(account_id: str, manager: Account, services: Services) -> Account | None:
    """Return an account if it is the manager's own or a sub-account of it."""
    if account_id == manager.id:
        return manager
    account = services.accounts.account(account_id)
    return account if account and account.parent == manager.id else None


def managed_key(key_id: str, manager: Account, services: Services) -> ApiKey:
    """Return a key of an account that the manager manages.

    Raises:
        NotFound: There is none; whether others have it makes no difference.
    """
    key = services.keys.key(key_id) if is_id(key_id) else None
    # Where there is no key an account is looked up all the same: both answers take as long.
    owner = managed(key.account_id if key else _NOBODY, manager, services)
    if key is None or owner is None:
        raise NotFound
    return key


def issue_key(request: KeyRequest, manager: Account, services: Services, *, by: str) -> IssuedKey:
    """Issue a key, at once with the end of the one that it replaces.

    Raises:
        RequestInvalid: With every fault at once.
    """
    account = managed(request.account or manager.id, manager, services)
    if account is None:
        raise RequestInvalid(faults=[_ACCOUNT_UNKNOWN])
    faults = [*_faults(request, account, services)]
    if faults:
        raise RequestInvalid("The key has faults.", faults=faults)
    replaces = request.replaces
    new = NewKey(
        name=request.name,
        expires_at=_moment(request.expires_at) if request.expires_at else None,
        replaces=Replaced(id=replaces.id, expires_at=_moment(replaces.expires_at))
        if replaces
        else None,
    )
    text = services.keys.issue(account.id, frozenset(request.scopes), new=new, by=by)
    key = services.keys.key(id_in(text))
    assert key  # noqa: S101 it was just written
    return IssuedKey(**key_message(key).model_dump(), key=text)


def _faults(request: KeyRequest, account: Account, services: Services) -> Iterator[Fault]:
    now = services.clock.now()
    good = {key.id for key in services.keys.keys_of(account.id) if key.is_good(now)}
    may_have = scopes_of(account.kind)
    for number, scope in enumerate(request.scopes):
        if scope not in may_have:
            yield Fault(
                field=f"scopes.{number}",
                code="not_for_account",
                detail="No key of this account can have this scope.",
            )
    if request.expires_at and _moment(request.expires_at) <= now:
        yield Fault(field="expires_at", code="in_the_past", detail="This must be in the future.")
    if request.replaces and request.replaces.id not in good:
        detail = "The account has no good key of this id."
        yield Fault(field="replaces.id", code="key_unknown", detail=detail)
    if request.replaces and not (
        now <= _moment(request.replaces.expires_at) <= now + LONGEST_OVERLAP
    ):
        detail = f"This must be from now to {LONGEST_OVERLAP.days} days ahead."
        yield Fault(field="replaces.expires_at", code="out_of_range", detail=detail)
    if len(good) >= MOST_KEYS:
        detail = f"An account has at most {MOST_KEYS} good keys; revoke one first."
        yield Fault(field="", code="too_many_keys", detail=detail)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
