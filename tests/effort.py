"""How hard the tests try: repetitions are modest, and as many times more as one is told."""

import os

EFFORT = int(os.environ.get("LEADCLOUD_TEST_EFFORT", "1"))
"""What the number of examples, kills and attacks is multiplied by."""


def times(count: int) -> int:
    """Return how often to repeat what is repeated so often on an ordinary run."""
    return count * EFFORT
