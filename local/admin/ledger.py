"""The ledgers: `ledger list ACCOUNT yyyy-mm` prints entries, `ledger verify` computes all anew."""

import argparse
import re
import sys
from collections.abc import Iterator

from leadcloud.accounts.entry import Entry, entries_between
from leadcloud.accounts.ledger import SUSPENSE_ACCOUNT
from leadcloud.accounts.verification import verify
from leadcloud.accounts.wallet import trees
from leadcloud.spreadsheet import Cell
from leadcloud.wiring import Services
from local.admin._argument import account_of
from local.admin._table import aligned

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)
_END_OF_MONTH = "~"
"""Comes behind every day of the month that it is added to."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the commands take."""
    parser.add_argument(
        "what",
        choices=["list", "verify"],
        help="list prints the entries of a month, with their numbers; verify computes every chain, "
        "sum and operation anew, and fails where one is wrong",
    )
    parser.add_argument("account", nargs="?", metavar="ACCOUNT")
    parser.add_argument("month", nargs="?", metavar="yyyy-mm")
    parser.set_defaults(carry_out=_carry_out)


def _carry_out(options: argparse.Namespace, services: Services) -> None:
    if options.what == "verify":
        _verify(services)
    elif options.month is None or not _MONTH.fullmatch(options.month):
        sys.exit("Say whose and of which month: ledger list ACCOUNT yyyy-mm.")
    else:
        _list(options, services)


def _verify(services: Services) -> None:
    findings = verify(services.store)
    for finding in findings:
        print(finding)
    if findings:
        sys.exit(1)
    accounts = sum(len(tree) for tree in trees(services.store).values())
    print(f"The ledgers of {accounts} accounts are right.")


def _list(options: argparse.Namespace, services: Services) -> None:
    if options.account != SUSPENSE_ACCOUNT:  # the ledger of our own losses, which is nobody's
        account_of(options.account, services)
    entries = entries_between(
        services.store,
        options.account,
        start=options.month,
        end=options.month + _END_OF_MONTH,
    )
    for line in aligned(_rows(entries)):
        print(line)


def _rows(entries: Iterator[Entry]) -> Iterator[tuple[Cell, ...]]:
    yield ("entry", "at", "kind", "amount", "balance", "searcher", "contacts", "reverses", "note")
    for each in entries:
        contacts = " ".join(f"{line.register}:{line.units}*{line.price}" for line in each.lines)
        yield (
            each.number,
            each.at,
            each.kind,
            each.amount,
            each.balance,
            each.searcher,
            contacts,
            each.reverses,
            each.note,
        )
