"""The trained table of one country: a file of arrays, without any axis of years.

Probabilities are kept as 16-bit shares, by training as well, so that what is served is what was
measured.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leadcloud.ages.groups import GROUPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]
    Shares = NDArray[np.uint16]

FORMAT = 1

MIN_BEARERS = 10
"""A name with fewer bearers in the counts has no row of its own: it could stand for one person."""

_STEPS = 65535


class TableUnusable(Exception):
    """A file is no table of this version; the message says what is wrong with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TableOrigin:
    """What a table is, for whoever reads an answer or a model card."""

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


@dataclass(frozen=True, kw_only=True, slots=True)
class AgeTable:
    """The arrays of one country; g is the number of groups, seven."""

    origin: TableOrigin
    names: tuple[str, ...]
    """Keys: first those that were counted, most common first, then others that are known to exist
    and were looked up ahead."""
    own_names: int
    """How many of the names were counted."""
    shares: "Shares"
    """P(group | name), shape (n_rows, g): one row per counted name, then those for one sex of
    such a name, then backoff computed ahead."""
    own_rows: int
    """How many of the rows come from counts."""
    sex_rows: "NDArray[np.int32]"
    """Shape (n_names, 3): the row for a bearer of unknown sex, a woman, a man."""
    prior: "Floats"
    """Shares of the groups in the adult population, shape (g,)."""
    other: "Floats"
    """P(group) of people with rare names, shape (g,)."""
    ngrams: tuple[str, ...]
    ngram_weights: "Floats"
    """Shape (n_ngrams + 1, g): logits that each adds; the last row is the intercept."""
    areas: tuple[str, ...]
    area_mixes: "Floats"
    """Shares of the groups in each area, shape (n_areas, g)."""


def pack(probabilities: "Floats") -> "Shares":
    """Return probabilities as 16-bit shares; none becomes zero, for none is impossible."""
    import numpy as np

    return np.maximum(np.rint(probabilities * _STEPS), 1).astype(np.uint16)


def unpack(shares: "Shares") -> "Floats":
    """Return 16-bit shares as probabilities; every row sums to one."""
    import numpy as np

    exact = shares.astype(np.float64)
    shares_of_one: Floats = (exact / exact.sum(axis=-1, keepdims=True)).astype(np.float32)
    return shares_of_one


def save(table: AgeTable, path: Path) -> None:
    """Write a table; the same table gives the same bytes."""
    import numpy as np

    head = asdict(table.origin) | {
        "format": FORMAT,
        "groups": GROUPS,
        "own_names": table.own_names,
        "own_rows": table.own_rows,
    }
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            head=_bytes(json.dumps(head, ensure_ascii=False)),
            names=_bytes("\n".join(table.names)),
            shares=table.shares,
            sex_rows=table.sex_rows,
            prior=table.prior,
            other=table.other,
            ngrams=_bytes("\n".join(table.ngrams)),
            ngram_weights=table.ngram_weights.astype(np.float32),
            areas=_bytes("\n".join(table.areas)),
            area_mixes=table.area_mixes.astype(np.float32),
        )


def load(path: Path) -> AgeTable:
    """Read a table.

    Raises:
        TableUnusable: The file is no table, or one that must not be served.
    """
    import zipfile

    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as arrays:
            return _table(arrays)
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise TableUnusable(f"{path.name} is no age table of this version") from error


def _table(arrays: "Mapping[str, NDArray[Any]]") -> AgeTable:
    head = json.loads(arrays["head"].tobytes())
    if head.pop("format") != FORMAT or tuple(head.pop("groups")) != GROUPS:
        raise ValueError("another format")
    own_names, own_rows = head.pop("own_names"), head.pop("own_rows")
    origin = TableOrigin(**head | {"sources": tuple(head["sources"])})
    if origin.min_bearers < MIN_BEARERS:
        raise TableUnusable(f"the table has names with fewer than {MIN_BEARERS} bearers")
    return AgeTable(
        origin=origin,
        names=_lines(arrays["names"]),
        own_names=own_names,
        own_rows=own_rows,
        shares=arrays["shares"],
        sex_rows=arrays["sex_rows"],
        prior=arrays["prior"],
        other=arrays["other"],
        ngrams=_lines(arrays["ngrams"]),
        ngram_weights=arrays["ngram_weights"],
        areas=_lines(arrays["areas"]),
        area_mixes=arrays["area_mixes"],
    )


def _bytes(text: str) -> "NDArray[np.uint8]":
    import numpy as np

    return np.frombuffer(text.encode(), dtype=np.uint8)


def _lines(raw: "NDArray[np.uint8]") -> tuple[str, ...]:
    text = raw.tobytes().decode()
    return tuple(text.split("\n")) if text else ()
