"""Given names of the births in France, by year.

Semicolons, `sexe;preusuel;annais;nombre` until the edition of 2023, then `sexe;prenom;periode;
valeur`. 1 is male, 2 female; an unknown year is written XXXX, and rare names are summed up.
Source: INSEE, "Fichier des prénoms", Licence Ouverte 2.0.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from leadcloud.ages.names import OTHER
from train.counts import FileUnusable, Row

_HEADERS = (("sexe", "preusuel", "annais", "nombre"), ("sexe", "prenom", "periode", "valeur"))
_SEXES = {"1": "M", "2": "F"}
_RARE = "_PRENOMS_RARES"


def recognises(path: Path) -> bool:
    """Tell whether a file has one of these headers."""
    if not path.is_file():
        return False
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        return tuple(file.readline().strip().lower().split(";")[:4]) in _HEADERS


def read(path: Path) -> Iterator[Row]:
    """Yield the births of a known year.

    Raises:
        FileUnusable: A line cannot be read.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file, delimiter=";")
        next(lines)
        for cells in lines:
            try:
                sex, name, year, count = _SEXES[cells[0]], cells[1], cells[2], float(cells[3])
                if year.isdecimal():
                    yield (OTHER if name == _RARE else name), sex, int(year), int(year), count
            except (KeyError, IndexError, ValueError):
                raise FileUnusable(f"{path.name}, line {lines.line_num}: cannot be read") from None
