"""The trained table of one country: a file of small numbers, without any axis of years.

Probabilities are kept as 16-bit shares, by training as well, so that what is served is what was
measured. Reading one needs the standard library only: numpy alone is larger than everything else
that a function carries (docs/adr/0005).
"""

import json
import zipfile
from array import array
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from leadcloud.ages.groups import GROUPS, SCHEMES, Scheme

FORMAT = 1

MIN_BEARERS = 10
"""A name with fewer bearers in the counts has no row of its own: it could stand for one person."""

STEPS = 20
"""Probabilities are told in twentieths."""

_FULL = 65535
_WRITTEN = (1980, 1, 1, 0, 0, 0)

Probabilities = Sequence[float]
"""One for each of the seven groups."""


class TableUnusable(Exception):
    """A file is no table of this version; the message says what is wrong with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TableOrigin:
    """What a table is, for whoever reads an answer or the model card."""

    country: str
    """ISO 3166-1 alpha-2."""
    reference_year: int
    """Fixed for a table: were it to move, the year in which a name changes group would show."""
    version: str
    people: int
    """People counted."""
    min_bearers: int
    alpha: float
    ngram_share: float
    """Weight of a name's letters in its backoff; the rest is the pattern of rare names."""
    sources: tuple[str, ...]
    """Whose counts these are, with the licence."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class AgeTable:
    """The numbers of one country. Tables of more than one column lie row after row."""

    origin: TableOrigin
    names: tuple[str, ...]
    """Keys: first those that were counted, most common first, then others that are known to exist
    and were looked up ahead."""
    own_names: int
    """How many of the names were counted."""
    shares: "array[int]"
    """P(group | name) in 65535ths, shape (n_rows, 7): one row per counted name, then those for one
    sex of such a name, then backoff computed ahead."""
    own_rows: int
    """How many of the rows come from counts."""
    sex_rows: "array[int]"
    """Shape (n_names, 3): the row for a bearer of unknown sex, a woman, a man."""
    prior: tuple[float, ...]
    """Shares of the groups in the adult population."""
    other: tuple[float, ...]
    """P(group) of people with rare names."""
    ngrams: tuple[str, ...]
    ngram_weights: "array[float]"
    """Shape (n_ngrams + 1, 7): logits that each adds; the last row is the intercept."""
    areas: tuple[str, ...]
    area_mixes: "array[float]"
    """Shares of the groups in each area, shape (n_areas, 7)."""
    told: "dict[str, array[int]]"
    """By scheme, what is told of each row, as `tell` has it."""


def pack(probabilities: Probabilities) -> list[int]:
    """Return probabilities as 16-bit shares; none becomes zero, for none is impossible."""
    return [max(1, round(probability * _FULL)) for probability in probabilities]


def unpack(shares: Sequence[int]) -> list[float]:
    """Return 16-bit shares as probabilities that sum to one."""
    total = sum(shares)
    return [share / total for share in shares]


def tell(probabilities: Probabilities, scheme: Scheme) -> int:
    """Return what is told of these probabilities, as one number for `read_told`.

    The likeliest group of the scheme, its probability in twentieths, and the second likeliest.
    """
    shares = sums(probabilities, scheme)
    highest = max(shares)
    # Of two alike, the younger.
    first = shares.index(highest)
    shares[first] = -1
    second = shares.index(max(shares))
    return (first * len(GROUPS) + second) * (STEPS + 1) + round(highest * STEPS)


def sums(shares: Sequence[float], scheme: Scheme) -> list[float]:
    """Return what the groups of a scheme add up to, of numbers for the seven groups."""
    if len(scheme.starts) == len(GROUPS):
        return list(shares)
    ends = (*scheme.starts[1:], len(GROUPS))
    return [sum(shares[start:end]) for start, end in zip(scheme.starts, ends, strict=True)]


def read_told(number: int) -> tuple[int, int, int]:
    """Return first and second group, as places in the scheme, and the first's twentieths."""
    groups, twentieths = divmod(number, STEPS + 1)
    return (*divmod(groups, len(GROUPS)), twentieths)


def save(table: AgeTable, path: Path) -> None:
    """Write a table; the same table gives the same bytes."""
    head = {
        "format": FORMAT,
        "groups": GROUPS,
        "origin": asdict(table.origin),
        "own_names": table.own_names,
        "own_rows": table.own_rows,
        "names": table.names,
        "prior": table.prior,
        "other": table.other,
        "ngrams": table.ngrams,
        "areas": table.areas,
    }
    parts = {
        "head.json": json.dumps(head, ensure_ascii=False).encode(),
        "shares.u16": table.shares.tobytes(),
        "sex_rows.i32": table.sex_rows.tobytes(),
        "ngram_weights.f32": table.ngram_weights.tobytes(),
        "area_mixes.f32": table.area_mixes.tobytes(),
        **{f"told_{name}.u16": table.told[name].tobytes() for name in SCHEMES},
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name, content in parts.items():
            file.writestr(zipfile.ZipInfo(name, _WRITTEN), content, zipfile.ZIP_DEFLATED)


def load(path: Path) -> AgeTable:
    """Read a table.

    Raises:
        TableUnusable: The file is no table, or one that must not be served.
    """
    try:
        with zipfile.ZipFile(path) as file:
            return _table(file)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        raise TableUnusable(f"{path.name} is no age table of this version") from None


def _table(file: zipfile.ZipFile) -> AgeTable:
    head = json.loads(file.read("head.json"))
    if head["format"] != FORMAT or tuple(head["groups"]) != GROUPS:
        raise ValueError("another format")
    sources = tuple(head["origin"].pop("sources"))
    origin = TableOrigin(**head["origin"], sources=sources)
    if origin.min_bearers < MIN_BEARERS:
        raise TableUnusable(f"the table has names with fewer than {MIN_BEARERS} bearers")
    return AgeTable(
        origin=origin,
        names=tuple(head["names"]),
        own_names=head["own_names"],
        shares=_numbers(file, "shares.u16", "H"),
        own_rows=head["own_rows"],
        sex_rows=_numbers(file, "sex_rows.i32", "i"),
        prior=tuple(head["prior"]),
        other=tuple(head["other"]),
        ngrams=tuple(head["ngrams"]),
        ngram_weights=_numbers(file, "ngram_weights.f32", "f"),
        areas=tuple(head["areas"]),
        area_mixes=_numbers(file, "area_mixes.f32", "f"),
        told={name: _numbers(file, f"told_{name}.u16", "H") for name in SCHEMES},
    )


def _numbers(file: zipfile.ZipFile, name: str, typecode: str) -> "array[Any]":
    numbers: array[Any] = array(typecode)
    numbers.frombytes(file.read(name))
    return numbers
