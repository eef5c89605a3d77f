"""How common each name was from year to year: a smooth curve, told by counts in periods.

A decade in which few were counted says little of itself, and no decade says where in it people were
born. But names come and go slowly. The logarithm of a name's share of those born in a year is taken
for a Gaussian process over the years; its likeliest course, given the counts, is how a period is
spread over its years, and what is known of a period in which next to nobody was counted.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_REACH = 24.0
"""Years after which the course of a name is hardly bound to what it was."""

_CHANGE = 2.5
"""Standard deviation of the logarithm along a course, and of its general level."""

_OWN = 10.0
"""People of a name expected in a period, from whom on their number counts for more than the
curve."""

_LEAST = 1e-4
"""Components of the process that vary by less than this part of the first are left out."""

_ROUNDS, _LONGEST_STEP, _SETTLED = 30, 2.0, 1e-3
_RAREST = -40.0
_NOBODY = 1e-9
_CHUNK = 5000
"""Names worked on at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Axis:
    """Years in periods, one period after another."""

    years: NDArray[np.int64]
    """All of them."""
    starts: NDArray[np.int64]
    """Where each period begins in `years`."""
    widths: NDArray[np.int64]
    """Years in each period."""

    def mean(self, by_year: Floats) -> Floats:
        """Average what is by year (in the last axis) over each period."""
        means: Floats = np.add.reduceat(by_year, self.starts, axis=-1) / self.widths
        return means

    def spread(self, by_period: Floats) -> Floats:
        """Repeat what is by period (in the last axis) for each of its years."""
        return np.repeat(by_period, self.widths, axis=-1)


def shares_by_year(bearers: Floats, trust: Floats, axis: Axis) -> Floats:
    """Return each name's share of those born in each year, shape (n_names, n_years).

    Args:
        bearers: People counted, shape (n_names, n_periods).
        trust: How much each of them counts as evidence of their name's course; same shape.
        axis: The periods.
    """
    people = bearers.sum(axis=0)
    components = _components(axis.years)
    chunks = [slice(start, start + _CHUNK) for start in range(0, len(bearers), _CHUNK)]
    shares = np.zeros((len(bearers), len(axis.years)))
    for c in chunks:
        borne = bearers[c].sum(axis=1, keepdims=True)
        level = np.log(np.maximum(borne, _NOBODY) / people.sum())
        found, expected = bearers[c] * trust[c], people * trust[c]
        shares[c] = _likeliest(found, expected, level, components=components, axis=axis)
        shares[c] *= borne > 0
    shares /= shares.sum(axis=0)
    for c in chunks:
        # Where many of a name are expected, their number says more than the curve.
        expected = people * trust[c] * axis.mean(shares[c])
        shares[c] *= axis.spread((bearers[c] * trust[c] + _OWN) / (expected + _OWN))
    shares /= shares.sum(axis=0)
    return shares


def _components(years: NDArray[np.int64]) -> Floats:
    """Return courses whose sum, each times a standard normal number, is a draw of the process."""
    apart = years[:, None] - years
    variance, courses = np.linalg.eigh(_CHANGE**2 * (1 + np.exp(-((apart / _REACH) ** 2) / 2)))
    kept = variance > _LEAST * variance[-1]
    components: Floats = courses[:, kept] * np.sqrt(variance[kept])
    return components


def _likeliest(
    found: Floats, people: Floats, level: Floats, *, components: Floats, axis: Axis
) -> Floats:
    """Return the likeliest curves, not yet shares of one whole, shape (n_names, n_years).

    The number found of a name in a period is taken for a Poisson number; by Newton's method.

    Args:
        found: Bearers by name and period.
        people: All people of the period, same shape.
        level: Logarithm of the share that curves begin at, shape (n_names, 1).
        components: Of the process, shape (n_years, n_components).
        axis: The periods.
    """
    places = np.zeros((len(found), len(components.T)))
    moving = np.arange(len(found))
    for _ in range(_ROUNDS):
        by_year = _exp(places[moving] @ components.T + level[moving])
        by_year *= axis.spread(people[moving])
        expected = np.maximum(axis.mean(by_year), np.finfo(float).tiny)
        # How the logarithm of what is expected follows each component.
        slopes = np.stack([axis.mean(by_year * each) for each in components.T], axis=2)
        slopes /= expected[..., None]
        pull = ((found[moving] - expected)[:, None] @ slopes)[:, 0] - places[moving]
        stiffness = slopes.transpose(0, 2, 1) @ (slopes * expected[..., None])
        stiffness += np.eye(len(components.T))
        step = np.linalg.solve(stiffness, pull[..., None])[..., 0]
        longest = np.abs(step @ components.T).max(axis=1, keepdims=True)
        places[moving] += step * np.minimum(1, _LONGEST_STEP / np.maximum(longest, _SETTLED))
        moving = moving[longest[:, 0] > _SETTLED]
        if not len(moving):
            break
    return _exp(places @ components.T + level)


def _exp(logarithms: Floats) -> Floats:
    return np.exp(np.clip(logarithms, _RAREST, 0))
