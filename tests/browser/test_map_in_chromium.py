"""The map of buildings in a real browser: what it draws, tells and keeps."""

from typing import Any

import pytest

from tests.browser.conftest import InChromium
from tests.plugins.running_service import RunningService

SEVENTIES = "1970\N{EN DASH}1979"
pytestmark = [pytest.mark.loopback, pytest.mark.slow]


@pytest.fixture(scope="module")
def findings(in_chromium: InChromium, running_service: RunningService) -> Any:
    """What Chromium found on the map."""
    demo = running_service.demo
    return in_chromium("map.mjs", demo["base_url"], demo["keys"]["customer"])


def _buildings(status: str) -> int:
    return int(status.partition(" ")[0].replace(",", ""))


def test_the_map_has_no_accessibility_faults(findings: Any) -> None:
    """Axe finds nothing under WCAG 2.2 AA: empty, filled, filtered, with facts, on a phone."""
    assert findings["violations"].keys() == {"empty", "all", "flats", "facts", "address", "narrow"}
    assert not any(findings["violations"].values())


def test_every_building_of_the_view_is_drawn_in_the_colour_of_its_decade(findings: Any) -> None:
    """More than one page of buildings, and every colour of the legend is on the canvas."""
    assert _buildings(findings["status"]["all"]) > 5_000
    assert any("cursor=" in query for query in findings["asked"])
    assert min(findings["colours"]["all"].values()) > 100


def test_filters_leave_only_what_they_say(findings: Any) -> None:
    """Of the seventies' buildings one colour is left, and of those in blocks of flats fewer dots."""
    everything, seventies, flats = (
        findings["colours"][each] for each in ("all", "seventies", "flats")
    )
    counts = [_buildings(findings["status"][each]) for each in ("all", "seventies", "flats")]
    assert counts[0] > counts[1] > counts[2] > 0
    assert {name for name, pixels in seventies.items() if pixels} == {SEVENTIES}
    assert everything[SEVENTIES] > 0
    assert 0 < flats[SEVENTIES] < seventies[SEVENTIES]


def test_a_click_shows_the_facts_of_that_building(findings: Any) -> None:
    """The popup names the building under the pointer, and what is known of it."""
    facts = findings["clicked"]["facts"]
    assert f"Identifier\t{findings['clicked']['id']}" in facts
    assert "Use\tblock of flats" in facts
    assert "Completed\t197" in facts


def test_facts_stay_where_the_map_moves_for_them(findings: Any) -> None:
    """Above a dot at the upper edge there is no room for them at first."""
    assert f"Identifier\t{findings['high']['id']}" in findings["high"]["facts"]


def test_an_address_leads_to_a_building_without_a_pointer(findings: Any) -> None:
    """With a typo forgiven, the keyboard alone leads to a house and its facts."""
    assert findings["completions"][0].startswith("Koivutie, ")
    assert findings["address"].startswith("Koivutie 5, ")
    assert findings["zoom"] == 17


def test_a_wrong_key_is_told(findings: Any) -> None:
    """The page says what the API says, and draws nothing."""
    assert findings["status"]["refused"] == "A valid X-API-Key is needed"


def test_an_unusable_address_is_told_in_one_sentence(findings: Any) -> None:
    """What is wrong with it, without the heading of the problem document run into it."""
    assert findings["status"]["unusable"].startswith("Give a street")


def test_the_key_is_nowhere_but_in_memory(findings: Any) -> None:
    """Not in storage, cookie or address; gone after a reload."""
    assert (findings["kept"]["storage"], findings["kept"]["cookies"]) == (0, "")
    assert findings["kept"]["address"].endswith("/buildings")
    assert findings["afterwards"] == ""


def test_whom_the_facts_are_from_is_shown_as_written(findings: Any) -> None:
    """A source's name is a text, whatever marks it has."""
    assert findings["credit"]["text"].endswith('<img src="x"> & "who"')
    assert findings["credit"]["images"] == 0


def test_the_map_works_offline(findings: Any) -> None:
    """Nothing is asked of another origin, and no script fails."""
    assert findings["elsewhere"] == []
    assert findings["errors"] == []


def test_the_map_fits_a_narrow_screen(findings: Any) -> None:
    """At 320 pixels the page does not scroll sideways, and nothing covers what is told or pressed."""
    assert findings["sideways"] is False
    assert findings["narrow"] == []
