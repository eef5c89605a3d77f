"""How good predictions are, measured on people whose group is known.

Everything is an expectation over people: T holds how many there are of each row and group.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadcloud.ages.groups import GROUPS

Floats = NDArray[np.float64]

_BINS = 20
_OLD = GROUPS.index("65-74")
_TOP = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """Predictions, and the people for whom they were made."""

    probabilities: Floats
    """Under the population's mix of groups, shape (n, 7)."""
    people: Floats
    """How many there are of each row and group, shape (n, 7)."""
    prior: Floats
    """The population's mix, shape (7,)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Accuracy:
    """What the predictions are worth. Shares are of people."""

    people: float
    top_1: float
    """The likeliest group is the right one."""
    top_1_base: float
    """The same for always naming the largest group."""
    top_2: float
    within_one: float
    """The likeliest group is the right one or its neighbour."""
    log_loss: float
    """Nats; of the probability given to the right group."""
    log_loss_base: float
    """The same for always giving the groups' mix."""
    ece: float
    """Expected calibration error of the likeliest group, in bins of a twentieth."""
    auc_65: float
    """How well P(65 or older) ranks: 0.5 is chance."""
    precision_65: float
    """Of the fifth of people with the highest P(65 or older), the share that is."""
    share_65: float
    recall: tuple[float, ...]
    """Of the people of each group, the share for whom it is the likeliest."""


def accuracy(probabilities: Floats, people: Floats) -> Accuracy:
    """Measure predictions.

    Args:
        probabilities: Shape (n, 7).
        people: How many there are of each row and group, shape (n, 7).
    """
    rows, truth = np.nonzero(people)
    weights = people[rows, truth] / people.sum()
    given = np.asarray(probabilities, dtype=np.float64)[rows]
    order = np.argsort(-given, axis=1, kind="stable")
    right = order[:, 0] == truth
    mix = np.bincount(truth, weights, len(GROUPS))
    auc, precision = _ranking(given[:, _OLD:].sum(axis=1), truth >= _OLD, weights)
    hits = np.bincount(truth, weights * right, len(GROUPS))
    return Accuracy(
        people=float(people.sum()),
        top_1=float(weights @ right),
        top_1_base=float(mix.max()),
        top_2=float(weights @ (order[:, :2] == truth[:, None]).any(axis=1)),
        within_one=float(weights @ (np.abs(order[:, 0] - truth) <= 1)),
        log_loss=float(-weights @ np.log(given[np.arange(len(truth)), truth])),
        log_loss_base=float(-mix[mix > 0] @ np.log(mix[mix > 0])),
        ece=sum(abs(gap) * share for _, gap, share in calibration(probabilities, people)),
        auc_65=auc,
        precision_65=precision,
        share_65=float(mix[_OLD:].sum()),
        recall=tuple(np.divide(hits, mix, out=np.zeros_like(mix), where=mix > 0).tolist()),
    )


def calibration(probabilities: Floats, people: Floats) -> list[tuple[float, float, float]]:
    """Return mean confidence, accuracy minus confidence, and share of people of each bin."""
    weights = people.sum(axis=1) / people.sum()
    best = np.argmax(probabilities, axis=1)
    confidence = np.take_along_axis(probabilities, best[:, None], axis=1)[:, 0].astype(np.float64)
    hits = np.take_along_axis(people, best[:, None], axis=1)[:, 0] / people.sum()
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    result = []
    for place in np.unique(bins[weights > 0]):
        inside = bins == place
        share = float(weights[inside].sum())
        mean = float(weights[inside] @ confidence[inside]) / share
        result.append((mean, float(hits[inside].sum()) / share - mean, share))
    return result


def reweighted(people: Floats, mix: Floats) -> Floats:
    """Return people in the proportions of a mix of groups."""
    own = people.sum(axis=0)
    weighed: Floats = people * np.divide(mix, own, out=np.zeros_like(own), where=own > 0)
    return weighed


def _ranking(scores: Floats, old: NDArray[np.bool_], weights: Floats) -> tuple[float, float]:
    """Return the area under the ROC curve, and the precision in the highest fifth."""
    if old.all() or not old.any():
        return 0.5, float(old.all())
    distinct, inverse = np.unique(-scores, return_inverse=True)
    positive = np.bincount(inverse, weights * old, len(distinct))
    negative = np.bincount(inverse, weights * ~old, len(distinct))
    before = np.cumsum(positive) - positive
    auc = ((before + positive / 2) * negative).sum() / positive.sum() / negative.sum()
    taken = np.cumsum(positive + negative)
    found = np.interp(_TOP, np.r_[0, taken], np.r_[0, np.cumsum(positive)])
    return float(auc), float(found / _TOP)
