"""A table to read in a terminal."""

from collections.abc import Iterable, Iterator

from leadcloud.spreadsheet import Cell


def aligned(rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    """Yield the rows with their columns below each other; there is at least one."""
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
