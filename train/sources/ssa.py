"""Given names of the births in the United States, by year.

A file `yobYYYY.txt` has lines `name,sex,count`; the yearly files come in a folder or a tar archive.
Names with fewer than five births of a sex in a year are left out by the publisher.
Source: Social Security Administration, "Beyond the Top 1000 Names", a US government work.
"""

import re
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

from train.counts import FileUnusable, Row

_YEAR = re.compile(r"yob(\d{4})\.txt")


def recognises(path: Path) -> bool:
    """Tell whether a path holds yearly files of this kind."""
    if path.is_dir():
        return any(_YEAR.fullmatch(file.name) for file in path.iterdir())
    return bool(_YEAR.fullmatch(path.name)) or (path.exists() and tarfile.is_tarfile(path))


def read(path: Path) -> Iterator[Row]:
    """Yield the births.

    Raises:
        FileUnusable: A line cannot be read.
    """
    for file, year, text in _texts(path):
        for line, cells in enumerate(text.splitlines(), start=1):
            try:
                name, sex, count = cells.split(",")
                yield name, sex, year, year, float(count)
            except ValueError:
                raise FileUnusable(f"{file}, line {line}: not `name,sex,count`") from None


def _texts(path: Path) -> Iterator[tuple[str, int, str]]:
    """Yield the yearly files as name, year and content; a folder may hold other files as well."""
    files: Iterator[tuple[str, Callable[[], bytes]]]
    if path.is_dir():
        files = ((file.name, file.read_bytes) for file in sorted(path.iterdir()))
    elif _YEAR.fullmatch(path.name):
        files = iter([(path.name, path.read_bytes)])
    else:
        files = _members(path)
    for name, read_bytes in files:
        match = _YEAR.fullmatch(name)
        if match:
            yield name, int(match[1]), read_bytes().decode("utf-8")


def _members(path: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    with tarfile.open(path) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is not None:
                yield Path(member.name).name, content.read
