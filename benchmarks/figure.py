"""One measured figure, and what it is to be read against."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A number with its unit."""

    name: str
    value: float
    unit: str
    lower_is_better: bool
    against: str | None = None
    """What was measured beside it in the same run; None for a figure that stands alone."""
