"""What is taken for a birth date, and what is not."""

import pytest

from leadcloud.ages.birth_date import holds_birth_date


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("1957-03-02", True),
        ("id.2.3.1957", True),
        ("1957/3/2", True),
        ("020357-123A", True),
        ("020357+123a", True),
        ("010105a123x", True),
        ("1957", False),
        ("2026-11-spring", False),
        ("order-123456-789", False),
        ("19570302", False),
    ],
)
def test_a_date_is_told_from_a_number(text: str, *, holds: bool) -> None:
    """With marks between its parts, or as a personal identity code in either case."""
    assert holds_birth_date(text) == holds
