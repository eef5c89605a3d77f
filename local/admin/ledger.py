"""Whether the money is right, every chain, sum and operation computed anew: `ledger verify`."""

import argparse
import sys

from leadcloud.accounts.verification import verify
from leadcloud.accounts.wallet import trees
from leadcloud.wiring import Services


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("what", choices=["verify"])
    parser.set_defaults(carry_out=_verify)


def _verify(_options: argparse.Namespace, services: Services) -> None:
    findings = verify(services.store)
    for finding in findings:
        print(finding)
    if findings:
        sys.exit(1)
    accounts = sum(len(tree) for tree in trees(services.store).values())
    print(f"The ledgers of {accounts} accounts are right.")
