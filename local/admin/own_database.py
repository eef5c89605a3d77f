"""Customers' own databases as registers: `own_database put FILE --account ACCOUNT`.

The file is TOML with the members of `leadcloud.registers.column_mapping.OwnRegister`, and
`url_secret`, the name of the secret that holds the database's address.
"""

import argparse
import json
import sys
import tomllib
from typing import Any

from pydantic import ValidationError

from leadcloud.accounts.account import Account
from leadcloud.clock import Deadline
from leadcloud.registers.column_mapping import MappingRefused, OwnRegister
from leadcloud.registers.interface import PageRequest, RegisterError
from leadcloud.registers.own_database import OwnDatabase
from leadcloud.secrets import SecretMissing
from leadcloud.wiring import Services
from local.admin._argument import account_of, has_manifest, lines

_SECONDS = 30


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("what", choices=["put"], help="enter a register, or change what it is")
    parser.add_argument("text", metavar="FILE", type=lines, help="what it is, as TOML")
    parser.add_argument(
        "--account", required=True, help="whose it is; nobody else can search it but those below it"
    )
    parser.set_defaults(carry_out=_put)


def _put(options: argparse.Namespace, services: Services) -> None:
    """Enter a register that was read; one that cannot be is not entered."""
    account = account_of(options.account, services)
    register, url_secret = _described(options.text)
    if _is_anothers(register.id, account, services):
        sys.exit("Nothing was entered. This id is another register's, or a manifest's.")
    contacts = _contacts(register, url_secret, services)
    # First whose it is: a record without that would be another's, if this is cut short.
    services.accounts.add_register(account.id, register.id, by="operator")
    services.registers.put(
        register.id,
        {
            "adapter": "own_database",
            "url_secret": url_secret,
            "configuration": register.model_dump_json(),
        },
    )
    print(f"{register.id} can be searched by {account.id}: {contacts} contacts.")


def _described(text: list[str]) -> tuple[OwnRegister, str]:
    """Return what the file says, or end with what is wrong with it."""
    try:
        document: dict[str, Any] = tomllib.loads("\n".join(text))
    except tomllib.TOMLDecodeError as error:
        sys.exit(f"Nothing was entered. The file is not TOML: {error}")
    url_secret = document.pop("url_secret", None)
    try:
        register = OwnRegister.model_validate_json(json.dumps(document, default=str))
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        said = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in faults)
        sys.exit("\n  ".join(("Nothing was entered.", *said)))
    if not isinstance(url_secret, str):
        sys.exit("Nothing was entered. url_secret names the secret with the database's address.")
    return register, url_secret


def _is_anothers(register_id: str, account: Account, services: Services) -> bool:
    """Tell whether an id is in use: what it is would change for everybody who searches it."""
    if has_manifest(register_id):
        return True
    if register_id in account.registers:
        return any(
            register_id in other.registers
            for other in services.accounts.all()
            if account.id not in {other.id, other.parent}
        )
    return register_id in services.registers


def _contacts(register: OwnRegister, url_secret: str, services: Services) -> int:
    """Return how many rows the table has, or end with what is wrong with it."""
    try:
        database = OwnDatabase(register, services.register_secrets[url_secret])
    except SecretMissing:
        sys.exit(f"Nothing was entered. There is no secret {url_secret}.")
    except RegisterError:
        sys.exit("Nothing was entered. The secret holds no address of PostgreSQL or SQLite.")
    everything = PageRequest(
        criteria=(),
        size=1,
        position=None,
        deadline=Deadline.after(_SECONDS, services.clock),
        request_id="own_database",
    )
    try:
        database.check(everything)
        return database.count(everything)
    except MappingRefused as error:
        said = (f"{fault.field}: {fault.detail}" for fault in error.faults)
        sys.exit("\n  ".join(("Nothing was entered.", *said)))
    except RegisterError as error:
        sys.exit(f"Nothing was entered. The database could not be read ({error.code}).")
    finally:
        database.close()
