"""What an account was charged and paid in a month: `statement ACCOUNT yyyy-mm [--csv]`."""

import argparse
import sys

from leadcloud.accounts.statement import statement
from leadcloud.accounts.statement_table import statement_table
from leadcloud.spreadsheet import csv_text
from leadcloud.wiring import Services
from local.admin._argument import account_of
from local.admin._table import aligned


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("account", metavar="ACCOUNT")
    parser.add_argument("month", metavar="yyyy-mm")
    parser.add_argument("--csv", action="store_true", help="for a spreadsheet, instead of to read")
    parser.set_defaults(carry_out=_print)


def _print(options: argparse.Namespace, services: Services) -> None:
    account = account_of(options.account, services)
    try:
        found = statement(
            services.store,
            account,
            options.month,
            below=services.accounts.ids_below(account.id),
            now=services.clock.now(),
        )
    except LookupError:
        sys.exit("There is no statement: the month is none like 2026-11, or has not begun.")
    rows = statement_table(found)
    if options.csv:
        sys.stdout.write(csv_text(rows))
        return
    for line in aligned(rows):
        print(line)
