"""A training: what it is fitted from, and how good it is on people who were held out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadcloud.ages.groups import GROUPS
from train.accuracy import Outcome
from train.classifier import AgeGroupClassifier, alpha_for
from train.counts import FIRST_BIRTH, SEXES, NameCounts
from train.living import Periods, Population, groups_of_years, living

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
            alpha=alpha_for(self.counts.counts.sum()), heaviest=cells.heaviest
        )
        fitted: AgeGroupClassifier = classifier.fit(
            cells.X, cells.y, sample_weight=cells.people, counted=cells.counted
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
    """Return to which groups the people of each row belong, shape (n, 7)."""
    periods = Periods.of(counts)
    born = periods.evenly(np.bincount(periods.of_row, counts.counts).astype(np.float64))
    living_then = population.people(born, reference_year).mean(axis=0)
    in_group = living_then[:, None] * groups_of_years(reference_year)
    ends = np.cumsum(np.vstack([np.zeros(len(GROUPS)), in_group]), axis=0)
    by_period = ends[periods.last - FIRST_BIRTH + 1] - ends[periods.first - FIRST_BIRTH]
    total = by_period.sum(axis=1, keepdims=True)
    shares = np.divide(by_period, total, out=np.zeros_like(by_period), where=total > 0)
    result: Floats = shares[periods.of_row]
    return result
