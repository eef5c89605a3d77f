"""What a first name says about the age group: look-ups in the trained table, with numpy only.

A name that the table knows costs one look-up. Any other is read anew, step by step, and where it
stays unknown its letters are judged. Nothing is remembered from one call to the next: a memory of
the names that came would be a memory of persons.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from leadcloud.ages.groups import Scheme
from leadcloud.ages.names import Lexicon, ngrams, stem
from leadcloud.ages.table import AgeTable, load, pack, unpack

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from leadcloud.ages.table import Floats

Basis = Literal["table", "backoff", "prior"]
BASES: tuple[Basis, ...] = ("table", "backoff", "prior")

SEXES: dict[str | None, int] = {"F": 1, "M": 2, "female": 1, "male": 2}
"""How sexes are written, and their column in a table; everything else is column 0, unknown."""

HOME = "FI"
"""People in a register of a country without a table get the age mix of this one."""

_ROUNDING = 20
"""Probabilities come out in steps of a twentieth."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction:
    """What is told of one contact."""

    group: str
    probability: float
    """Rounded to 0.05."""
    second_group: str
    basis: Basis


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What the model thinks of a batch of n contacts; inside the service only."""

    probabilities: "Floats"
    """Shape (n, 7), unrounded."""
    basis: "NDArray[np.int8]"
    """Places in BASES, shape (n,)."""

    def predictions(self, scheme: Scheme) -> list[Prediction]:
        """Return what is told of each contact, in the groups of a scheme."""
        import numpy as np

        sums = np.add.reduceat(self.probabilities, scheme.starts, axis=1)
        order = np.argsort(-sums, axis=1, kind="stable")[:, :2]
        best = np.take_along_axis(sums, order[:, :1], axis=1)[:, 0]
        return [
            Prediction(
                group=scheme.groups[first],
                probability=twentieths / _ROUNDING,
                second_group=scheme.groups[second],
                basis=BASES[basis],
            )
            for (first, second), twentieths, basis in zip(
                order.tolist(),
                np.rint(best * _ROUNDING).astype(int).tolist(),
                self.basis.tolist(),
                strict=True,
            )
        ]


class AgeModel:
    """The table of one country, ready to be asked. Safe to use from threads."""

    def __init__(self, table: AgeTable) -> None:
        import numpy as np

        self.table = table
        self.known = {key: place for place, key in enumerate(table.names)}
        self._lexicon = Lexicon(table.names[: table.own_names])
        last = len(table.shares)
        # The last place stands for every name that is not found: -1 looks it up.
        self._rows = np.vstack([unpack(table.shares), table.prior]).astype(np.float32)
        self._sex_rows = np.vstack([table.sex_rows, [[last] * 3]]).ravel()
        self._grams = {gram: place for place, gram in enumerate(table.ngrams)}
        self._gram_weights = table.ngram_weights.astype(np.float64)
        self._areas: dict[str | None, int] = {area: place for place, area in enumerate(table.areas)}
        self._area_ratios = np.vstack([table.area_mixes / table.prior, np.ones_like(table.prior)])

    def judge(
        self,
        names: Sequence[str],
        sexes: Iterable[str | None] | None = None,
        areas: Iterable[str | None] | None = None,
        *,
        surname_first: bool = False,
    ) -> Judgement:
        """Return the probabilities of the groups for a batch.

        Args:
            names: First names as the register has them.
            sexes: As in SEXES, one for each name; None where nothing is known of any.
            areas: Postal codes, one for each name; None where nothing is known of any.
            surname_first: The register writes `Virtanen Matti`.
        """
        import numpy as np

        found = map(self.known.get, map(str.casefold, names), repeat(-1))
        places = np.fromiter(found, np.int64, len(names))
        missing = np.flatnonzero(places < 0).tolist()
        unknown = self._read_again(names, missing, places, surname_first=surname_first)
        places *= 3
        if sexes is not None:
            places += np.fromiter(map(SEXES.get, sexes, repeat(0)), np.int64, len(names))
        rows = self._sex_rows.take(places, mode="wrap")
        probabilities = self._rows.take(rows, axis=0)
        if unknown:
            probabilities[list(unknown)] = self.backoff(list(unknown.values()))
        if areas is not None:
            probabilities = self._weigh_areas(probabilities, areas)
        return Judgement(probabilities=probabilities, basis=self._basis(rows))

    def find(self, name: str) -> int | None:
        """Return the place of the counted name that a written name holds."""
        return self._lexicon.find(name)

    def backoff(self, stems: Sequence[str]) -> "Floats":
        """Return what is said of names without a row of their own, shape (n, 7).

        Args:
            stems: The parts of the names that `names.stem` picks.
        """
        import numpy as np

        table = self.table
        patterns = np.tile(table.other, (len(stems), 1))
        if self._grams:
            spelled = [place for place, text in enumerate(stems) if text]
            letters = self._judge_letters([stems[place] for place in spelled])
            share = table.origin.ngram_share
            patterns[spelled] = share * letters + (1 - share) * table.other
        return unpack(pack(patterns))

    def _read_again(
        self, names: Sequence[str], missing: list[int], places: "NDArray[np.int64]", **order: bool
    ) -> dict[int, str]:
        """Look closer at the names that are not keys; return the stems of those still unknown."""
        read: dict[str, int | None] = {}
        unknown = {}
        for number in missing:
            name = names[number]
            if name not in read:
                read[name] = self._lexicon.find(name, **order)
            place = read[name]
            if place is None:
                unknown[number] = stem(name, **order)
            else:
                places[number] = place
        return unknown

    def _judge_letters(self, stems: Sequence[str]) -> "Floats":
        """Return P(group | letters), shape (n, 7)."""
        import numpy as np

        intercept = len(self._grams)
        known = [
            [intercept, *sorted(self._grams[gram] for gram in ngrams(text) if gram in self._grams)]
            for text in stems
        ]
        starts = np.cumsum([0, *map(len, known)])[:-1]
        weights = self._gram_weights[list(chain.from_iterable(known))]
        logits = np.add.reduceat(weights, starts, axis=0)
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: Floats = odds / odds.sum(axis=1, keepdims=True)
        return shares

    def _weigh_areas(self, probabilities: "Floats", areas: Iterable[str | None]) -> "Floats":
        import numpy as np

        found = map(self._areas.get, areas, repeat(-1))
        places = np.fromiter(found, np.int64, len(probabilities))
        weighed = probabilities * self._area_ratios.take(places, axis=0, mode="wrap")
        shares: Floats = weighed / weighed.sum(axis=1, keepdims=True)
        return shares

    def _basis(self, rows: "NDArray[np.int64]") -> "NDArray[np.int8]":
        if not self.table.own_rows:
            return rows.astype("int8") * 0 + BASES.index("prior")
        return (rows >= self.table.own_rows).astype("int8")


class AgeModels:
    """The models of all countries that there is a table for, each read when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._models: dict[str, AgeModel] = {}

    def model(self, country: str) -> AgeModel:
        """Return the model of a country; without a table of its own, one that knows the prior only.

        No other country's names stand in: that was measured worse than knowing nothing.
        """
        if country not in self._models:
            path = self._folder / f"{country}.npz"
            table = load(path) if path.exists() else _prior_of(load(self._home), country)
            self._models[country] = AgeModel(table)
        return self._models[country]

    @property
    def _home(self) -> Path:
        return self._folder / f"{HOME}.npz"


def _prior_of(table: AgeTable, country: str) -> AgeTable:
    """Return a table that knows no name."""
    version = f"{country.lower()}-{table.origin.reference_year}-prior"
    return replace(
        table,
        origin=replace(table.origin, country=country, version=version),
        names=(),
        own_names=0,
        shares=table.shares[:0],
        own_rows=0,
        sex_rows=table.sex_rows[:0],
        other=table.prior,
        ngrams=(),
        areas=(),
        area_mixes=table.area_mixes[:0],
    )
