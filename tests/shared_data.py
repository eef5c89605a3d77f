"""Where the real data lies that tests, training and benchmarks read in place."""

import os
from pathlib import Path

import pytest

_FOLDER = Path(os.environ.get("LEADCLOUD_SHARED", Path(__file__).parents[2] / "shared"))


def shared(path: str) -> Path:
    """Return a file of the real data; skip the test where it is not on this machine."""
    found = _FOLDER / path
    if not found.exists():
        pytest.skip("real data is not on this machine; set LEADCLOUD_SHARED to its folder")
    return found
