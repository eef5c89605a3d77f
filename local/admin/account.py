"""Accounts: `account create NAME`, `list`, and `show|accept-terms|suspend|resume ID`."""

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import get_args

from leadcloud.accounts.account import Account, AccountKind, new_account_id
from leadcloud.accounts.money import Money
from leadcloud.accounts.tier import TIERS
from leadcloud.ages.groups import SCHEMES
from leadcloud.purpose import PURPOSES
from leadcloud.wiring import Services
from local.admin._argument import name

_BY = "operator"

_HELP = (
    "create opens one and prints its id",
    "list prints every account in one line",
    "show prints all of one, its contact persons included",
    "accept-terms notes that it accepts the current terms of use",
    "suspend bars it and all below it from the service, resume lets them in again",
)


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the commands take."""
    parser.add_argument("what", choices=["create", "list", *_ON_ONE], help="; ".join(_HELP))
    parser.add_argument("of", nargs="?", type=name, metavar="NAME|ID")
    new = parser.add_argument_group("of a new account")
    new.add_argument("--kind", choices=get_args(AccountKind), default="customer")
    new.add_argument("--parent", metavar="ID", help="the reseller of a sub-account")
    new.add_argument("--register", action="append", default=[], metavar="ID")
    new.add_argument("--purpose", action="append", default=[], choices=PURPOSES)
    new.add_argument("--age-groups", choices=SCHEMES, default="seven")
    new.add_argument("--tier", choices=TIERS, default="standard", help="how often it may ask")
    new.add_argument("--cap-month", type=_money, metavar="EUROS", help="for a calendar month")
    new.add_argument("--accept-terms", action="store_true", help="it has signed the current terms")
    parser.set_defaults(carry_out=_carry_out)


def _carry_out(options: argparse.Namespace, services: Services) -> None:
    if options.what == "list":
        _list(services)
    elif options.of is None:
        sys.exit("Say which: a name for create, an id for the others.")
    elif options.what == "create":
        _create(options, services)
    elif services.accounts.account(options.of) is None:
        sys.exit("There is no such account.")
    else:
        _ON_ONE[options.what](options.of, services)


def _create(options: argparse.Namespace, services: Services) -> None:
    account = Account(
        id=new_account_id(services.random_bytes),
        kind=options.kind,
        name=options.of,
        parent=options.parent,
        registers=tuple(dict.fromkeys(options.register)),
        purposes=tuple(dict.fromkeys(options.purpose)),
        age_groups=options.age_groups,
        tier=options.tier,
        cap_month=options.cap_month,
    )
    try:
        services.accounts.open(account, by=_BY)
    except ValueError as error:
        sys.exit(f"Nothing was opened: {error}.")
    if options.accept_terms:
        services.accounts.accept_terms(account.id, by=_BY)
    print(account.id)


def _list(services: Services) -> None:
    for account in services.accounts.all():
        state = "suspended" if account.suspended else "active"
        print(f"{account.id}\t{account.kind}\t{account.parent or '-'}\t{state}\t{account.name}")


def _show(account_id: str, services: Services) -> None:
    account = services.accounts.account(account_id)
    for each in fields(Account):
        value = getattr(account, each.name)
        said = ", ".join(value) if isinstance(value, tuple) else "-" if value is None else value
        print(f"{each.name}: {said}")
    for person in services.contact_persons.of(account_id):
        print(f"{person.matter}: {person.name}, {person.email}, {person.phone or '-'}")


def _accept_terms(account_id: str, services: Services) -> None:
    account = services.accounts.accept_terms(account_id, by=_BY)
    print(f"{account_id} has accepted the terms of {account.terms}.")


def _suspend(account_id: str, services: Services) -> None:
    services.accounts.suspend(account_id, by=_BY)
    print(f"{account_id} and all below it are barred; a running service feels it in a minute.")


def _resume(account_id: str, services: Services) -> None:
    services.accounts.suspend(account_id, by=_BY, suspended=False)
    print(f"{account_id} may use the service again.")


def _money(text: str) -> Decimal:
    try:
        Money.read(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return Decimal(text)


_ON_ONE: Mapping[str, Callable[[str, Services], None]] = {
    "show": _show,
    "accept-terms": _accept_terms,
    "suspend": _suspend,
    "resume": _resume,
}
