"""From a fitted classifier to the table that is served."""

import hashlib
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leadcloud.ages.groups import GROUPS, SCHEMES
from leadcloud.ages.model import AgeModel
from leadcloud.ages.names import key_of, stem
from leadcloud.ages.table import AgeTable, TableOrigin, tell, unpack
from train.classifier import AgeGroupClassifier


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

    Raises:
        ValueError: The classifier was fitted on other groups.
    """
    if tuple(classifier.classes_) != GROUPS:
        raise ValueError("the classifier does not know the seven groups")
    ngrams, weights = _letters(classifier)
    areas: Mapping[str, ArrayLike] = classifier.areas or {}
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
        shares=_array("H", classifier.shares_),
        own_rows=len(classifier.shares_),
        sex_rows=_array("i", classifier.sex_rows_),
        prior=tuple(classifier.prior_.tolist()),
        other=tuple(classifier.other_.tolist()),
        ngrams=ngrams,
        ngram_weights=_array("f", weights),
        areas=tuple(areas),
        area_mixes=_array("f", np.array(list(areas.values()))),
        told={},
    )
    return _named(_told(_with_vocabulary(table, vocabulary)))


def _array(typecode: str, numbers: ArrayLike) -> "array[Any]":
    return array(typecode, np.asarray(numbers).ravel().tolist())


def _letters(classifier: AgeGroupClassifier) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Return the runs of letters and their logits, the intercept last."""
    if classifier.letters_ is None:
        return (), np.zeros((1, len(GROUPS)))
    ngrams = classifier.letters_.vectorizer.get_feature_names_out()
    return tuple(ngrams.tolist()), classifier.letters_.weights


def _with_vocabulary(table: AgeTable, vocabulary: Iterable[str]) -> AgeTable:
    """Look names up ahead that would otherwise be read part by part and letter by letter."""
    model = AgeModel(table)
    shares, sex_rows = array("H", table.shares), array("i", table.sex_rows)
    keys = dict.fromkeys(filter(None, map(key_of, vocabulary)))
    ahead = [key for key in keys if key not in model.known]
    for key in ahead:
        place = model.find(key)
        if place is None:
            sex_rows.extend([len(shares) // len(GROUPS)] * 3)
            shares.extend(model.backoff_shares(stem(key)))
        else:
            sex_rows.extend(table.sex_rows[3 * place : 3 * place + 3])
    return replace(table, names=(*table.names, *ahead), shares=shares, sex_rows=sex_rows)


def _told(table: AgeTable) -> AgeTable:
    """Work out ahead what is told of every row."""
    starts = range(0, len(table.shares), len(GROUPS))
    rows = [unpack(table.shares[start : start + len(GROUPS)]) for start in starts]
    told: dict[str, array[int]] = {
        name: array("H", [tell(row, scheme) for row in rows]) for name, scheme in SCHEMES.items()
    }
    return replace(table, told=told)


def _named(table: AgeTable) -> AgeTable:
    """Give a table a version that changes whenever its content does."""
    digest = hashlib.sha256()
    for numbers in (table.shares, table.sex_rows, table.ngram_weights, table.area_mixes):
        digest.update(numbers.tobytes())
    digest.update("\n".join((*table.names, *table.ngrams, *table.areas)).encode())
    origin = table.origin
    version = f"{origin.country.lower()}-{origin.reference_year}-{digest.hexdigest()[:8]}"
    return replace(table, origin=replace(origin, version=version))
