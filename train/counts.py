"""Counts of people by first name, sex and period of birth: what a table is trained on."""

import csv
import gzip
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

COLUMNS = ("country", "name", "birth_from", "birth_to", "count")
"""Those that a file must have; with `sex`, where it is known, they are the format."""

SEXES = ("U", "F", "M")
"""How the sexes are written in files; the places are those of `leadcloud.ages.model.SEXES`."""

_SEXES_IN_WORDS = {"": "U", "FEMALE": "F", "MALE": "M"}
_MOST_FAULTS = 10
"""Lines of a file that are named; whoever made it sees the pattern by then."""

FIRST_BIRTH, LAST_BIRTH = 1800, 2100
LONGEST_PERIOD = 25
"""Years. A longer period spans too many groups to say anything."""


class FileUnusable(Exception):
    """A file is not what it should be; the message names the file, the line and the column."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NameCounts:
    """Counts in columns; n is the number of rows."""

    spellings: tuple[str, ...]
    """The distinct names."""
    names: NDArray[np.int64]
    """Places in `spellings`, shape (n,)."""
    sexes: NDArray[np.int64]
    """Places in SEXES, shape (n,)."""
    birth_from: NDArray[np.int64]
    birth_to: NDArray[np.int64]
    """First and last year of birth, both included, shape (n,)."""
    counts: NDArray[np.float64]

    def of_people(self, counts: NDArray[np.float64]) -> "NameCounts":
        """Return the same rows with other counts."""
        return replace(self, counts=counts)


Row = tuple[str, str, int, int, float]
"""Name, sex, first and last year of birth, count."""


def gather(rows: Iterable[Row]) -> NameCounts:
    """Return rows as columns."""
    places: dict[str, int] = {}
    names, sexes, first_years, last_years = array("q"), array("q"), array("q"), array("q")
    counts = array("d")
    for name, sex, first, last, count in rows:
        names.append(places.setdefault(name, len(places)))
        sexes.append(SEXES.index(sex))
        first_years.append(first)
        last_years.append(last)
        counts.append(count)
    return NameCounts(
        spellings=tuple(places),
        names=np.array(names, dtype=np.int64),
        sexes=np.array(sexes, dtype=np.int64),
        birth_from=np.array(first_years, dtype=np.int64),
        birth_to=np.array(last_years, dtype=np.int64),
        counts=np.array(counts, dtype=np.float64),
    )


def read_own(path: Path, country: str) -> Iterator[Row]:
    """Yield the rows of a country in a file of the project's own format.

    Raises:
        FileUnusable: Lines cannot be read, the first of which are named; or none is of this
            country.
    """
    found = False
    faults: list[str] = []
    for line, cells in table_lines(path, COLUMNS):
        if cells["country"].strip().upper() != country:
            continue
        found = True
        try:
            yield _own_row(cells, f"{path.name}, line {line}")
        except FileUnusable as fault:
            faults.append(str(fault))
        if len(faults) == _MOST_FAULTS:
            break
    if faults:
        raise FileUnusable("\n".join(faults))
    if not found:
        raise FileUnusable(f"{path.name} has no row of the country {country}")


def _own_row(cells: dict[str, str], place: str) -> Row:
    name, sex = cells["name"].strip(), cells.get("sex", "").strip().upper()
    sex = _SEXES_IN_WORDS.get(sex, sex)
    first = whole(cells, "birth_from", place)
    last = whole(cells, "birth_to", place)
    count = number(cells, "count", place)
    if not name:
        raise FileUnusable(f"{place}: the name is empty")
    if sex not in SEXES:
        raise FileUnusable(f"{place}: sex is none of F, M, U")
    if not FIRST_BIRTH <= first <= last <= LAST_BIRTH or last - first >= LONGEST_PERIOD:
        raise FileUnusable(
            f"{place}: birth_from and birth_to are no period of 1 to {LONGEST_PERIOD} years"
        )
    return name, sex, first, last, count


def open_text(path: Path) -> TextIO:
    """Open a UTF-8 text for reading, packed with gzip or not."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def table_lines(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each line of a CSV file with a header, as its number and its cells by column.

    Raises:
        FileUnusable: A column is missing, or a line has more or fewer cells than the header.
    """
    try:
        with open_text(path) as file:
            reader = csv.reader(file)
            header = [cell.strip() for cell in next(reader, [])]
            missing = [column for column in columns if column not in header]
            if missing:
                raise FileUnusable(_without_columns(path.name, missing, header))
            for cells in reader:
                if not any(map(str.strip, cells)):
                    continue
                if len(cells) != len(header):
                    raise FileUnusable(
                        f"{path.name}, line {reader.line_num}: "
                        f"{len(cells)} cells, the header has {len(header)}"
                    )
                yield reader.line_num, dict(zip(header, cells, strict=True))
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or "it is no whole gzip file"
        raise FileUnusable(f"{path} cannot be read: {reason}") from None
    except UnicodeDecodeError:
        raise FileUnusable(f"{path.name} is not UTF-8") from None
    except csv.Error as error:
        raise FileUnusable(f"{path.name} is no CSV file: {error}") from None


def _without_columns(file: str, missing: Sequence[str], header: Sequence[str]) -> str:
    separated = len(header) == 1 and any(mark in header[0] for mark in ";\t|")
    hint = "; its cells must be separated by commas" if separated else ""
    return f"{file} has no column {', '.join(missing)}{hint}"


def whole(cells: dict[str, str], column: str, place: str) -> int:
    """Return a cell as a whole number.

    Raises:
        FileUnusable: It is none.
    """
    try:
        value = float(cells[column])
        if value == int(value):
            return int(value)
    except (ValueError, OverflowError):
        pass
    raise FileUnusable(f"{place}: {column} is no whole number")


def number(cells: dict[str, str], column: str, place: str) -> float:
    """Return a cell as a number that is not negative.

    Raises:
        FileUnusable: It is none.
    """
    try:
        value = float(cells[column])
    except ValueError:
        raise FileUnusable(f"{place}: {column} is no number") from None
    if not 0 <= value < np.inf:
        raise FileUnusable(f"{place}: {column} is negative or not finite")
    return value
