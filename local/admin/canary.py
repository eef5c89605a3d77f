"""The account that the canary searches with: `canary open`."""

import argparse
from contextlib import suppress

from leadcloud.registers.canary import ACCOUNT, OWNER
from leadcloud.store.interface import RecordExists
from leadcloud.wiring import Services


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("what", choices=["open"], help="open it if it is not, and issue a key")
    parser.set_defaults(carry_out=_open)


def _open(_options: argparse.Namespace, services: Services) -> None:
    print(f'{{"canary_key": "{open_canary(services)}"}}')


def open_canary(services: Services) -> str:
    """Return a new key of the canary's account, which is opened with its register if missing."""
    with suppress(RecordExists):
        services.accounts.open(OWNER)
    services.registers.put(ACCOUNT, {"adapter": "canary"})
    return services.keys.issue(ACCOUNT, frozenset({"search"}))
