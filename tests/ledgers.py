"""Ledgers for tests: a reseller with two sub-accounts, and charges as searches make them."""

import os
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from leadcloud.accounts.account import CURRENT_TERMS, Account
from leadcloud.accounts.money import Money
from leadcloud.accounts.order import Order
from leadcloud.accounts.price import payers
from leadcloud.accounts.settlement import Settlement
from leadcloud.wiring import Services

PRICES = {"directory": Money.read("0.05"), "business": Money.read("0.125")}

RESELLER = Account(
    id="reseller",
    kind="reseller",
    name="Reseller",
    parent=None,
    registers=tuple(PRICES),
    purposes=("telemarketing_b2c",),
    terms=CURRENT_TERMS,
    markup_percent=Decimal(20),
)


def open_accounts(services: Services) -> None:
    """Open a reseller with two sub-accounts, and a customer; those who prepay have 100 euros."""
    for account in (
        RESELLER,
        replace(
            RESELLER, id="sub", kind="sub_account", parent="reseller", markup_percent=Decimal(0)
        ),
        replace(RESELLER, id="sub_2", kind="sub_account", parent="reseller"),
        replace(RESELLER, id="customer", kind="customer", markup_percent=Decimal(0)),
    ):
        services.accounts.open(account)
        if account.parent is None:
            services.ledger.top_up(account.id, Money.read("100"), note="invoice-1")


def buy(services: Services, account_id: str, units: Mapping[str, int]) -> None:
    """Charge an account, and those above it, for contacts of each register."""
    run = services.billing.begin(
        Order(
            payers=payers(services.accounts.lineage(account_id), PRICES),
            most=units,
            costs={},
            idempotency_key=os.urandom(8).hex(),
            request={},
            request_id="request-1",
        )
    )
    services.billing.settle(
        Settlement(run=run, units={name: number for name, number in units.items() if number})
    )
