"""The correction to a register's own mix of groups."""

import numpy as np
import pytest

from train.mix import estimated, restated

PRIOR = np.array([0.5, 0.3, 0.2])


def test_probabilities_are_moved_by_the_ratio_of_the_mixes() -> None:
    """Bayes: the evidence of the name stays, the mix is replaced."""
    moved = restated(PRIOR[None], PRIOR, np.array([0.2, 0.3, 0.5]))

    assert moved[0] == pytest.approx([0.2, 0.3, 0.5])


def test_the_mix_is_estimated_from_names_with_a_strong_pull() -> None:
    """Names that are clear evidence move the estimate; few of them move it little."""
    clear = np.tile([0.05, 0.05, 0.9], (3000, 1))

    many, few = estimated(clear, PRIOR), estimated(clear[:5], PRIOR)

    assert many[2] > 0.7
    assert PRIOR[2] < few[2] < many[2]
    assert many.sum() == pytest.approx(1)
    assert many.min() > 0.01
