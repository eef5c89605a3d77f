"""Add money that a customer or a reseller has paid to its balance: `top_up ACCOUNT AMOUNT`."""

import argparse
import sys

from leadcloud.accounts.account import AccountKind
from leadcloud.wiring import Services
from local.admin._argument import account_of, code, some_amount

_REFUSED: dict[AccountKind, str] = {
    "sub_account": "Nothing was added. A sub-account has no balance: its reseller's covers it.",
    "operator": "Nothing was added. An operator's account buys nothing.",
}


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("account", metavar="ACCOUNT")
    parser.add_argument("amount", type=some_amount, metavar="AMOUNT", help="euros, without tax")
    parser.add_argument("--note", type=code, metavar="CODE", help="an invoice's number")
    parser.set_defaults(carry_out=_top_up)


def _top_up(options: argparse.Namespace, services: Services) -> None:
    account = account_of(options.account, services)
    if not account.is_prepaid:
        sys.exit(_REFUSED[account.kind])
    entry = services.ledger.top_up(account.id, options.amount, note=options.note or "")
    print(f"Entry {entry.number}: {entry.amount} EUR more, {entry.balance} EUR in all.")
