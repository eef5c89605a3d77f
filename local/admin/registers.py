"""Registers of other parties: `registers put ID`, by the manifest of that name."""

import argparse
import sys

from leadcloud.wiring import Services
from local.admin._argument import has_manifest


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("what", choices=["put"], help="enter a register, or change its address")
    parser.add_argument("register", metavar="ID", help="of a manifest that is shipped")
    parser.add_argument("--base-url", metavar="URL", help="where it is, instead of the manifest's")
    parser.add_argument(
        "--account", action="append", default=[], help="whose contract names it; may be repeated"
    )
    parser.set_defaults(carry_out=_put)


def _put(options: argparse.Namespace, services: Services) -> None:
    if unknown := [each for each in options.account if services.accounts.account(each) is None]:
        sys.exit(f"Nothing was entered. {len(unknown)} of the accounts do not exist.")
    if not has_manifest(options.register):
        sys.exit("Nothing was entered. There is no manifest of this name.")
    address = {"base_url": options.base_url} if options.base_url else {}
    services.registers.put(
        options.register,
        {"adapter": "directory_api", "manifest": options.register, **address},
    )
    if services.registers.register(options.register) is None:
        sys.exit("The register cannot be used yet: a secret of it is not there.")
    for account in options.account:
        services.accounts.add_register(account, options.register, by="operator")
    print(f"{options.register} can be searched by {len(options.account)} more accounts.")
