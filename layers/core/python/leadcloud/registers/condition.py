"""One limiting condition of a search, and whether a value meets it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Operator = Literal["in", "not_in", "prefix", "range"]
OPERATORS: tuple[Operator, ...] = ("in", "not_in", "prefix", "range")
LIST_OPERATORS: tuple[Operator, ...] = ("in", "not_in", "prefix")
"""Those that take a list of values."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """What one field of a contact must be. Conditions are joined by AND, their values by OR."""

    field: str
    operator: Operator
    values: tuple[str, ...]
    """Of `range` two ISO dates, the first and the last that belong to it."""

    def is_met_by(self, value: str | None) -> bool:
        """Tell whether a contact with this value belongs to the target group.

        An unknown value meets no condition, not even `not_in`: a contact of whom we do not know
        that it is outside the excluded set is not delivered as if we did.
        """
        if value is None:
            return False
        match self.operator:
            case "in":
                return value in self.values
            case "not_in":
                return value not in self.values
            case "prefix":
                return value.startswith(self.values)
            case "range":
                return _is_date(value) and self.values[0] <= value <= self.values[1]


def _is_date(value: str) -> bool:
    """Tell whether a text has the shape of an ISO date; others do not sort as dates."""
    return len(value) == len("2026-11-23") and value[4] == value[7] == "-"


Criteria = Sequence[Condition]
