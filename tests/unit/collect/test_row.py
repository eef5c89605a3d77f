"""Rows of sources, clean and dirty."""

import unicodedata
from typing import Any

import pytest

from collect.building import Building, Dropped, Remarks
from collect.profile import SourceRefused, profile, profile_names
from collect.row import RowReader
from leadcloud.buildings import code_list
from leadcloud.buildings.grid import units
from leadcloud.buildings.projection import TM35FIN, gauss_kruger
from tests.plugins.buildings import TODAY, building_id

LON, LAT = 24.94, 60.17


def _ryhti(**cells: Any) -> dict[str, Any]:
    return {
        "geometry": {"type": "Point", "coordinates": list(TM35FIN.forward(LON, LAT))},
        "permanent_building_identifier": building_id(1),
        "municipality_number": "091",
    } | cells


def _nested(depth: int) -> list[Any]:
    """Return a position within so many lists."""
    nested: list[Any] = [LON, LAT]
    for _ in range(depth):
        nested = [nested]
    return nested


def _helsinki(**cells: Any) -> dict[str, Any]:
    return {"vtj_prt": building_id(1), "i_ekoord": 25_496_580, "i_nkoord": 6_673_004} | cells


def _read(source: str, row: dict[str, Any]) -> tuple[Building | Dropped, list[str]]:
    remarks = Remarks()
    return RowReader(profile=profile(source), today=TODAY).building(row, remarks), remarks.codes


def _building(source: str, row: dict[str, Any]) -> Building:
    building, _ = _read(source, row)
    assert isinstance(building, Building), building
    return building


@pytest.mark.parametrize(
    "pair",
    [
        TM35FIN.forward(LON, LAT),
        TM35FIN.forward(LON, LAT)[::-1],
        gauss_kruger(25).forward(LON, LAT),
        gauss_kruger(25).forward(LON, LAT)[::-1],
        gauss_kruger(24).forward(LON, LAT),
        (LON, LAT),
        (LAT, LON),
    ],
    ids=["3067", "3067 swapped", "3879", "3879 swapped", "3878", "degrees", "degrees swapped"],
)
def test_position_is_found_in_any_system_and_axis_order(pair: tuple[float, float]) -> None:
    """Coordinates say themselves which system and order they are in; claims are not needed."""
    row = _ryhti(geometry={"type": "Point", "coordinates": list(pair)})

    building = _building("ryhti", row)

    assert building.lon == pytest.approx(units(LON), abs=2)
    assert building.lat == pytest.approx(units(LAT), abs=2)


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Point", "coordinates": [0, 0]},
        {"type": "Point", "coordinates": [1e300, 5]},
        {"type": "Point", "coordinates": []},
        {"type": "Point", "coordinates": ["24.9", "60.1"]},
        {"type": "Point", "coordinates": [2.35, 48.85]},
        {"type": "Point", "coordinates": [float("nan"), float("nan")]},
        {"type": "Polygon", "coordinates": _nested(3_000)},
    ],
)
def test_a_building_without_a_place_in_finland_is_dropped(geometry: Any) -> None:
    """0/0, Paris, texts, lists without end and nothing are no position."""
    assert _read("ryhti", _ryhti(geometry=geometry))[0] == Dropped(reason="position_unusable")


def test_a_footprint_stands_for_its_middle() -> None:
    """Where a source gives polygons, the building is the middle of the box around them."""
    ring = [[LON - 0.001, LAT], [LON + 0.001, LAT], [LON, LAT + 0.002], [LON - 0.001, LAT]]

    building = _building("ryhti", _ryhti(geometry={"type": "Polygon", "coordinates": [ring]}))

    assert (building.lon, building.lat) == (units(LON), units(LAT + 0.001))


@pytest.mark.parametrize(
    ("source", "written", "year"),
    [
        ("ryhti", "1980-01-01Z", 1980),
        ("ryhti", "1980/01/01", 1980),
        ("helsinki", "1988/12/30 22:00:00+00", 1988),
        ("ryhti", None, None),
        ("ryhti", "", None),
        ("ryhti", "19700101", 1970),
        ("ryhti", "0001-01-01Z", None),
        ("ryhti", "2099-01-01Z", None),
        ("ryhti", "yesterday", None),
        ("helsinki", "1988-12-30T22:00:00Z", 1988),
        ("helsinki", "1988-12-31T22:00:00Z", 1989),
        ("helsinki", "2015-01-04T22:00:00Z", 2015),
        ("hsy", 1972, 1972),
        ("hsy", "1972.0", 1972),
        ("hsy", 999999999, None),
    ],
)
def test_the_year_of_completion_is_the_local_one(
    source: str, written: Any, year: int | None
) -> None:
    """Dates, years and instants give the year on Helsinki's calendar; impossible ones none."""
    column = profile(source).fields["completed"][0]
    row = {
        "ryhti": _ryhti(),
        "helsinki": _helsinki(),
        "hsy": {"vtj_prt": building_id(1), "geometry": _ryhti()["geometry"]},
    }[source]

    assert _building(source, row | {column: written}).completed_year == year


@pytest.mark.parametrize(
    ("written", "remarks"),
    [("", []), (None, []), (999999999, []), ("999999999.0", []), ("1980", []),
     ("summer", ["completed_unreadable"]),
     ("1.1.1980", ["completed_unreadable"]), ("0900", ["completed_out_of_range"])],
)  # fmt: skip
def test_a_year_that_is_lost_is_told(written: Any, remarks: list[str]) -> None:
    """A file that writes its dates in another way is not taken for one without dates."""
    assert _read("ryhti", _ryhti(completion_date=written))[1] == remarks


@pytest.mark.parametrize(
    ("written", "number"),
    [(2, 2), ("2", 2), ("2.0", 2), ("2,4", 2), (0, None), (999999999, None), (-1, None),
     ("x", None), (True, None), (None, None), (float("inf"), None), (4_000, None)],
    ids=repr,
)  # fmt: skip
def test_numbers_that_tell_nothing_are_unknown(written: Any, number: int | None) -> None:
    """Zero, withheld (999999999) and impossible numbers are unknown, not numbers."""
    assert _building("ryhti", _ryhti(number_of_storeys=written)).storeys == number


@pytest.mark.parametrize(
    ("written", "code"),
    [("00100", "00100"), (100.0, "00100"), ("100", "00100"), ("100.0", "00100"), ("00000", None),
     ("ABCDE", None), ("0010000", None), (None, None)],
    ids=repr,
)  # fmt: skip
def test_postal_codes_get_their_zeros_back(written: Any, code: str | None) -> None:
    """A spreadsheet that made a number of a code is forgiven."""
    assert _building("helsinki", _helsinki(postinumero=written)).postal_code == code


@pytest.mark.parametrize(
    ("written", "word"),
    [("http://uri.suomi.fi/codelist/rytj/lammitystapa/code/03", "electric"), ("03", "electric"),
     ("3", "electric"), (3, "electric"), ("99", "other"), ("42", None), (None, None)],
    ids=repr,
)  # fmt: skip
def test_codes_are_read_bare_or_as_uris(written: Any, word: str | None) -> None:
    """A code counts with or without its code list and its leading zero; unknown ones are noted."""
    building, remarks = _read("ryhti", _ryhti(heating_method=written))

    assert isinstance(building, Building)
    assert building.heating == word
    assert ("heating_code_unknown" in remarks) == (written == "42")


@pytest.mark.parametrize(
    ("cells", "use"),
    [({"c_kayttark": "011"}, "small_house"), ({"c_kayttark": 11}, "small_house"),
     ({"c_kayttark": "039"}, "block_of_flats"), ({"c_kayttark": "231"}, "public"),
     ({"c_kayttark": "931"}, "sauna"), ({"c_kayttark": "999"}, None),
     ({"c_rakennusluokka": "0620"}, "public"), ({"c_rakennusluokka": "0121"}, "block_of_flats"),
     ({}, None)],
    ids=repr,
)  # fmt: skip
def test_old_and_new_classifications_lead_to_the_same_uses(
    cells: dict[str, Any], use: str | None
) -> None:
    """Helsinki's codes of 1994 and 2018 become the uses of the national register."""
    assert _building("helsinki", _helsinki(**cells)).use == use


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"permanent_building_identifier": None}, "no_id"),
        ({"permanent_building_identifier": "12"}, "id_malformed"),
        ({"demolition_date": "2020-01-01Z"}, "demolished"),
        ({"usage_status": "http://uri.suomi.fi/x/code/07"}, "demolished"),
    ],
)
def test_what_is_no_standing_building_is_dropped(cells: dict[str, Any], reason: str) -> None:
    """A row without an identifier, or of a building that is gone, is dropped with the reason."""
    gone = building_id(1) if reason == "demolished" else None
    assert _read("ryhti", _ryhti(**cells))[0] == Dropped(reason=reason, gone=gone)


def test_a_row_of_another_municipality_is_dropped() -> None:
    """Where one municipality is wanted, a server or a file that gives more adds nothing."""
    reader = RowReader(profile=profile("ryhti"), today=TODAY, municipality="092")

    read = reader.building(_ryhti(municipality_number="91"), Remarks())

    assert read == Dropped(reason="other_municipality")
    assert isinstance(reader.building(_ryhti(municipality_number="92"), Remarks()), Building)


@pytest.mark.parametrize(
    ("joined", "street", "street_sv", "number"),
    [
        ("Levijoentie 426h", "Levijoentie", None, "426h"),
        ("Skaguddsvägen 53,Skaguddsvägen 53", "Skaguddsvägen", "Skaguddsvägen", "53"),
        ("Variksenmarjakuja 9,Kråkbärsgränd 9", "Variksenmarjakuja", "Kråkbärsgränd", "9"),
        ("Kalkgrundsvägen ,Kalkgrundsvägen ", "Kalkgrundsvägen", "Kalkgrundsvägen", None),
        ("Södra Slottsvägen 50, Södra Slottsvägen 50", "Södra Slottsvägen", "Södra Slottsvägen", "50"),
        ("53", None, None, None),
    ],
)  # fmt: skip
def test_an_address_in_one_cell_is_taken_apart(
    joined: str, street: str | None, street_sv: str | None, number: str | None
) -> None:
    """Real rows of Ryhti write street and number in one cell, and both languages after a comma."""
    building = _building("ryhti", _ryhti(addr=joined))

    assert (building.street, building.street_sv) == (street, street_sv)
    assert (building.house_number.label if building.house_number else None) == number


def test_a_wrong_check_character_is_a_flag_on_a_source_row() -> None:
    """The source is believed that the building exists; that its id is odd is told."""
    wrong = building_id(1)[:9] + ("A" if building_id(1)[9] != "A" else "B")

    building, remarks = _read("ryhti", _ryhti(permanent_building_identifier=wrong))

    assert isinstance(building, Building)
    assert not building.id_valid
    assert remarks == ["id_check_character_wrong"]


@pytest.mark.parametrize(
    "name", ["=HYPERLINK(1)", "+358", "@x", "\t", "123", "a\u0000b", "x" * 200]
)
def test_what_no_street_is_called_is_no_street(name: str) -> None:
    """No formula, number or control character reaches an answer as a name."""
    assert _building("helsinki", _helsinki(katunimi_suomi=name)).street is None


def test_letters_are_kept_as_callers_type_them() -> None:
    """A source that writes ä as a and its dots gives the name that filters and look-ups ask for."""
    apart = unicodedata.normalize("NFD", "Mäntytie")

    assert _building("helsinki", _helsinki(katunimi_suomi=apart)).street == "Mäntytie"


@pytest.mark.parametrize("name", ["ryhti", "hsy", "helsinki", "synthetic"])
def test_profiles_speak_the_words_of_the_api(name: str) -> None:
    """Every code leads to a word that the API documents, or to nothing."""
    known = {
        "use": code_list.USES, "heating": code_list.HEATINGS,
        "energy_source": code_list.ENERGY_SOURCES, "facade": code_list.FACADES,
        "frame": code_list.FRAMES, "usage_status": code_list.USAGE_STATUSES,
    }  # fmt: skip
    source = profile(name)

    for field, words in source.codes.items():
        assert set(words.values()) <= {*known[field], ""}
    assert {*source.use_by_1994.values(), *source.use_by_2018.values()} <= {*code_list.USES, ""}
    assert source.licence
    assert source.attribution


def test_the_source_that_forbids_direct_marketing_is_refused() -> None:
    """The national land survey's query service is known by name, and refused with the reason."""
    assert "mml" in profile_names()
    with pytest.raises(SourceRefused, match="direct marketing"):
        profile("mml")


@pytest.mark.parametrize("name", ["../../etc/passwd", "unknown", ""])
def test_an_unknown_source_is_refused(name: str) -> None:
    """A name that is none of ours opens no file."""
    with pytest.raises(SourceRefused):
        profile(name)
