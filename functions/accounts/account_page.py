"""What a key is told of its account: the contract, and what there is to spend."""

from functions.accounts.messages import (
    AccountMessage,
    CapMessage,
    SettingsMessage,
    contract_message,
    terms_message,
)
from leadcloud.accounts.account import Account
from leadcloud.accounts.money import NOTHING
from leadcloud.accounts.price import Payer, payers
from leadcloud.accounts.wallet import balance_of, left_of_cap, month_of
from leadcloud.http.call import Caller
from leadcloud.http.money_message import MoneyMessage, SumMessage
from leadcloud.wiring import Services


def account_message(account: Account, caller: Caller, services: Services) -> AccountMessage:
    """Return what a key is told of its account."""
    payer = payers(services.accounts.lineage(account.id), {})[0]
    balance = balance_of(services.store, account.id) if account.is_prepaid else None
    available = balance.available if balance else NOTHING
    reserved = balance.reserved if balance else NOTHING
    return AccountMessage(
        id=account.id,
        kind=account.kind,
        name=account.name,
        contract=contract_message(account),
        terms=terms_message(account),
        settings=SettingsMessage(age_groups=account.age_groups),
        balance=SumMessage.of(available) if account.is_prepaid else None,
        reserved=MoneyMessage.of(reserved) if account.is_prepaid else None,
        cap=_cap_message(payer, services),
        key_id=caller.key_id,
        scopes=tuple(sorted(caller.scopes)),
    )


def _cap_message(payer: Payer, services: Services) -> CapMessage | None:
    now = services.clock.now()
    left = left_of_cap(services.store, payer, now)
    if payer.cap_month is None or left is None:
        return None
    return CapMessage(
        month=month_of(now), limit=MoneyMessage.of(payer.cap_month), left=SumMessage.of(left)
    )
