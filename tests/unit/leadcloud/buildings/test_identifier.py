"""The permanent building identifier."""

import json

import pytest

from leadcloud.buildings.identifier import is_valid
from tests.shared_data import shared


def _real_ids() -> set[str]:
    ryhti = json.loads(
        shared("data/real/buildings/ryhti_open_building_789_epsg3067.geojson").read_text()
    )
    helsinki = json.loads(
        shared("data/real/buildings/helsinki_rekisteritiedot_rows.json").read_text()
    )
    ids = {row["properties"]["permanent_building_identifier"] for row in ryhti["features"]}
    return ids | {row["properties"]["vtj_prt"] for row in helsinki["features"]}


def test_every_real_identifier_is_valid() -> None:
    """The check character's rule holds for all 869 identifiers of real open data."""
    ids = _real_ids()

    assert len(ids) == 869
    assert [each for each in ids if not is_valid(each)] == []


@pytest.mark.parametrize(
    "wrong",
    [
        "1030368060",  # another check character
        "103036807X",  # another digit
        "203036806X",  # does not begin with 1
        "10303680X",
        "103036806XX",
        "103036806x",
        "",
        "\N{ARABIC-INDIC DIGIT ONE}03036806X",  # digits, but not ours
    ],
)
def test_what_is_no_identifier_is_not_valid(wrong: str) -> None:
    """One wrong character, length or alphabet and it is no identifier."""
    assert is_valid("103036806X")
    assert not is_valid(wrong)
