"""What a reseller adds to our prices for the accounts below it: `markup RESELLER PERCENT`."""

import argparse
import re
import sys
from decimal import Decimal

from leadcloud.wiring import Services
from local.admin._argument import account_of


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("reseller", metavar="RESELLER")
    parser.add_argument("percent", type=_percent, metavar="PERCENT", help="such as 20 or 12.5")
    parser.set_defaults(carry_out=_mark_up)


def _percent(text: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", text):
        raise argparse.ArgumentTypeError("write 0 to 999.99, with at most two decimals")
    return Decimal(text)


def _mark_up(options: argparse.Namespace, services: Services) -> None:
    account = account_of(options.reseller, services)
    if account.kind != "reseller":
        sys.exit("Nothing was changed. Only a reseller has accounts below it.")
    services.accounts.mark_up(account.id, options.percent, by="operator")
    print(f"Accounts below {account.id} pay {options.percent} % more from now on; quotes hold.")
