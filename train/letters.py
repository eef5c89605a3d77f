"""What the letters of a name say about the age group, for names too rare to be counted."""

import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array
from scipy.special import log_softmax, softmax
from sklearn.feature_extraction.text import CountVectorizer
from threadpoolctl import threadpool_limits

from leadcloud.ages.names import ngrams
from leadcloud.ages.table import MIN_BEARERS

FOLDS = 5
FEWEST_NAMES = 50
"""With fewer names there is nothing to learn from their letters."""

MOST_NAMES = 10_000
"""Names that a fit reads, spread evenly from common to rare; more change nothing but the time."""

_MOST_NGRAMS = 8000
_REGULARISATION = 0.7
_LEAST = 1e-3
"""Share of a class that hardly a name of those learned from is in."""
_STOP = {"maxiter": 200, "ftol": 1e-6}

Floats = NDArray[np.float64]

Tick = Callable[[], None]


def no_tick() -> None:
    """Report progress to nobody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Letters:
    """A multinomial logistic regression on the runs of letters in a name."""

    vectorizer: CountVectorizer
    weights: Floats
    """Logits that each run adds, shape (n_ngrams + 1, n_classes); the last row is the intercept."""
    mix: Floats
    """Shares of the classes in what it was fitted on, shape (n_classes,)."""

    def moved_to(self, mix: Floats) -> "Letters":
        """Return the same for names of people with another mix of the classes."""
        weights = self.weights.copy()
        weights[-1] += np.log(mix / self.mix)
        return replace(self, weights=weights, mix=mix)

    def predict_proba(self, names: Sequence[str]) -> Floats:
        """Return P(class | letters) of names, shape (n_names, n_classes)."""
        if not names:
            return np.zeros((0, self.weights.shape[1]))
        logits = self.vectorizer.transform(names) @ self.weights[:-1] + self.weights[-1]
        shares: Floats = softmax(logits, axis=1)
        return shares


def fit(names: Sequence[str], counts: Floats) -> Letters | None:
    """Fit the letters of names, or return None where there is too little to learn from.

    Args:
        names: Keys, the most common first.
        counts: People by name and class, shape (n_names, n_classes).
    """
    if len(names) > MOST_NAMES:
        chosen = np.linspace(0, len(names) - 1, MOST_NAMES).astype(int)
        names, counts = [names[place] for place in chosen.tolist()], counts[chosen]
    vocabulary = _shared_ngrams(names, counts.sum(axis=1))
    if len(names) < FEWEST_NAMES or not vocabulary:
        return None
    vectorizer = CountVectorizer(
        analyzer=ngrams, binary=True, vocabulary=vocabulary, dtype=np.float64
    )
    # A name of ten thousand bearers teaches more than one of ten, but not a thousand times more.
    targets = counts / np.sqrt(np.maximum(counts.sum(axis=1, keepdims=True), 1))
    taught = targets.sum(axis=0)
    return Letters(
        vectorizer=vectorizer,
        weights=_regress(vectorizer.transform(names), targets),
        mix=np.maximum(taught, _LEAST * taught.sum()) / taught.sum(),
    )


def _regress(runs: csr_array, targets: Floats) -> Floats:
    """Return the weights of least cross-entropy, ridge included, the intercept last.

    scikit-learn's own regression takes one class per row, so that each name would stand in it
    once per class; with the shares of the classes as targets it takes a seventh of the time.
    """
    features, classes = runs.shape[1], targets.shape[1]
    people = targets.sum(axis=1, keepdims=True)

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(features + 1, classes)
        logs = log_softmax(runs @ weights[:-1] + weights[-1], axis=1)
        excess = people * np.exp(logs) - targets
        ridge = weights[:-1] / _REGULARISATION
        gradient = np.vstack([runs.T @ excess + ridge, excess.sum(axis=0)])
        penalty = float((weights[:-1] * ridge).sum()) / 2
        return penalty - float((targets * logs).sum()), gradient.ravel()

    start = np.zeros((features + 1) * classes)
    # On a shared machine, threads waiting for each other cost six times what they save.
    with threadpool_limits(1):
        found = minimize(loss, start, jac=True, method="L-BFGS-B", options=_STOP)
    weights: Floats = found.x.reshape(features + 1, classes)
    return weights


def _shared_ngrams(names: Sequence[str], bearers: Floats) -> list[str]:
    """Return the runs of letters that several names and enough people share."""
    in_names: Counter[str] = Counter()
    in_people: Counter[str] = Counter()
    for name, people in zip(names, bearers.tolist(), strict=True):
        for gram in ngrams(name):
            in_names[gram] += 1
            in_people[gram] += people
    shared = [
        gram for gram, count in in_names.items() if count > 1 and in_people[gram] >= MIN_BEARERS
    ]
    return sorted(sorted(shared), key=lambda gram: -in_people[gram])[:_MOST_NGRAMS]


def predict_unseen(names: Sequence[str], counts: Floats, tick: Tick = no_tick) -> Floats:
    """Return P(class | letters) of each name by a fit that has not seen it, shape as `counts`.

    A fit that had seen the name would count its bearers twice, and was measured to be
    over-confident by it.
    """
    folds = np.array([zlib.crc32(name.encode()) % FOLDS for name in names])
    result = np.zeros_like(counts)
    for fold in range(FOLDS):
        unseen = folds == fold
        model = fit(list(compress(names, ~unseen)), counts[~unseen])
        if model is not None:
            result[unseen] = model.predict_proba(list(compress(names, unseen)))
        tick()
    return result
