"""The files that training reads: each is recognised by what is in it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from leadcloud.ages.groups import GROUPS
from train import counts, pyramid, survival
from train.counts import FileUnusable, NameCounts, table_lines
from train.living import AsCounted, AsInPyramid, Population
from train.sources import dvv, insee, paavo, ssa, ssb

_NAME_SOURCES: tuple[ModuleType, ...] = (ssa, ssb, insee)


def read_names(paths: Sequence[Path], country: str) -> NameCounts:
    """Read counts of names, all files together.

    Raises:
        FileUnusable: One cannot be read, or there is nobody in them.
    """
    read = counts.gather(chain.from_iterable(_name_rows(path, country) for path in paths))
    if not read.counts.sum():
        raise FileUnusable("the names have nobody in them")
    return read


def _name_rows(path: Path, country: str) -> Iterator[counts.Row]:
    if not path.exists():
        raise FileUnusable(f"{path} is not there")
    for source in _NAME_SOURCES:
        if source.recognises(path):
            yield from source.read(path)
            return
    yield from counts.read_own(path, country)


def read_population(pyramid_path: Path | None, life_table: Path | None, country: str) -> Population:
    """Read who is living; with no file, the counts are taken as people who are.

    Raises:
        FileUnusable: The file cannot be read.
    """
    if life_table is not None:
        return survival.read(life_table)
    if pyramid_path is None:
        return AsCounted()
    return AsInPyramid(_pyramid(pyramid_path, country))


def read_areas(path: Path | None, country: str) -> dict[str, NDArray[np.float64]] | None:
    """Read the groups' mixes of areas, where a file is given.

    Raises:
        FileUnusable: The file cannot be read.
    """
    return _pyramid(path, country).area_mixes if path is not None else None


def _pyramid(path: Path, country: str) -> pyramid.Pyramid:
    if not path.exists():
        raise FileUnusable(f"{path} is not there")
    classes = paavo.read(path) if paavo.recognises(path) else pyramid.read_own(path)
    return pyramid.build(classes, country, path.name)


def read_vocabulary(path: Path | None) -> list[str]:
    """Read names that exist, the most common first: a workbook of the DVV, or `name,count`.

    Raises:
        FileUnusable: The file cannot be read.
    """
    if path is None:
        return []
    bearers: Counter[str] = Counter()
    if path.suffix == ".xlsx":
        for (name, _sex), count in dvv.read_totals(path).items():
            bearers[name] += count
    else:
        for line, cells in table_lines(path, ("name", "count")):
            bearers[cells["name"]] += counts.whole(cells, "count", f"{path.name}, line {line}")
    return [name for name, _ in bearers.most_common()]


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class People:
    """A file of people to predict, or to evaluate on. May be a customer's, hence no repr."""

    header: list[str]
    lines: list[dict[str, str]]
    places: list[str]
    """Where each line is, for faults."""

    def column(self, name: str) -> list[str] | None:
        """Return a column, or None where the file does not have it."""
        return [cells[name] for cells in self.lines] if name in self.header else None

    @property
    def names(self) -> list[str]:
        """The names as they are written."""
        return [cells["name"] for cells in self.lines]

    def weights(self) -> NDArray[np.float64]:
        """Return how many people each line has of each group, shape (n, 7).

        Raises:
            FileUnusable: A cell is no number, or nobody is in the file.
        """
        weights = np.array(
            [
                [counts.number(cells, group, place) for group in GROUPS]
                for place, cells in zip(self.places, self.lines, strict=True)
            ]
        ).reshape(-1, len(GROUPS))
        if not weights.sum():
            raise FileUnusable("the people file has nobody in it")
        return weights


def read_people(path: Path, columns: Sequence[str]) -> People:
    """Read a file with a column `name`, where known `sex` and `area`, and the columns given.

    Raises:
        FileUnusable: A column is missing or a line cannot be read.
    """
    numbered = list(table_lines(path, ("name", *columns)))
    if not numbered:
        raise FileUnusable(f"{path.name} has no line besides its header")
    lines = [cells for _, cells in numbered]
    places = [f"{path.name}, line {line}" for line, _ in numbered]
    return People(header=list(lines[0]), lines=lines, places=places)


def read_mix(path: Path) -> NDArray[np.float64]:
    """Read the mix of a register: the seven groups as columns, and one line.

    Raises:
        FileUnusable: The file cannot be read, or a group has no share.
    """
    lines = list(table_lines(path, GROUPS))
    if len(lines) != 1:
        raise FileUnusable(f"{path.name} has {len(lines)} lines besides its header; one is needed")
    mix = np.array([counts.number(lines[0][1], group, path.name) for group in GROUPS])
    if not mix.all():
        raise FileUnusable(f"{path.name} leaves a group without a share")
    shares: NDArray[np.float64] = mix / mix.sum()
    return shares
