"""Tables as CSV."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadcloud.accounts.money import Money
from leadcloud.spreadsheet import Cell, csv_text

_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
_CELLS = st.one_of(
    st.none(),
    _TEXTS,
    st.builds(str.__add__, st.sampled_from("=+-@\t\r\n＝＋－＠"), _TEXTS),  # noqa: RUF001
    st.integers(),
    st.builds(Money, st.integers(-(10**12), 10**12)),
)


def read(text: str) -> list[list[str]]:
    """Read CSV as a spreadsheet does."""
    return list(csv.reader(io.StringIO(text, newline="")))


@given(st.lists(st.lists(_CELLS, min_size=1, max_size=4), min_size=1, max_size=4))
def test_no_text_is_read_as_a_formula(rows: list[list[Cell]]) -> None:
    """Whatever it holds: quotes, separators and line ends, at its beginning or within."""
    for row, cells in zip(rows, read(csv_text(rows)), strict=True):
        for was, cell in zip(row, cells, strict=True):
            if isinstance(was, str):
                assert not cell.startswith(tuple("=+-@\t\r\n＝＋－＠"))  # noqa: RUF001
                assert cell in {was, f"'{was}"}
            else:
                assert cell == ("" if was is None else str(was))


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (Money(-500), "-0.05"),
        (-3, "-3"),
        (Decimal("25.5"), "25.5"),
        (None, '""'),
        ("-3", "'-3"),
        ("=1+1", "'=1+1"),
        ("INV-1", "INV-1"),
    ],
)
def test_a_number_stays_a_number(cell: Cell, written: str) -> None:
    """A column of amounts can be added up; a text that looks like one is still a text."""
    assert csv_text([[cell]]) == f"{written}\r\n"
