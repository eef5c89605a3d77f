"""The demo accounts and registers that a new folder is given. Everybody in them is synthetic."""

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

from leadcloud.accounts.account import CURRENT_TERMS, Account
from leadcloud.accounts.entry import last_entry
from leadcloud.accounts.key import SCOPES, NewKey
from leadcloud.accounts.money import Money
from leadcloud.purpose import PURPOSES
from leadcloud.store.interface import RecordExists
from leadcloud.wiring import Services
from local.demo_database import demo_register
from local.folder import Folder, StartError, write_whole

REGISTERS = {
    "directory": "demo_directory_consumers",
    "own": "demo_own_customers",
    "business": "demo_directory_decision_makers",
}
"""What demo.json calls each register, and its id."""

_SHARED = (REGISTERS["directory"], REGISTERS["business"])
_CUSTOMER_SCOPES = SCOPES - {"operator"}

_CUSTOMER = Account(
    id="demo_customer",
    kind="customer",
    name="Demo customer (synthetic)",
    parent=None,
    registers=(*_SHARED, REGISTERS["own"]),
    purposes=PURPOSES,
    terms=CURRENT_TERMS,
    tier="large",
)
_OTHER = replace(
    _CUSTOMER,
    id="demo_other_customer",
    name="Other demo customer (synthetic)",
    registers=_SHARED,
    tier="standard",
)
_RESELLER = replace(_OTHER, id="demo_reseller", kind="reseller", name="Demo reseller (synthetic)")
_SUB_ACCOUNT = replace(
    _OTHER,
    id="demo_sub_account_1",
    kind="sub_account",
    name="First sub-account of the demo reseller (synthetic)",
    parent=_RESELLER.id,
)
_ACCOUNTS = (
    _CUSTOMER,
    _OTHER,
    _RESELLER,
    _SUB_ACCOUNT,
    replace(
        _SUB_ACCOUNT,
        id="demo_sub_account_2",
        name="Second sub-account of the demo reseller (synthetic)",
    ),
    replace(
        _OTHER,
        id="demo_operator",
        kind="operator",
        name="Demo operator (synthetic)",
        registers=(),
        purposes=(),
    ),
)

_FIRST_MONEY = Money.read("1000")

_KEYS = {
    "customer": ("demo_customer", _CUSTOMER_SCOPES),
    "other_customer": ("demo_other_customer", _CUSTOMER_SCOPES),
    "reseller": ("demo_reseller", _CUSTOMER_SCOPES),
    "operator": ("demo_operator", frozenset({"operator"})),
}
"""What demo.json calls each key, its account and its scopes."""


def seed(folder: Folder, services: Services) -> dict[str, str]:
    """Give a folder its demo accounts and return their keys; the second time, the same keys.

    demo.json is written last: a start that died before it is simply done again. What a folder of an
    older version lacks, it is given.

    Raises:
        StartError: demo.json cannot be read.
    """
    for account in _ACCOUNTS:
        with suppress(RecordExists):
            services.accounts.open(account, by="demo")
        kept = services.accounts.account(account.id)
        if kept and kept.terms != CURRENT_TERMS:
            services.accounts.accept_terms(account.id, by="demo")
        if account.is_prepaid and last_entry(services.store, account.id) is None:
            services.ledger.top_up(account.id, _FIRST_MONEY, note="demo")
    known = _known_keys(folder)
    return known | {
        name: services.keys.issue(account_id, scopes, new=NewKey(name="In demo.json"), by="demo")
        for name, (account_id, scopes) in _KEYS.items()
        if name not in known
    }


def _known_keys(folder: Folder) -> dict[str, str]:
    if not folder.demo.exists():
        return {}
    try:
        return dict(json.loads(folder.demo.read_text(encoding="utf-8"))["keys"])
    except (ValueError, KeyError, TypeError):
        raise StartError(
            f"{folder.demo} cannot be read. Remove it, and new demo keys are issued."
        ) from None


def register_demo(services: Services, provider_url: str) -> None:
    """Enter the demo registers; the provider's address may be another than last time."""
    for manifest in _SHARED:
        services.registers.put(
            manifest,
            {
                "adapter": "directory_api",
                "manifest": manifest,
                "base_url": provider_url,
            },
        )
    services.registers.put(
        REGISTERS["own"],
        {
            "adapter": "own_database",
            "url_secret": "demo_own_database",
            "configuration": demo_register(
                REGISTERS["own"],
                controller_id=_CUSTOMER.id,
                controller_name=_CUSTOMER.name,
            ).model_dump_json(),
        },
    )


def announce(
    folder: Folder, base_url: str, *, keys: dict[str, str], controller_keys: dict[str, str]
) -> dict[str, Any]:
    """Write demo.json and return it."""
    demo = {
        "base_url": base_url,
        "keys": keys,
        "registers": REGISTERS,
        "mail_dir": str(folder.mail.resolve()),
        "webhook_dir": str(folder.webhooks.resolve()),
        "text_dir": str(folder.texts.resolve()),
        "controller_keys": controller_keys,
    }
    write_whole(folder.demo, demo)
    return demo
