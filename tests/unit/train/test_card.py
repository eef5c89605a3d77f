"""The model card says what the shipped tables and their reports say."""

from pathlib import Path

from tests.plugins.ages import TABLES
from train.__main__ import main

CARD = Path(__file__).parents[3] / "docs" / "model-card.md"


def test_the_card_is_written_from_the_shipped_tables(tmp_path: Path) -> None:
    """Whoever trains a table or changes the card's words writes it anew."""
    tables = [str(path) for path in sorted(TABLES.glob("*.ages"))]

    assert main(["card", "--tables", *tables, "--out", str(tmp_path / "card.md")]) == 0

    written = (tmp_path / "card.md").read_text(encoding="utf-8")
    assert CARD.read_text(encoding="utf-8") == written
