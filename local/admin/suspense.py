"""Charges of sources for what nobody was given: `suspense list`, `suspense resolve ID COST`."""

import argparse
import sys

from leadcloud.accounts.ledger import AlreadyDone
from leadcloud.accounts.suspense import suspicions
from leadcloud.clock import rfc3339
from leadcloud.wiring import Services
from local.admin._argument import amount


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the commands take."""
    parser.add_argument(
        "what",
        choices=["list", "resolve"],
        help="list prints one a line, oldest first; resolve books what the source did charge us",
    )
    parser.add_argument("id", nargs="?", metavar="ID", help="as the list has it")
    parser.add_argument("cost", nargs="?", type=amount, metavar="COST", help="euros; 0 for nothing")
    parser.set_defaults(carry_out=_carry_out)


def _carry_out(options: argparse.Namespace, services: Services) -> None:
    if options.what == "list":
        _list(services)
    elif options.cost is None:
        sys.exit("Say which, and what it did cost: suspense resolve ID COST.")
    else:
        _resolve(options, services)


def _list(services: Services) -> None:
    print("id\tat\tregister\taccount\trequest\tmost\treason")
    for each in suspicions(services.store):
        print(
            each.sort,
            rfc3339(each.at),
            each.register,
            each.account_id,
            each.request_id,
            each.most,
            each.reason,
            sep="\t",
        )


def _resolve(options: argparse.Namespace, services: Services) -> None:
    found = next((each for each in suspicions(services.store) if each.sort == options.id), None)
    if found is None:
        sys.exit("Nothing was booked. There is no such suspicion; it may have been resolved.")
    try:
        entry = services.ledger.resolve(found, options.cost)
    except AlreadyDone:
        sys.exit("Nothing was booked. Somebody else has just resolved it.")
    print(f"Entry {entry.number}: {options.cost} EUR of our own loss.")
