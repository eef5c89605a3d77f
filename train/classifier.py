"""The age group of a person by first name, sex and area: an estimator in scikit-learn's manner."""

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils._param_validation import Interval
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from leadcloud.ages.model import SEXES
from leadcloud.ages.names import Lexicon, key_of, stem
from leadcloud.ages.table import MIN_BEARERS, STEPS
from train import letters
from train.mix import restated

Floats = NDArray[np.float64]

_PRIOR_PEOPLE = 20.0
"""People of the overall mix who are added to the people with rare names."""

_FULL_SHARE = 65535

_MANY = 50_000
"""People from which each name speaks for itself sooner."""


class AgeGroupClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Smoothed shares of the classes among the bearers of each name.

    ``P(class | name) = (bearers in class + alpha * backoff) / (bearers + alpha)``. A name's backoff
    is the pattern of rare names, mixed with what its letters say to a model that has not seen it;
    where a name is borne by women and men, each sex has a row that is smoothed towards the name's.

    Args:
        alpha: Weight of the backoff, in people. None takes 10 below 50,000 people and 5 from
            there on.
        min_bearers: Names with fewer bearers are not told apart from unknown ones.
        ngram_share: Weight of a name's letters in its backoff; zero leaves them out.
        heaviest: As how many bearers of a name one more may count, at the most.
        areas: Shares of the classes in areas of the population, for a third column of `X`.
        progress: Called after each fit of the letters.

    Attributes:
        classes_: The class labels, shape (n_classes,).
        names_: Keys of the names that have a row, the most common first.
        shares_: P(class | name) as 16-bit shares, shape (n_rows, n_classes): one row per name,
            then those for one sex of a name.
        sex_rows_: The row for a bearer of unknown sex, a woman, a man, shape (n_names, 3).
        prior_, other_: Shares of the classes among all people, and among those with rare names,
            shape (n_classes,).
        letters_: Judges names without a row by their letters; None where there are too few names.
        people_: Sum of the weights.
        alpha_: The weight that was taken.

    Examples:
        >>> X = [["Aino", "F"], ["Aino", "F"], ["Noel", "M"]]
        >>> model = AgeGroupClassifier(min_bearers=1).fit(X, ["75+", "65-74", "18-24"])
        >>> str(model.predict([["NOEL", "M"]])[0])
        '18-24'
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "alpha": [Interval(Real, 0, None, closed="neither"), None],
        "min_bearers": [Interval(Integral, 1, None, closed="left")],
        "ngram_share": [Interval(Real, 0, 1, closed="both")],
        "heaviest": [Interval(Real, 0, None, closed="neither")],
        "areas": [Mapping, None],
        "progress": [callable, None],
    }

    def __init__(  # noqa: PLR0913 an estimator's parameters are arguments
        self,
        *,
        alpha: float | None = None,
        min_bearers: int = MIN_BEARERS,
        ngram_share: float = 0.7,
        heaviest: float = 1.0,
        areas: Mapping[str, ArrayLike] | None = None,
        progress: letters.Tick | None = None,
    ) -> None:
        self.alpha = alpha
        self.min_bearers = min_bearers
        self.ngram_share = ngram_share
        self.heaviest = heaviest
        self.areas = areas
        self.progress = progress

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        counted: ArrayLike | None = None,
    ) -> "AgeGroupClassifier":
        """Count people and smooth.

        Args:
            X: Name, and where it is a column sex (F, M) and area, shape (n_samples, 1 to 3); the
                area is not learned from, its mix is one of `areas`.
            y: Class labels, shape (n_samples,).
            sample_weight: People that each row stands for, shape (n_samples,).
            counted: Where the weights are not simply people who were counted: how many were, which
                is how sure one may be of a name, shape (n_samples,).
        """
        self._validate_params()
        rows, labels = validate_data(self, X, y, dtype=None)
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        weights = _check_sample_weight(
            sample_weight, rows, dtype=np.float64, ensure_non_negative=True
        )
        people = weights if counted is None else np.asarray(counted, dtype=np.float64)
        keys, of_row = _keys(rows)
        total = np.bincount(codes, weights, len(self.classes_))
        by_sex = np.zeros((len(keys), 3, len(self.classes_)))
        np.add.at(by_sex, (of_row, _sexes(rows), codes), people)
        borne = by_sex.sum(axis=(1, 2))
        self.people_ = float(people.sum())
        self.prior_ = _positive(total)
        order = sorted(range(len(keys)), key=lambda place: (-borne[place], keys[place]))
        own = [place for place in order if keys[place] and borne[place] >= self.min_bearers]
        rest = np.isin(of_row, own, invert=True)
        others = np.bincount(codes[rest], weights[rest], len(self.classes_))
        self.other_ = _positive(others + _PRIOR_PEOPLE * self.prior_)
        self.names_ = [keys[place] for place in own]
        named = [place for place in order if keys[place]]
        self._learn_letters([keys[place] for place in named], by_sex[named].sum(axis=1))
        self._smooth(by_sex[own])
        return self

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Return P(class | name, sex, area), shape (n_samples, n_classes).

        Args:
            X: The columns that were fitted; any other sex or area is an unknown one.
        """
        check_is_fitted(self)
        people = validate_data(self, X, dtype=None, reset=False)
        lexicon = Lexicon(self.names_)
        distinct, inverse = np.unique(people[:, 0].astype(str), return_inverse=True)
        places = np.array([_or_unknown(lexicon.find(name)) for name in distinct])[inverse]
        known = places >= 0
        probabilities = self.backoff(distinct)[inverse]
        sexes = _sexes(people)[known]
        rows = self.sex_rows_[places[known], sexes]
        probabilities[known] = of_shares(self.shares_)[rows]
        return self._weigh_areas(probabilities, people)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the likeliest class of each row, shape (n_samples,)."""
        best = self.predict_proba(X).argmax(axis=1)
        labels: NDArray[Any] = self.classes_[best]
        return labels

    def backoff(self, names: NDArray[np.str_]) -> Floats:
        """Return what is said of names without a row, shape (n_names, n_classes)."""
        patterns = np.tile(self.other_, (len(names), 1))
        stems = [stem(name) for name in names]
        spelled = np.flatnonzero([bool(text) for text in stems])
        if self.letters_ is not None and len(spelled):
            texts = [stems[place] for place in spelled.tolist()]
            patterns[spelled] = self._blend(self.letters_.predict_proba(texts))
        return of_shares(_to_shares(patterns))

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        # Names are not blobs of numbers: on those the best answer is the mix of the classes.
        tags.classifier_tags.poor_score = True
        return tags

    def _learn_letters(self, names: list[str], counts: Floats) -> None:
        """Fit the letters, and keep what each name's letters say to a fit without the name."""
        self.letters_: letters.Letters | None = None
        own = len(self.names_)
        self._own_backoff = np.tile(self.other_, (own, 1))
        learned = letters.fit(names, counts) if self.ngram_share else None
        if learned is not None:
            tick = self.progress or letters.no_tick
            tick()
            self._own_backoff = self._blend(letters.predict_unseen(names, counts, tick)[:own])
            # Who is asked by letters has a rare name, and rare names are not of every age alike.
            self.letters_ = learned.moved_to(self.other_)

    def _blend(self, judged: Floats) -> Floats:
        return self.ngram_share * judged + (1 - self.ngram_share) * self.other_

    def _smooth(self, by_sex: Floats) -> None:
        """Make the rows: first one per name, then those for one sex of a name."""
        self.alpha_ = self.alpha or alpha_for(self.people_)
        rows = self._smoothed(by_sex.sum(axis=1), self._own_backoff)
        self.sex_rows_ = np.repeat(np.arange(len(rows), dtype=np.int32)[:, None], 3, axis=1)
        more = [rows]
        common = by_sex[:, 1:].sum(axis=2) >= self.min_bearers
        for place in np.flatnonzero(common.all(axis=1)):
            for sex in (1, 2):
                self.sex_rows_[place, sex] = sum(map(len, more))
                more.append(self._smoothed(by_sex[place, sex], rows[place])[None])
        self.shares_ = _to_shares(np.concatenate(more))
        del self._own_backoff

    def _smoothed(self, counts: Floats, backoff: Floats) -> Floats:
        """Return shares of the classes; the fewer the bearers, the more they lean on the backoff.

        So much that one person more or less moves no share by a step of what is told: else the
        tables of two years would tell in which class somebody with a rare name is.
        """
        people = counts.sum(axis=-1, keepdims=True)
        alpha = np.maximum(self.alpha_, STEPS * self.heaviest - people)
        smoothed: Floats = (counts + alpha * backoff) / (people + alpha)
        return smoothed

    def _weigh_areas(self, probabilities: Floats, X: NDArray[Any]) -> Floats:
        if not self.areas or X.shape[1] < 3:  # noqa: PLR2004 the third column
            return probabilities
        mixes = [self.areas.get(area, self.prior_) for area in X[:, 2].astype(str)]
        return restated(probabilities, self.prior_, np.asarray(mixes))


def alpha_for(people: float) -> float:
    """Return the weight of the backoff that was measured to be best for so many people."""
    return 5.0 if people >= _MANY else 10.0


def _to_shares(probabilities: Floats) -> NDArray[np.uint16]:
    """Return probabilities as tables keep them; see `leadcloud.ages.table.pack`."""
    return np.maximum(np.rint(probabilities * _FULL_SHARE), 1).astype(np.uint16)


def of_shares(shares: NDArray[np.uint16]) -> Floats:
    """Return what tables keep as probabilities; see `leadcloud.ages.table.unpack`."""
    exact = shares.astype(np.float64)
    probabilities: Floats = exact / exact.sum(axis=1, keepdims=True)
    return probabilities


def _positive(weights: NDArray[Any]) -> Floats:
    """Return weights as shares, none of them zero."""
    floored = np.maximum(weights, weights.sum() * 1e-9)
    shares: Floats = floored / floored.sum()
    return shares


def _keys(X: NDArray[Any]) -> tuple[list[str], NDArray[np.int64]]:
    """Return the keys of names, and the place of each row's among them."""
    distinct, inverse = np.unique(X[:, 0].astype(str), return_inverse=True)
    places: dict[str, int] = {}
    of_name = [places.setdefault(key_of(name), len(places)) for name in distinct.tolist()]
    return list(places), np.array(of_name)[inverse]


def _sexes(X: NDArray[Any]) -> NDArray[np.int64]:
    """Return the sexes as columns of a table, shape (n_samples,)."""
    if X.shape[1] == 1:
        return np.zeros(len(X), dtype=np.int64)
    return np.array([SEXES.get(sex, 0) for sex in X[:, 1].astype(str).tolist()], dtype=np.int64)


def _or_unknown(place: int | None) -> int:
    return -1 if place is None else place
