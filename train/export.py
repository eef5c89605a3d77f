"""From a fitted classifier to the table that is served."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leadcloud.ages.groups import GROUPS
from leadcloud.ages.model import AgeModel
from leadcloud.ages.names import key_of, stem
from leadcloud.ages.table import AgeTable, TableOrigin, pack
from train.classifier import AgeGroupClassifier

_NEVER = -50.0
"""Logit of a group that the letters were never seen with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Edition:
    """What whoever trains a table says about it."""

    country: str
    reference_year: int
    sources: tuple[str, ...] = ()


def export(
    classifier: AgeGroupClassifier, edition: Edition, vocabulary: Iterable[str] = ()
) -> AgeTable:
    """Return a classifier as a table.

    Args:
        classifier: Fitted on the seven groups.
        edition: What the table is of.
        vocabulary: Names that exist, the most common first. Those that were not counted are
            looked up ahead, so that serving them takes no longer.
    """
    if tuple(classifier.classes_) != GROUPS:
        raise ValueError("the classifier does not know the seven groups")
    areas: Mapping[str, ArrayLike] = classifier.areas or {}
    ngrams, weights = _letters(classifier)
    table = AgeTable(
        origin=TableOrigin(
            country=edition.country,
            reference_year=edition.reference_year,
            version="",
            people=round(classifier.people_),
            min_bearers=classifier.min_bearers,
            alpha=classifier.alpha_,
            ngram_share=classifier.ngram_share,
            sources=edition.sources,
        ),
        names=tuple(classifier.names_),
        own_names=len(classifier.names_),
        shares=classifier.shares_,
        own_rows=len(classifier.shares_),
        sex_rows=classifier.sex_rows_,
        prior=classifier.prior_,
        other=classifier.other_,
        ngrams=ngrams,
        ngram_weights=weights,
        areas=tuple(areas),
        area_mixes=np.array(list(areas.values()), dtype=np.float32).reshape(-1, len(GROUPS)),
    )
    return _named(_with_vocabulary(table, vocabulary))


def _letters(classifier: AgeGroupClassifier) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """Return the runs of letters and their logits, the intercept last."""
    if classifier.letters_ is None:
        return (), np.zeros((1, len(GROUPS)), dtype=np.float32)
    vectorizer, regression = (step for _, step in classifier.letters_.steps)
    weights = np.zeros((len(vectorizer.vocabulary_) + 1, len(GROUPS)), dtype=np.float32)
    weights[-1] = _NEVER
    weights[:-1, regression.classes_] = regression.coef_.T
    weights[-1, regression.classes_] = regression.intercept_
    return tuple(vectorizer.get_feature_names_out()), weights


def _with_vocabulary(table: AgeTable, vocabulary: Iterable[str]) -> AgeTable:
    """Look names up ahead that would otherwise be read part by part and letter by letter."""
    model = AgeModel(table)
    keys = dict.fromkeys(filter(None, map(key_of, vocabulary)))
    ahead = [key for key in keys if key not in model.known]
    if not ahead:
        return table
    found = [model.find(key) for key in ahead]
    unknown = [stem(key) for key, place in zip(ahead, found, strict=True) if place is None]
    rows = count(len(table.shares))
    looked_up = [
        [next(rows)] * 3 if place is None else table.sex_rows[place] for place in found
    ]
    return replace(
        table,
        names=(*table.names, *ahead),
        shares=np.vstack([table.shares, pack(model.backoff(unknown))]),
        sex_rows=np.vstack([table.sex_rows, np.array(looked_up, dtype=np.int32)]),
    )


def _named(table: AgeTable) -> AgeTable:
    """Give a table a version that changes whenever its content does."""
    digest = hashlib.sha256()
    for array in (table.shares, table.sex_rows, table.ngram_weights, table.area_mixes):
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update("\n".join((*table.names, *table.ngrams, *table.areas)).encode())
    origin = table.origin
    version = f"{origin.country.lower()}-{origin.reference_year}-{digest.hexdigest()[:8]}"
    return replace(table, origin=replace(origin, version=version))
