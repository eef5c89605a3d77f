"""Finland's age structure by municipality or postal code.

Two shapes of the same statistic: one row per area with a column per age class, and one row per
area and figure. Rows `MKxx` of the first are regions: they repeat their municipalities and are
left out. The open class is `85 years or over`.
Source: Statistics Finland, Paavo open data by postal code area, CC BY 4.0.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from train.counts import FileUnusable
from train.pyramid import AgeClass

_CLASS = re.compile(r"(\d+)(?:-(\d+) years| years or over)(?:, \d{4})? \(HE\)")
_REGION = re.compile(r"MK\d")
_POSTAL_CODE = re.compile(r"\d{5}\b")
_LONG = '"Postal code area","Information"'
_WIDE = '"Area","Inhabitants, total'
_ENCODINGS = ("utf-8-sig", "latin-1")


def recognises(path: Path) -> bool:
    """Tell whether a file is of one of the two shapes."""
    return path.is_file() and any(mark in _text(path)[:200] for mark in (_LONG, _WIDE))


def read(path: Path) -> Iterator[AgeClass]:
    """Yield the age classes of all areas.

    Raises:
        FileUnusable: A row cannot be read.
    """
    text = _text(path)
    try:
        if _WIDE in text[:200]:
            yield from _wide(text)
        else:
            yield from _long(text[text.index(_LONG) :])
    except (ValueError, IndexError):
        raise FileUnusable(f"{path.name}: a row cannot be read") from None


def _wide(text: str) -> Iterator[AgeClass]:
    rows = csv.reader(text.splitlines())
    header = next(rows)
    for cells in rows:
        area = cells[0]
        if not _REGION.match(area):
            for column, cell in zip(header, cells, strict=True):
                yield from _age_class(area, column, cell)


def _long(text: str) -> Iterator[AgeClass]:
    rows = csv.reader(text.splitlines())
    next(rows)
    for area, figure, *_, newest in filter(None, rows):
        code = _POSTAL_CODE.match(area)
        yield from _age_class(code[0] if code else area, figure, newest)


def _age_class(area: str, figure: str, cell: str) -> Iterator[AgeClass]:
    """Yield the age class if the figure is one; areas under the threshold are blank or dots."""
    match = _CLASS.fullmatch(figure)
    if match and cell.strip(" ."):
        yield area, int(match[1]), int(match[2]) if match[2] else None, float(cell)


def _text(path: Path) -> str:
    """Return the file's text; both encodings are in use."""
    raw = path.read_bytes()
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileUnusable(f"{path.name} is no text")
