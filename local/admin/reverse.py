"""Take back an entry of an account's ledger by another entry: `reverse ACCOUNT NUMBER`."""

import argparse
import sys

from leadcloud.accounts.ledger import AlreadyDone
from leadcloud.wiring import Services
from local.admin._argument import account_of, code


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("account", metavar="ACCOUNT")
    parser.add_argument("number", type=int, metavar="NUMBER", help="as `ledger list` has it")
    parser.add_argument("--note", type=code, metavar="CODE", help="why, as a code")
    parser.set_defaults(carry_out=_reverse)


def _reverse(options: argparse.Namespace, services: Services) -> None:
    account = account_of(options.account, services)
    try:
        entry = services.ledger.reverse(account.id, options.number, note=options.note or "")
    except LookupError:
        sys.exit("Nothing was reversed. The account has no entry of this number.")
    except AlreadyDone:
        sys.exit("Nothing was reversed. The entry was taken back before, or takes one back itself.")
    print(f"Entry {entry.number} takes back entry {entry.reverses}: {entry.amount} EUR.")
    if entry.reverses_charge and account.parent:
        print("The reseller's own charge stands; it is an entry of the reseller's ledger.")
