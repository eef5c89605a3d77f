"""Given names of the births in Norway, by year, as a CSV `first_name,year,Percent,Count,sex`.

Shares are there from 1880, counts from 1945. Rare names are left out, so the listed shares of a
year sum to 77-93 %; the rest is returned under the name for the unlisted.
Source: Statistics Norway, table 10467, CC BY 4.0.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from leadcloud.ages.names import OTHER
from train.counts import FileUnusable, Row, open_text, table_lines

_HEADER = "first_name,year,Percent,Count,sex"
_SEXES = {"Female": "F", "Male": "M"}
_COMMON = 200
"""Births of a name from which its share, given in thousandths of a percent, tells the total."""


def recognises(path: Path) -> bool:
    """Tell whether a file has this header."""
    if not path.is_file() or path.suffix not in (".csv", ".gz"):
        return False
    try:
        with open_text(path) as file:
            return file.readline().strip() == _HEADER
    except (OSError, EOFError, UnicodeDecodeError, zlib.error):
        return False


def read(path: Path) -> Iterator[Row]:
    """Yield the births, the unlisted included.

    Raises:
        FileUnusable: A line cannot be read.
    """
    shares: dict[tuple[int, str], dict[str, float]] = defaultdict(dict)
    births: dict[tuple[int, str], list[float]] = defaultdict(list)
    for line, cells in table_lines(path, _HEADER.split(",")):
        try:
            when = int(float(cells["year"])), _SEXES[cells["sex"]]
            share = float(cells["Percent"] or 0) / 100
            count = float(cells["Count"] or 0)
        except (KeyError, ValueError):
            raise FileUnusable(f"{path.name}, line {line}: cannot be read") from None
        shares[when][cells["first_name"]] = share
        if count > _COMMON:
            births[when].append(count / share)
    totals = {when: median(found) for when, found in births.items()}
    # Before 1945 there are shares only; a year then is as large as the first that is known.
    first = {sex: totals[min(when for when in totals if when[1] == sex)] for _, sex in totals}
    for (year, sex), listed in shares.items():
        total = totals.get((year, sex), first[sex])
        listed[OTHER] = max(0.0, 1 - sum(listed.values()))
        for name, share in listed.items():
            if share:
                yield name, sex, year, year, share * total
