"""Lists of numbers that may not be called: `suppression load FILE`."""

import argparse
import sys
from collections.abc import Iterable, Iterator

from leadcloud.prohibitions import PUBLIC, own_list
from leadcloud.registers.phone import e164
from leadcloud.wiring import Services
from local.admin._argument import lines


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("what", choices=["load"], help="put a list in the place of the one before")
    parser.add_argument("numbers", metavar="FILE", type=lines, help="one number a line, UTF-8")
    parser.add_argument(
        "--account", help="the do-not-call list of this account; without it, the public list"
    )
    parser.add_argument(
        "--country", type=str.upper, default="FI", help="of numbers without a country code; FI"
    )
    parser.add_argument(
        "--empty", action="store_true", help="nobody is on the list any more, the file is right"
    )
    parser.set_defaults(carry_out=_load)


def _load(options: argparse.Namespace, services: Services) -> None:
    """Load a whole file or nothing of it: a list with holes would let calls through."""
    if options.account and services.accounts.account(options.account) is None:
        sys.exit("There is no such account.")
    numbers = dict(_numbers(options.numbers, options.country))
    unreadable = [number for number, phone in numbers.items() if phone is None]
    if unreadable:
        shown = ", ".join(map(str, unreadable[:20]))
        sys.exit(f"Nothing was loaded. {len(unreadable)} lines hold no phone number: {shown}")
    if not numbers and not options.empty:
        sys.exit("Nothing was loaded. The file holds no number; if that is right, add --empty.")
    list_id = own_list(options.account) if options.account else PUBLIC
    loaded = services.prohibitions.load(list_id, filter(None, numbers.values()))
    print(f"{loaded} numbers are not called from now on.")


def _numbers(lines: Iterable[str], country: str) -> Iterator[tuple[int, str | None]]:
    """Yield each line's number and the phone number in it; empty lines are left out."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, e164(line.strip(), country)
