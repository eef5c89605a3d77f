"""What a first name says about the age group: look-ups in the trained table.

A name that the table knows costs one look-up. Any other is read anew, step by step, and where it
stays unknown its letters are judged. Nothing is remembered from one call to the next: a memory of
the names that came would be a memory of persons.
"""

import math
from array import array
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Literal, cast

from leadcloud.ages.groups import GROUPS, SCHEMES, Scheme
from leadcloud.ages.names import Lexicon, ngrams, stem
from leadcloud.ages.table import STEPS, AgeTable, load, pack, read_told, sums, tell, unpack

Basis = Literal["table", "backoff", "prior"]

Sex = str | None
SEXES: Mapping[Sex, int] = {"F": 1, "M": 2, "female": 1, "male": 2}
"""How sexes are written, and their column in a table; everything else is column 0, unknown."""

HOME = "FI"
"""People in a register of a country without a table get the age mix of this one."""

_WIDTH = len(GROUPS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction:
    """What is told of one contact."""

    group: str
    probability: float
    """In steps of 0.05."""
    second_group: str
    basis: Basis


class AgeModel:
    """The table of one country, ready to be asked. Safe to use from threads."""

    def __init__(self, table: AgeTable) -> None:
        self.table = table
        self.known = {key: place for place, key in enumerate(table.names)}
        self._lexicon = Lexicon(table.names[: table.own_names])
        self._grams = {gram: place for place, gram in enumerate(table.ngrams)}
        self._areas = {area: place for place, area in enumerate(table.areas)}
        self._by_scheme: dict[str, _LookUp] = {}

    def predict(
        self,
        names: Sequence[str],
        sexes: Sequence[Sex] | None = None,
        areas: Sequence[str | None] | None = None,
        *,
        scheme: Scheme,
        surname_first: bool = False,
    ) -> list[Prediction]:
        """Return what is told of each contact.

        Args:
            names: First names as the register has them.
            sexes: As in SEXES, one for each name; None where nothing is known of any.
            areas: Postal codes, one for each name; None where nothing is known of any.
            scheme: The groups to tell.
            surname_first: The register writes `Virtanen Matti`.
        """
        look_up = self._look_up(scheme)
        found: list[Prediction | None]
        if sexes is None:
            found = list(map(look_up[None], names))
        else:
            found = [look_up[sex](name) for name, sex in zip(names, sexes, strict=True)]
        missing = [] if all(found) else [n for n, each in enumerate(found) if each is None]
        for number in missing:
            sex = sexes[number] if sexes else None
            found[number] = look_up[sex](names[number].casefold())
        again = [number for number in missing if found[number] is None]
        if areas is not None and self._areas:
            again += [number for number, area in enumerate(areas) if area in self._areas]
        read: dict[tuple[str, Sex, str | None], Prediction] = {}
        for number in again:
            who = names[number], sexes[number] if sexes else None, areas[number] if areas else None
            if who not in read:
                judgement = self.judge(*who, surname_first=surname_first)
                told = tell(judgement.probabilities, scheme)
                read[who] = _prediction(told, judgement.basis, scheme)
            found[number] = read[who]
        return cast("list[Prediction]", found)

    def judge(
        self, name: str, sex: Sex = None, area: str | None = None, *, surname_first: bool = False
    ) -> "Judgement":
        """Return the unrounded probabilities; for inside the service only."""
        place = self.known.get(name.casefold())
        if place is None:
            place = self.find(name, surname_first=surname_first)
        row = None if place is None else self.table.sex_rows[3 * place + SEXES.get(sex, 0)]
        if row is None:
            probabilities = self.backoff(stem(name, surname_first=surname_first))
        else:
            probabilities = unpack(self.table.shares[_WIDTH * row : _WIDTH * (row + 1)])
        return Judgement(
            probabilities=self._weigh_area(probabilities, area), basis=self._basis(row)
        )

    def groups_told(self, scheme: Scheme) -> frozenset[str]:
        """Return the groups that are the likeliest for some name, whatever the postal code."""
        answers = set(self.table.told[scheme.name])
        return frozenset(scheme.groups[read_told(told)[0]] for told in answers)

    def find(self, name: str, *, surname_first: bool = False) -> int | None:
        """Return the place of the counted name that a written name holds."""
        return self._lexicon.find(name, surname_first=surname_first)

    def backoff(self, stem: str) -> list[float]:
        """Return what is said of a name without a row of its own.

        Args:
            stem: The part of the name that `names.stem` picks; may be empty.
        """
        return unpack(self.backoff_shares(stem))

    def backoff_shares(self, stem: str) -> list[int]:
        """Return the same as tables keep it."""
        table = self.table
        if not stem or not self._grams:
            return pack(table.other)
        share = table.origin.ngram_share
        blended = [
            share * by_letters + (1 - share) * rare
            for by_letters, rare in zip(self._judge_letters(stem), table.other, strict=True)
        ]
        return pack(blended)

    def _judge_letters(self, stem: str) -> list[float]:
        """Return P(group | letters)."""
        weights = self.table.ngram_weights
        logits = weights[-_WIDTH:].tolist()
        for gram in ngrams(stem):
            place = self._grams.get(gram)
            if place is not None:
                added = weights[_WIDTH * place : _WIDTH * (place + 1)]
                logits = [logit + weight for logit, weight in zip(logits, added, strict=True)]
        highest = max(logits)
        return _shares([math.exp(logit - highest) for logit in logits])

    def _weigh_area(self, probabilities: list[float], area: str | None) -> list[float]:
        place = self._areas.get(area) if area is not None else None
        if place is None:
            return probabilities
        mix = self.table.area_mixes[_WIDTH * place : _WIDTH * (place + 1)]
        people = zip(probabilities, mix, self.table.prior, strict=True)
        return _shares([probability * here / all_over for probability, here, all_over in people])

    def _basis(self, row: int | None) -> Basis:
        if not self.table.own_rows:
            return "prior"
        return "table" if row is not None and row < self.table.own_rows else "backoff"

    def _look_up(self, scheme: Scheme) -> "_LookUp":
        """Return what is told of every name of the table, as most write it and as its key.

        Made when first needed. Folding a name takes as long as looking it up.
        """
        if scheme.name not in self._by_scheme:
            self._by_scheme[scheme.name] = self._make_look_up(scheme)
        return self._by_scheme[scheme.name]

    def _make_look_up(self, scheme: Scheme) -> "_LookUp":
        table = self.table
        make = cache(lambda told, basis: _prediction(told, basis, scheme))
        rows = [make(told, self._basis(row)) for row, told in enumerate(table.told[scheme.name])]
        titles = [_title(key) for key in table.names]
        columns = []
        for column in range(3):
            told = [rows[row] for row in table.sex_rows[column::3]]
            columns.append(dict(zip((*titles, *table.names), (*told, *told), strict=True)))
        look_up = _LookUp({sex: columns[column].get for sex, column in SEXES.items()})
        look_up[None] = columns[0].get
        return look_up


class _LookUp(dict[Sex, Callable[[str], Prediction | None]]):
    """By sex, what finds the prediction of a key; any other sex is an unknown one."""

    def __missing__(self, sex: Sex) -> Callable[[str], Prediction | None]:
        return self[None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What the model thinks of one contact."""

    probabilities: list[float]
    """P(group), unrounded."""
    basis: Basis

    def probability(self, groups: Container[str], scheme: Scheme) -> float:
        """Return the probability of several groups together, in steps of 0.05."""
        told = zip(scheme.groups, sums(self.probabilities, scheme), strict=True)
        return round(sum(each for group, each in told if group in groups) * STEPS) / STEPS


class AgeModels:
    """The models of all countries that there is a table for, each read when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._models: dict[str, AgeModel] = {}

    @cached_property
    def countries(self) -> frozenset[str]:
        """Those with a table of their own."""
        return frozenset(path.stem for path in self._folder.glob("*.ages"))

    def model(self, country: str) -> AgeModel:
        """Return the model of a country; without a table of its own, one that knows the prior only.

        No other country's names stand in: that was measured worse than knowing nothing.
        """
        if country not in self._models:
            known = country in self.countries
            table = load(self._folder / f"{country if known else HOME}.ages")
            self._models[country] = AgeModel(table if known else _prior_of(table, country))
        return self._models[country]


def _prediction(told: int, basis: Basis, scheme: Scheme) -> Prediction:
    first, second, twentieths = read_told(told)
    return Prediction(
        group=scheme.groups[first],
        probability=twentieths / STEPS,
        second_group=scheme.groups[second],
        basis=basis,
    )


def _title(key: str) -> str:
    """Return `Marja-Liisa` for `marja-liisa`; the key where that would be another name."""
    title = key.title()
    return title if title.casefold() == key else key


def _shares(weights: Sequence[float]) -> list[float]:
    total = sum(weights)
    return [weight / total for weight in weights]


def _prior_of(table: AgeTable, country: str) -> AgeTable:
    """Return a table that knows no name."""
    version = f"{country.lower()}-{table.origin.reference_year}-prior"
    return replace(
        table,
        origin=replace(table.origin, country=country, version=version),
        names=(),
        own_names=0,
        shares=array("H"),
        own_rows=0,
        sex_rows=array("i"),
        other=table.prior,
        ngrams=(),
        areas=(),
        told={name: array("H") for name in SCHEMES},
    )
