"""The record of processing activities (GDPR art. 30(2)).

Generated from the register of controllers, so that it cannot say something else than is done.
"""

import argparse

from leadcloud.controllers import ControllerEntry
from leadcloud.wiring import Services

_SECURITY = (
    "Requests are encrypted with a key of their own, destroyed with it after 120 days at most; "
    "keys and passwords are stored hashed; every step is in an audit trail that shows changes; "
    "no contact of a register is stored."
)


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what carries it out; it takes nothing."""
    parser.set_defaults(carry_out=_print)


def _print(_options: argparse.Namespace, services: Services) -> None:
    print(record(tuple(services.controllers.entries())))


def record(entries: tuple[ControllerEntry, ...]) -> str:
    """Return the record as a document in Markdown."""
    parts = ["# Record of processing activities (GDPR art. 30(2))", ""]
    for entry in entries:
        if entry.role != "own":
            parts += _chapter(entry)
    return "\n".join((*parts, "## Security (art. 30(2)(d))", "", _SECURITY))


def _chapter(entry: ControllerEntry) -> list[str]:
    until = entry.contract_until.isoformat() if entry.contract_until else "today"
    return [
        f"## {entry.name}",
        "",
        f"- Controller: {entry.name} ({entry.id}), {entry.privacy_email}",
        f"- Contract: {entry.contract}, {entry.contract_from} to {until}",
        f"- Instructions: version {entry.instructions}",
        f"- Processing: {'; '.join(entry.categories) or 'not recorded'}",
        f"- Transfers to third countries: {'; '.join(entry.transfers) or 'none'}",
        "",
    ]
