"""A training: what it is fitted from, and how good it is on people who were held out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from train.accuracy import Outcome
from train.classifier import AgeGroupClassifier, alpha_for
from train.counts import SEXES, NameCounts
from train.curves import shares_by_year
from train.living import HEAVIEST, Periods, Population, groups_of_years, living

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Training:
    """Everything that a classifier is fitted from."""

    counts: NameCounts
    reference_year: int
    population: Population
    make: Callable[[], AgeGroupClassifier]
    """Makes a classifier that is not fitted."""

    def fit(self) -> AgeGroupClassifier:
        """Return a classifier fitted on all people."""
        return self._fit(self.counts.counts)

    def cross_validate(self, folds: int) -> Outcome:
        """Predict each fold of the people by a classifier fitted on the others.

        Whole numbers of people are dealt out at random, the same on every run.
        """
        whole = np.rint(self.counts.counts).astype(np.int64)
        dealt = np.random.default_rng(0).multinomial(whole, [1 / folds] * folds)
        held = [self._hold_out(dealt[:, fold].astype(np.float64)) for fold in range(folds)]
        return Outcome(
            probabilities=np.vstack([each.probabilities for each in held]),
            people=np.vstack([each.people for each in held]),
            prior=np.mean([each.prior for each in held], axis=0),
        )

    def _fit(self, counts: Floats) -> AgeGroupClassifier:
        cells = living(self.counts.of_people(counts), self.reference_year, self.population)
        # As for all people together: a fold of them must not be smoothed differently.
        classifier = self.make().set_params(
            alpha=alpha_for(self.counts.counts.sum()), heaviest=HEAVIEST
        )
        fitted: AgeGroupClassifier = classifier.fit(
            cells.X,
            cells.y,
            sample_weight=cells.people,
            counted=cells.counted,
        )
        return fitted

    def _hold_out(self, out: Floats) -> Outcome:
        classifier = self._fit(self.counts.counts - out)
        people = out[:, None] * _places(self.counts, self.reference_year, self.population)
        there = people.sum(axis=1) > 0
        spellings = np.array(self.counts.spellings, dtype=object)[self.counts.names[there]]
        sexes = np.array(SEXES, dtype=object)[self.counts.sexes[there]]
        return Outcome(
            probabilities=classifier.predict_proba(np.column_stack([spellings, sexes])),
            people=people[there],
            prior=classifier.prior_,
        )


def _places(counts: NameCounts, reference_year: int, population: Population) -> Floats:
    """Return to which groups the people of each row belong, shape (n, 7).

    Within a period, people are where the course of their name says, told by everybody. Spread
    evenly, they would be where few of the name were born (docs/adr/0022).
    """
    periods = Periods.of(counts)
    _, of_row, bearers = periods.bearers(counts)
    shares = shares_by_year(bearers, np.ones_like(bearers), periods.axis)
    born = periods.evenly(bearers.sum(axis=0))
    shares *= population.people(born, reference_year).mean(axis=0)[periods.years]
    in_group = groups_of_years(reference_year)[periods.years]
    by_group = [periods.axis.mean(shares * group)[of_row, periods.of_row] for group in in_group.T]
    places = np.column_stack(by_group)
    total = places.sum(axis=1, keepdims=True)
    result: Floats = np.divide(places, total, out=np.zeros_like(places), where=total > 0)
    return result
