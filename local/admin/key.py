"""API keys: `key issue ACCOUNT`, `key list ACCOUNT`, `key revoke ID`."""

import argparse
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta

from leadcloud.accounts.key import SCOPES, ApiKey, NewKey, is_id, scopes_of
from leadcloud.wiring import Services
from local.admin._argument import account_of, name

_BY = "operator"
_LONGEST_LIFE = 3_650
"""Days."""

_HELP = (
    "issue prints a new key, which cannot be shown again",
    "list prints an account's keys, one in a line, without their secrets",
    "revoke makes a key good for nothing",
)


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the commands take."""
    parser.add_argument("what", choices=_COMMANDS, help="; ".join(_HELP))
    parser.add_argument("of", metavar="ACCOUNT|ID")
    new = parser.add_argument_group("of a new key")
    new.add_argument("--scope", action="append", default=[], choices=sorted(SCOPES))
    new.add_argument("--name", type=name, default="", help="what its owner calls it")
    new.add_argument("--days", type=int, help="after which it expires; never where left out")
    parser.set_defaults(carry_out=_carry_out)


def _carry_out(options: argparse.Namespace, services: Services) -> None:
    _COMMANDS[options.what](options, services)


def _issue(options: argparse.Namespace, services: Services) -> None:
    account = account_of(options.of, services)
    if not options.scope:
        sys.exit("Say what it is good for: --scope, as often as needed.")
    if foreign := set(options.scope) - scopes_of(account.kind):
        sys.exit(f"No key of this account can have the scope {', '.join(sorted(foreign))}.")
    if options.days is not None and not 1 <= options.days <= _LONGEST_LIFE:
        sys.exit(f"A key lives a day at least and {_LONGEST_LIFE} days at most, or for good.")
    days = timedelta(days=options.days) if options.days else None
    new = NewKey(name=options.name, expires_at=services.clock.now() + days if days else None)
    print(services.keys.issue(options.of, frozenset(options.scope), new=new, by=_BY))


def _list(options: argparse.Namespace, services: Services) -> None:
    account_of(options.of, services)
    for key in services.keys.keys_of(options.of):
        used = key.last_used_on or "never used"
        scopes = ",".join(sorted(key.scopes))
        print(f"{key.id}\t{_state(key, services)}\t{scopes}\t{used}\t{key.name}")


def _revoke(options: argparse.Namespace, services: Services) -> None:
    key = services.keys.key(options.of) if is_id(options.of) else None
    if key is None:
        sys.exit("There is no such key. Its id are the twelve symbols after lc_.")
    services.keys.revoke(key, by=_BY)
    services.brake.stop(key.id)
    print(f"{key.id} is revoked; a running service feels it within seconds.")


def _state(key: ApiKey, services: Services) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "good" if key.is_good(services.clock.now()) else "expired"


_COMMANDS: Mapping[str, Callable[[argparse.Namespace, Services], None]] = {
    "issue": _issue,
    "list": _list,
    "revoke": _revoke,
}
