"""Tables as CSV (RFC 4180) that a spreadsheet shows and never carries out.

Source: OWASP, "CSV Injection".
"""

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

from leadcloud.accounts.money import Money

Cell = str | int | Decimal | Money | None
"""A number stays one, also below zero; None is an empty cell."""

MEDIA_TYPE = "text/csv; charset=utf-8"

_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 full width, as some spreadsheets read them


def csv_text(rows: Iterable[Iterable[Cell]]) -> str:
    """Return a table as CSV; a text that a spreadsheet would read as a formula gets a quote."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return table.getvalue()


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str) and cell.startswith(_BEGINS_FORMULA):
        return f"'{cell}"
    return str(cell)
