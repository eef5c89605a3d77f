"""The service as a whole: whatever is sent again, and whenever it dies, is charged once."""

from pathlib import Path

import pytest

from benchmarks._ledger_ordeal import undergo
from tests.effort import times

pytestmark = [pytest.mark.loopback, pytest.mark.slow]


def test_every_search_is_charged_once(tmp_path: Path) -> None:
    """Copies at once, deaths in between: as many charges as searches, and the books are right."""
    outcome = undergo(searches=times(8), copies=6, kills=times(2), folder=tmp_path)

    assert sorted(outcome.charged.values()) == [1] * times(8)
    assert outcome.faults == []
    assert outcome.statuses.keys() <= {200, 409, 429}
