"""The record of processing activities (GDPR art. 30(2)): `ropa [--csv]`.

Generated from the register of controllers, so that it cannot say something else than is done.
"""

import argparse
import csv
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TextIO

from functions.dsar_router.deadline import received_on
from leadcloud.controllers import ControllerEntry
from leadcloud.wiring import Services

_SECURITY = (
    "Requests are encrypted with a key of their own, destroyed with it after 120 days at most; "
    "their records end three years after they were closed; keys and passwords are stored hashed; "
    "every step is in an audit trail that shows changes; no contact of a register is stored."
)

_COLUMNS = ("Controller", "Privacy contact", "Contract", "From", "Until", "Instructions")
_LISTS = ("Processing", "Transfers to third countries")


def add_to(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("--csv", action="store_true", help="as a table for a spreadsheet")
    parser.set_defaults(carry_out=_print)


def _print(options: argparse.Namespace, services: Services) -> None:
    entries = [entry for entry in services.controllers.entries() if entry.role != "own"]
    if options.csv:
        _write_table(entries, sys.stdout)
        return
    contact = services.settings.privacy_contact or "(LEADCLOUD_PRIVACY_CONTACT is not set)"
    print(record(entries, contact=contact, on=received_on(services.clock.now())))


def record(entries: Iterable[ControllerEntry], *, contact: str, on: date) -> str:
    """Return the record as a document in Markdown.

    Args:
        entries: The controllers for whom we process.
        contact: Ours.
        on: The day that it is true of.
    """
    parts = [
        "# Record of processing activities (GDPR art. 30(2))",
        "",
        f"As of {on}. Processor: LeadCloud, {contact}.",
        "",
    ]
    for entry in entries:
        parts += _chapter(entry, on)
    return "\n".join((*parts, "## Security (art. 30(2)(d))", "", _SECURITY))


def _write_table(entries: Iterable[ControllerEntry], to: TextIO) -> None:
    """Write the record as CSV, one controller a line."""
    table = csv.writer(to, lineterminator="\r\n")
    table.writerow((*_COLUMNS, *_LISTS))
    for entry in entries:
        until = entry.contract_until.isoformat() if entry.contract_until else ""
        row = (entry.name, entry.privacy_email, entry.contract, entry.contract_from.isoformat())
        lists = ("; ".join(entry.categories), "; ".join(entry.transfers))
        table.writerow([_as_text(cell) for cell in (*row, until, entry.instructions, *lists)])


def _as_text(cell: str) -> str:
    """Keep a spreadsheet from computing a cell. Source: OWASP, "CSV Injection"."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell


def _chapter(entry: ControllerEntry, on: date) -> Sequence[str]:
    until = entry.contract_until
    ended = " (ended; requests about its time still go there)" if until and until < on else ""
    return [
        f"## {entry.name}",
        "",
        f"- Controller: {entry.name} ({entry.id}), {entry.privacy_email}",
        f"- Contract: {entry.contract}, {entry.contract_from} to {until or 'today'}{ended}",
        f"- Instructions: version {entry.instructions}",
        f"- Processing: {'; '.join(entry.categories) or 'not recorded'}",
        f"- Transfers to third countries: {'; '.join(entry.transfers) or 'none'}",
        "",
    ]
