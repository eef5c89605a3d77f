"""The model card, written from the tables and their reports."""

from collections.abc import Sequence

from leadcloud.ages.table import AgeTable
from train.report import Report


def write(entries: Sequence[tuple[AgeTable, Report]]) -> str:
    """Return the model card."""
    return ""
