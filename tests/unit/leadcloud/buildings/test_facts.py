"""What a target group may know of a building: nothing that leads to a door."""

from pathlib import Path
from typing import Any

import pytest

from leadcloud.buildings.area import Circle
from leadcloud.buildings.cohort import UNKNOWN, BuildingFacts
from leadcloud.buildings.facts import Neighbourhoods
from leadcloud.buildings.grid import UNITS
from leadcloud.clock import SystemClock
from leadcloud.errors import Unavailable
from tests.plugins.buildings import release, row

ALIKE = 5


def _neighbourhoods(tmp_path: Path, rows: list[dict[str, Any]]) -> Neighbourhoods:
    return Neighbourhoods(release(tmp_path / "b.sqlite", rows), SystemClock())


def test_facts_that_five_dwellings_share_are_told(tmp_path: Path) -> None:
    """Five small houses of the same decade and heating in a postal code: all may be known."""
    rows = [row(number, heating_method="01") for number in range(1, ALIKE + 1)]

    facts = _neighbourhoods(tmp_path, rows).facts("Koivutie 3 A 2", "01300")

    assert (facts.type, facts.built_decade, facts.heating) == ("small_house", 1980, "central_water")
    assert facts.middle is not None


@pytest.mark.parametrize(
    ("odd", "expected"),
    [
        ({"heating_method": "03"}, ("small_house", 1980, None)),
        ({"completion_date": "1951-01-01Z", "heating_method": "01"}, (None, None, None)),
        ({"main_purpose": "06"}, (None, None, None)),
    ],
)
def test_what_fewer_than_five_share_is_left_out(
    tmp_path: Path, odd: dict[str, Any], expected: Any
) -> None:
    """An odd heating is withheld, and all where decade or use are odd: who is told less stands out."""
    rows = [row(number, heating_method="01") for number in range(1, ALIKE + 1)]

    facts = _neighbourhoods(tmp_path, [*rows, row(9, **odd)]).facts("Koivutie 9", "01300")

    assert (facts.type, facts.built_decade, facts.heating) == expected


def test_rare_decades_that_are_five_together_tell_their_use(tmp_path: Path) -> None:
    """Five houses of whose decades none has five are told alike, and hide in one another."""
    common = [row(number) for number in range(1, 8)]
    rare = [row(10 + n, completion_date=f"19{n}1-01-01Z") for n in range(5)]
    found = _neighbourhoods(tmp_path, [*common, *rare])

    told = {found.facts(f"Koivutie {10 + n}", "01300") for n in range(5)}

    assert {(facts.type, facts.built_decade) for facts in told} == {("small_house", None)}


def test_four_dwellings_are_too_few(tmp_path: Path) -> None:
    """A postal code of four dwellings tells nothing at all."""
    rows = [row(number) for number in range(1, ALIKE)]

    assert _neighbourhoods(tmp_path, rows).facts("Koivutie 1", "01300") == UNKNOWN


def test_a_block_of_flats_counts_its_dwellings(tmp_path: Path) -> None:
    """One building of many dwellings hides each of them."""
    rows = [row(1, main_purpose="06", apartment_count=30)]

    assert (
        _neighbourhoods(tmp_path, rows).facts("Koivutie 1 B 12", "01300").type == "block_of_flats"
    )


def test_place_is_a_square_in_which_five_are_alike(tmp_path: Path) -> None:
    """A contact's place is a square's middle; houses around move it only with their whole cell."""
    together = [row(number, at=(25.001 + number * 1e-5, 60.3)) for number in range(1, 6)]
    alone = row(9, at=(25.3, 60.3))
    found = _neighbourhoods(tmp_path, [*together, alone])

    near, far = found.facts("Koivutie 2", "01300"), found.facts("Koivutie 9", "01300")

    assert near.middle is not None
    lon, lat = near.middle[0] / UNITS, near.middle[1] / UNITS
    assert near.lies_in(Circle(lon=lon, lat=lat, metres=1))
    assert not near.lies_in(Circle(lon=25.00102, lat=60.3, metres=30))
    # Told without a place, it would be the one contact of its kind that no area holds.
    assert far == UNKNOWN
    assert not far.lies_in(Circle(lon=25.3, lat=60.3, metres=50_000))


def test_everybody_of_a_square_has_the_same_middle(tmp_path: Path) -> None:
    """Areas that differ by one house hold the same contacts: positions are never compared."""
    rows = [row(number, at=(25.001 + number * 1e-5, 60.3)) for number in range(1, 9)]
    found = _neighbourhoods(tmp_path, rows)

    assert len({found.facts(f"Koivutie {n}", "01300").middle for n in range(1, 9)}) == 1


@pytest.mark.parametrize(
    ("street", "postal_code"),
    [(None, "01300"), ("Koivutie 1", None), ("", ""), ("Koivutie", "01300"), ("Koivutie 99", "01300"),
     ("Koivutie 1", "01301"), ("Tuntematon 1", "01300"), ("'; DROP TABLE place", "01300")],
)  # fmt: skip
def test_an_unclear_address_tells_nothing(
    tmp_path: Path, street: str | None, postal_code: str | None
) -> None:
    """No street, no number, no such house: unknown, and no error."""
    rows = [row(number) for number in range(1, 7)]

    assert _neighbourhoods(tmp_path, rows).facts(street, postal_code) == UNKNOWN


@pytest.mark.parametrize(("decade", "expected"), [("1982", "small_house"), ("1951", None)])
def test_buildings_of_an_address_must_be_told_alike(
    tmp_path: Path, decade: str, expected: str | None
) -> None:
    """Two houses of one address tell what is told of both, or nothing; sheds are ignored."""
    rows = [
        *[row(number) for number in range(10, 16)],
        row(1, number_part_of_address_number="1"),
        row(2, number_part_of_address_number="1", completion_date=f"{decade}-01-01Z"),
        row(3, number_part_of_address_number="1", main_purpose="03"),
    ]

    facts = _neighbourhoods(tmp_path, rows).facts("Koivutie 1", "01300")

    assert isinstance(facts, BuildingFacts)
    assert facts.type == expected


def test_a_release_that_takes_too_long_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever searches has not asked for too much: it is we who are slow, and he may ask again."""
    monkeypatch.setattr("leadcloud.buildings.facts._SECONDS", 0)
    monkeypatch.setattr("leadcloud.buildings.connections._OPCODES_BETWEEN_LOOKS", 1)
    rows = [row(number) for number in range(1, 200)]

    found = _neighbourhoods(tmp_path, rows)

    with pytest.raises(Unavailable):
        found.facts("Koivutie 3", "01300")
    with pytest.raises(Unavailable):
        found.positions("Koivutie 3", "01300")
