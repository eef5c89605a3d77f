"""The list of postal codes that exist, where the operator has one: `postal_codes load FILE`."""

import argparse
import re
import sys

from leadcloud.wiring import Services
from local.admin._argument import lines


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("what", choices=["load"], help="refuse others than these from now on")
    parser.add_argument("codes", metavar="FILE", type=lines, help="one code a line")
    parser.set_defaults(carry_out=_load)


def _load(options: argparse.Namespace, services: Services) -> None:
    codes = {code for line in options.codes for code in line.split()}
    wrong = sorted(code for code in codes if not re.fullmatch(r"[0-9]{5}", code))
    if wrong or not codes:
        sys.exit(f"Nothing was loaded. {len(wrong)} of {len(codes)} are not five digits.")
    services.postal_codes.load(codes)
    print(f"{len(codes)} postal codes are known from now on.")
