"""What the letters of a name say about the age group, for names too rare to be counted."""

import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import compress

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from leadcloud.ages.names import ngrams
from leadcloud.ages.table import MIN_BEARERS

FOLDS = 5
FEWEST_NAMES = 50
"""With fewer names there is nothing to learn from their letters."""

MOST_NAMES = 10_000
"""Names that a fit reads, spread evenly from common to rare; more change nothing but the time."""

_MOST_NGRAMS = 8000
_REGULARISATION = 0.1

Tick = Callable[[], None]


def no_tick() -> None:
    """Report progress to nobody."""


def fit(names: Sequence[str], counts: NDArray[np.float64]) -> Pipeline | None:
    """Fit a multinomial logistic regression on the letters of names.

    Args:
        names: Keys, the most common first.
        counts: People by name and class, shape (n_names, n_classes).

    Returns:
        The model, or None where there is too little to learn from.
    """
    if len(names) > MOST_NAMES:
        chosen = np.linspace(0, len(names) - 1, MOST_NAMES).astype(int)
        names, counts = [names[place] for place in chosen.tolist()], counts[chosen]
    vocabulary = _shared_ngrams(names, counts.sum(axis=1))
    rows, classes = np.nonzero(counts)
    if len(names) < FEWEST_NAMES or not vocabulary or len(np.unique(classes)) == 1:
        return None
    # A name of ten thousand bearers teaches more than one of ten, but not a thousand times more.
    weights = counts[rows, classes] / np.sqrt(counts.sum(axis=1))[rows]
    model = make_pipeline(
        CountVectorizer(analyzer=ngrams, binary=True, vocabulary=vocabulary, dtype=np.float64),
        LogisticRegression(C=_REGULARISATION, max_iter=200, tol=1e-3),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        spelled = [names[row] for row in rows.tolist()]
        model.fit(spelled, classes, logisticregression__sample_weight=weights)
    return model


def _shared_ngrams(names: Sequence[str], bearers: NDArray[np.float64]) -> list[str]:
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


def predict_unseen(
    names: Sequence[str], counts: NDArray[np.float64], tick: Tick = no_tick
) -> NDArray[np.float64]:
    """Return P(class | letters) of each name by a fit that has not seen it, shape as `counts`.

    A fit that had seen the name would count its bearers twice, and was measured to be
    over-confident by it.
    """
    folds = np.array([zlib.crc32(name.encode()) % FOLDS for name in names])
    result = np.zeros_like(counts)
    for fold in range(FOLDS):
        unseen = folds == fold
        model = fit(list(compress(names, ~unseen)), counts[~unseen])
        if model is not None and unseen.any():
            judged = model.predict_proba(list(compress(names, unseen)))
            result[np.ix_(unseen, model.classes_)] = judged
        tick()
    return result
