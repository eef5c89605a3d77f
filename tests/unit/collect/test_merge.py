"""Several sources of the same buildings become one release."""

import json
from pathlib import Path
from typing import Any

import pytest

from collect.collection import Feed
from collect.profile import profile
from leadcloud.buildings.address import read_address
from leadcloud.buildings.address_book import buildings_at
from leadcloud.buildings.store import BuildingStore
from tests.plugins.buildings import building_id, collect

LON, LAT = 24.94, 60.17


def _ryhti(number: int, **cells: Any) -> dict[str, Any]:
    return {
        "geometry": {"type": "Point", "coordinates": [LON + number / 1000, LAT]},
        "permanent_building_identifier": building_id(number),
        "building_key": f"k{number}",
        "municipality_number": "091",
        "modified_timestamp_utc": "2025-03-05T08:00:00.000Z",
    } | cells


def _helsinki(number: int, **cells: Any) -> dict[str, Any]:
    return {
        "geometry": {"type": "Point", "coordinates": [LON + number / 1000, LAT + 0.0001]},
        "vtj_prt": building_id(number),
        "muokkauspvm": "2026-01-01T22:00:00Z",
        "katunimi_suomi": "Koivutie",
        "osoitenumero": "5",
        "postinumero": "00100",
    } | cells


def _merge(target: Path, **rows: list[dict[str, Any]]) -> tuple[BuildingStore, dict[str, Any]]:
    feeds = [Feed(profile=profile(name), origin=its) for name, its in rows.items()]
    collect(target, *feeds)
    report: dict[str, Any] = json.loads(
        target.with_name(f"{target.name}.report.json").read_text(encoding="utf-8")
    )
    return BuildingStore(target), report


def _properties(store: BuildingStore, number: int) -> dict[str, Any]:
    feature = store.feature(building_id(number))
    assert feature is not None
    properties: dict[str, Any] = json.loads(feature)["properties"]
    return properties


def test_a_building_of_two_sources_is_one(tmp_path: Path) -> None:
    """The source named first is believed; the other adds what it does not know, and is named."""
    store, report = _merge(
        tmp_path / "b.sqlite",
        ryhti=[
            _ryhti(1, completion_date="1970-01-01Z", number_of_storeys=3, main_purpose="06"),
            _ryhti(2),
        ],
        helsinki=[
            _helsinki(1, c_valmpvm="1971-12-30T22:00:00Z", i_kerrlkm=4, c_lammtapa=1),
            _helsinki(3, c_kayttark=39),
        ],
    )

    both = _properties(store, 1)
    assert (both["completed_year"], both["storeys"], both["use"]) == (1970, 3, "block_of_flats")
    assert both["heating"] == "central_water"
    assert (both["source"], both["also_from"]) == ("ryhti", "helsinki")
    assert (both["street"], both["house_number"], both["postal_code"]) == ("Koivutie", "5", "00100")
    assert json.loads(store.feature(building_id(1)) or "")["geometry"]["coordinates"][1] == LAT
    assert (_properties(store, 2)["source"], _properties(store, 2)["also_from"]) == ("ryhti", None)
    assert _properties(store, 3)["source"] == "helsinki"
    assert [(each.id, each.rows, each.added_to) for each in store.release.sources] == [
        ("ryhti", 2, 0),
        ("helsinki", 1, 1),
    ]
    assert {name: report[name] for name in ("read", "released", "merged", "duplicates")} == {
        "read": 4,
        "released": 3,
        "merged": 1,
        "duplicates": 0,
    }


def test_the_order_of_sources_decides(tmp_path: Path) -> None:
    """Whoever is named first is believed, whichever row is newer."""
    old = _ryhti(1, completion_date="1970-01-01Z")
    new = _helsinki(1, c_valmpvm="1990-12-30T22:00:00Z")

    ryhti_first, _ = _merge(tmp_path / "1.sqlite", ryhti=[old], helsinki=[new])
    helsinki_first, _ = _merge(tmp_path / "2.sqlite", helsinki=[new], ryhti=[old])

    assert _properties(ryhti_first, 1)["completed_year"] == 1970
    assert _properties(helsinki_first, 1)["completed_year"] == 1990
    assert _properties(helsinki_first, 1)["also_from"] is None


def test_of_each_source_the_newest_row_is_merged(tmp_path: Path) -> None:
    """Duplicates are resolved in each source before the sources are put together."""
    store, report = _merge(
        tmp_path / "b.sqlite",
        ryhti=[
            _ryhti(1, number_of_storeys=2),
            _ryhti(1, number_of_storeys=3, modified_timestamp_utc="2025-03-19T08:00:00.000Z"),
        ],
        helsinki=[
            _helsinki(1, c_lammtapa=1),
            _helsinki(1, c_lammtapa=3, muokkauspvm="2026-02-01T22:00:00Z"),
        ],
    )

    assert _properties(store, 1)["storeys"] == 3
    assert _properties(store, 1)["heating"] == "electric"
    assert (report["released"], report["merged"], report["duplicates"]) == (1, 1, 2)


def test_an_address_is_taken_whole(tmp_path: Path) -> None:
    """A street without a number gives way to a whole address, which is not mixed with it."""
    store, _ = _merge(
        tmp_path / "b.sqlite",
        ryhti=[_ryhti(1, addr="Mäntykuja "), _ryhti(2, addr="Mäntykuja 7")],
        helsinki=[_helsinki(1, katunimi_ruotsi="Björkvägen"), _helsinki(2, postinumero=None)],
    )

    first, second = _properties(store, 1), _properties(store, 2)
    assert (first["street"], first["house_number"], first["postal_code"]) == (
        "Koivutie",
        "5",
        "00100",
    )
    assert (second["street"], second["house_number"], second["also_from"]) == (
        "Mäntykuja",
        "7",
        None,
    )


def test_a_building_is_found_by_every_sources_address(tmp_path: Path) -> None:
    """The address that is not shown leads to the building, too."""
    store, _ = _merge(
        tmp_path / "b.sqlite",
        ryhti=[_ryhti(1, addr="Mäntykuja 7")],
        helsinki=[_helsinki(1, postinumero=None), _helsinki(2, osoitenumero="6")],
    )

    for written in ("Mäntykuja 7", "Koivutie 5"):
        (found,) = buildings_at(store, read_address(written))
        assert store.query("SELECT id FROM building WHERE rid = ?", (found,))[0][0] == building_id(
            1
        )


@pytest.mark.parametrize("first", ["ryhti", "helsinki"])
def test_a_building_that_any_source_knows_to_be_gone_is_gone(tmp_path: Path, first: str) -> None:
    """Demolished is demolished, whatever an older row or another source says; the rows are counted."""
    rows = {
        "ryhti": [_ryhti(1), _ryhti(1, demolition_date="2020-01-01Z"), _ryhti(2)],
        "helsinki": [_helsinki(1), _helsinki(3)],
    }
    order = sorted(rows, key=lambda name: name != first)

    store, report = _merge(tmp_path / "b.sqlite", **{name: rows[name] for name in order})

    assert store.feature(building_id(1)) is None
    assert store.release.count == 2
    assert report["dropped"] == {"demolished": 1, "demolished_by_another_row": 2}
    assert report["read"] == report["released"] + sum(report["dropped"].values())


def test_each_sources_rows_add_up(tmp_path: Path) -> None:
    """Read is released, merged, duplicate and dropped together, for each source by itself."""
    store, report = _merge(
        tmp_path / "b.sqlite",
        helsinki=[_helsinki(1), _helsinki(1), _helsinki(2), _helsinki(3, vtj_prt=None)],
        ryhti=[_ryhti(2), _ryhti(2), _ryhti(4), _ryhti(5, geometry=None), _ryhti(6, completion_date="3000")],
    )  # fmt: skip

    for each in report["sources"]:
        kept = each["released"] + each["merged"] + each["duplicates"]
        assert each["read"] == kept + sum(each["dropped"].values())
    assert sum(each["released"] for each in report["sources"]) == store.release.count == 4
    assert store.release.attribution.count(";") == 1
