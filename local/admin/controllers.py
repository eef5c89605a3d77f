"""The register of controllers: `controllers list|put|rotate|key`.

A controller's file is TOML with the members of `leadcloud.controllers.ControllerEntry`; the runbook
of subject requests has an example. Keys are never in it: they are derived, and rotated here.
"""

import argparse
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from leadcloud.controllers import ControllerEntry
from leadcloud.forwarding.interface import ForwardingError
from leadcloud.forwarding.signature import key_to_text
from leadcloud.wiring import Services

_NOT_IN_FILES = "keys"

_HELP = (
    "list prints every controller in one line",
    "put enters one, or what has changed about it",
    "rotate puts a new signing key into use, the one before is good for 14 days",
    "key prints the one in use, to hand over by a safe way",
)


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the commands take."""
    parser.add_argument("what", choices=_COMMANDS, help="; ".join(_HELP))
    parser.add_argument("of", nargs="?", metavar="FILE|ID")
    parser.set_defaults(carry_out=_carry_out)


def _carry_out(options: argparse.Namespace, services: Services) -> None:
    if options.what != "list" and options.of is None:
        sys.exit("Say which: a file for put, an id for rotate and key.")
    _COMMANDS[options.what](options.of or "", services)


def _list(_of: str, services: Services) -> None:
    for entry in services.controllers.entries():
        until = f" until {entry.contract_until}" if entry.contract_until else ""
        print(f"{entry.id}\t{entry.role}\t{entry.channel}\t{entry.contract}{until}\t{entry.name}")


def _put(file: str, services: Services) -> None:
    entry = _read(Path(file))
    before = services.controllers.entry(entry.id)
    try:
        services.controllers.put(replace(entry, keys=before.keys) if before else entry)
    except ValueError as error:
        sys.exit(f"Nothing was entered: {error}.")
    except ForwardingError:
        sys.exit("Nothing was entered: its url is no public https address that resolves.")
    print(f"{entry.id} is {'changed' if before else 'entered'}.")


def _rotate(controller_id: str, services: Services) -> None:
    try:
        services.controllers.rotate_key(controller_id, services.clock.now())
    except LookupError:
        sys.exit("There is no such controller.")
    print(f"{controller_id} has a new key; the one before is good for 14 days.")


def _key(controller_id: str, services: Services) -> None:
    entry = services.controllers.entry(controller_id)
    if entry is None:
        sys.exit("There is no such controller.")
    print(key_to_text(services.controller_keys.key(entry.id, entry.keys[0].number)))


def _read(path: Path) -> ControllerEntry:
    try:
        document: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        sys.exit(f"The file cannot be read as TOML: {error}")
    known = {field.name for field in fields(ControllerEntry)} - {_NOT_IN_FILES}
    unknown = sorted(document.keys() - known)
    if unknown:
        sys.exit(f"Nothing was entered. Not known here: {', '.join(unknown)}")
    try:
        return TypeAdapter(ControllerEntry).validate_python(document)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        said = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in faults)
        sys.exit(f"Nothing was entered. {said}")


_COMMANDS: Mapping[str, Callable[[str, Services], None]] = {
    "list": _list,
    "put": _put,
    "rotate": _rotate,
    "key": _key,
}
