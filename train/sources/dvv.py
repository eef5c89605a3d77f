"""First names of the people living in Finland, with how many bear each and without their ages.

A workbook with the sheets `Miehet ens` and `Naiset ens` (first given names of men and women). Names
with fewer than five bearers are left out by the publisher.
Source: Digital and Population Data Services Agency (DVV), name data on avoindata.fi, CC BY 4.0.
"""

from collections import Counter
from pathlib import Path

from train.counts import FileUnusable

SHEETS = {"M": "Miehet ens", "F": "Naiset ens"}


def read_totals(path: Path) -> Counter[tuple[str, str]]:
    """Return the bearers of each name, by name and sex.

    Raises:
        FileUnusable: The file is no such workbook.
    """
    import zipfile

    import openpyxl

    totals: Counter[tuple[str, str]] = Counter()
    try:
        book = openpyxl.load_workbook(path, read_only=True)
        for sex, sheet in SHEETS.items():
            for name, bearers in book[sheet].iter_rows(min_row=2, max_col=2, values_only=True):
                if name is not None:
                    totals[str(name).strip(), sex] += int(bearers)
    except (KeyError, ValueError, TypeError, OSError, zipfile.BadZipFile):
        raise FileUnusable(f"{path.name} is no workbook of first names of the DVV") from None
    return totals
