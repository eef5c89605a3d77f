"""Whom an answer names for its facts, and under which licences."""

import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from functions.buildings.attribution import attribution_of
from functions.buildings.link import link
from leadcloud.buildings.store import BuildingStore
from tests.plugins.buildings import release, row

OWN = [link("https://api.example/a?bbox=1,2,3,4", "self", "text/html", title="This page")]


@pytest.fixture
def store(tmp_path: Path) -> BuildingStore:
    """Return a release of three sources under two licences."""
    store = release(tmp_path / "b.sqlite", [row(1)])
    (source,) = store.release.sources
    store.release = replace(
        store.release,
        sources=(
            replace(source, attribution="City of Åbo"),
            replace(source, attribution='The "Register"', licence="Ö 4.0", licence_url="https://l"),
            replace(source, attribution="City of Esbo"),
        ),
    )
    return store


def test_each_licence_is_linked_once_and_names_its_owners(store: BuildingStore) -> None:
    """After the answer's own links, in the body as in the header."""
    attribution = attribution_of(store)
    members = json.loads(f"{{{attribution.members(OWN)}}}")
    header = attribution.link_header(OWN)

    assert members["attribution"] == 'City of Åbo; The "Register"; City of Esbo'
    assert [each["rel"] for each in members["links"]] == ["self", "license", "license"]
    assert [(each["href"], each["title"]) for each in members["links"][1:]] == [
        (store.release.sources[0].licence_url, "CC0 1.0: City of Åbo; City of Esbo"),
        ("https://l", 'Ö 4.0: The "Register"'),
    ]
    assert header.isascii()
    assert header.endswith(attribution.header)
    for each, written in zip(members["links"], header.split(", <"), strict=True):
        assert unquote(written).removeprefix("<") == (
            f'{each["href"]}>; rel="{each["rel"]}"; type="text/html"'
            f"; title*=UTF-8''{each['title']}"
        )


def test_a_new_release_is_not_said_to_be_of_the_old_ones_sources(
    store: BuildingStore, tmp_path: Path
) -> None:
    """What is remembered is of the release that is answered from, also while both are."""
    new = release(tmp_path / "new.sqlite", [row(1)])

    told = [json.loads(attribution_of(each).text) for each in (store, new, store)]

    assert told == [each.release.attribution for each in (store, new, store)]
    assert told[0] != told[1]
