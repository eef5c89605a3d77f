"""The building database never holds an owner, whatever a source publishes."""

from pathlib import Path

from collect.collection import Feed
from collect.file_source import row_of_feature
from collect.profile import allowed, profile
from tests.plugins.buildings import collect, row

CANARY = "Synteettinen-Omistaja"
OWNER_COLUMNS = ("omistaja", "owner_name", "hallinta", "asukas", "email", "puhelin", "addr_owner")


def test_a_source_with_owners_loses_them(tmp_path: Path) -> None:
    """Columns that the profile does not name reach neither the release nor anything beside it."""
    source = profile("synthetic")
    cells = row(1) | dict.fromkeys(OWNER_COLUMNS, CANARY)
    feature = {"geometry": cells.pop("geometry"), "properties": cells}

    rows = [row_of_feature(feature, allowed(source))]
    collect(tmp_path / "b.sqlite", Feed(profile=source, origin=rows))

    files = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert len(files) == 3
    assert [each.name for each in files if CANARY.encode() in each.read_bytes()] == []


def test_no_profile_names_an_owner() -> None:
    """No allowed column of any source is about a person."""
    words = ("omist", "owner", "halti", "asukas", "henkilo", "person", "hetu", "email", "puh")

    for name in ("ryhti", "hsy", "helsinki", "synthetic"):
        columns = allowed(profile(name))
        assert [each for each in columns if any(word in each.lower() for word in words)] == []
