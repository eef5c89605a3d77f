"""Reading a release."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from leadcloud.buildings.area import Box, Circle, Condition
from leadcloud.buildings.connections import OutOfTime
from leadcloud.buildings.store import EVERYTHING, BuildingStore, Selection, Slice
from leadcloud.clock import Deadline, SystemClock
from tests.plugins.buildings import SYNTHETIC, building_id, release, row, soon


def test_a_building_is_found_by_its_identifier(tmp_path: Path) -> None:
    """The feature says what the source said, in the API's words, and what is unknown is null."""
    store = release(tmp_path / "b.sqlite", [row(1, at=(25.0, 60.3), heating_method="01")])

    feature = json.loads(store.feature(building_id(1)) or "")

    assert feature["geometry"] == {"type": "Point", "coordinates": [25.0, 60.3]}
    assert feature["properties"]["use"] == "small_house"
    assert feature["properties"]["completed_year"] == 1985
    assert feature["properties"]["heating"] == "central_water"
    assert feature["properties"]["storeys"] is None
    assert feature["properties"]["source"] == "synthetic"
    assert store.feature(building_id(2)) is None


def test_names_with_quotes_stay_json(tmp_path: Path) -> None:
    """What SQLite writes is JSON whatever a street is called."""
    name = 'Erik "XIV" \\ kuningas'
    store = release(tmp_path / "b.sqlite", [row(1, address_name_fin=name)])

    assert json.loads(store.feature(building_id(1)) or "")["properties"]["street"] == name


def test_pages_follow_each_other_without_gap_or_repeat(synthetic_store: BuildingStore) -> None:
    """Reading on after the last row id of each page gives every building once."""
    seen: list[str] = []
    after = 0
    while (
        page := synthetic_store.features(EVERYTHING, Slice(limit=700, after=after), deadline=soon())
    ).number:
        seen += [feature["id"] for feature in json.loads(f"[{page.lines}]")]
        after = page.until

    assert seen == [row[0] for row in synthetic_store.query("SELECT id FROM building ORDER BY rid")]


def test_one_beyond_the_page_is_left_out(synthetic_store: BuildingStore) -> None:
    """It is read to see whether a page follows, and begins that page."""
    read = synthetic_store.features(EVERYTHING, Slice(limit=11), deadline=soon())
    page = read.first(10)
    rest = synthetic_store.features(EVERYTHING, Slice(limit=1, after=page.until), deadline=soon())

    assert (read.number, page.number) == (11, 10)
    assert f"{page.lines},\n{rest.lines}" == read.lines
    assert read.first(11) is read


def test_a_municipality_is_read_once_though_postal_codes_interleave(
    synthetic_store: BuildingStore,
) -> None:
    """Runs of postal codes lie in one another's gaps; no building is counted twice for it."""
    selection = Selection(
        condition=Condition(sql="municipality = ?", values=("092",)), municipality="092"
    )

    assert synthetic_store.count(selection, soon()) == SYNTHETIC


def test_the_nearest_come_first(synthetic_store: BuildingStore) -> None:
    """Nearest k are the k nearest, in order, and no others."""
    circle = Circle(lon=25.04, lat=60.29, metres=3_000)
    everyone = synthetic_store.query("SELECT id, lon, lat FROM building")
    by_distance = sorted(
        everyone,
        key=lambda each: Circle(lon=25.04, lat=60.29, metres=1).distance_to(each[1], each[2]),
    )

    found = synthetic_store.nearest(circle, Condition(), limit=25, deadline=soon())

    assert [each["id"] for each in json.loads(f"[{found.lines}]")] == [
        each[0] for each in by_distance[:25]
    ]


@pytest.mark.parametrize(
    "ask",
    [
        lambda store, slow, over: store.features(
            Selection(condition=slow), Slice(limit=1), deadline=over
        ),
        lambda store, slow, over: store.records(Selection(condition=slow), Slice(limit=1), over),
        lambda store, slow, over: store.count(Selection(condition=slow), over),
        lambda store, slow, over: store.select("rid", Selection(condition=slow), deadline=over),
        lambda store, slow, over: store.nearest(
            Circle(lon=25.04, lat=60.29, metres=50_000), slow, limit=1, deadline=over
        ),
    ],
    ids=["features", "records", "count", "select", "nearest"],
)
def test_a_question_ends_at_its_deadline(
    synthetic_store: BuildingStore, ask: Callable[[BuildingStore, Condition, Deadline], object]
) -> None:
    """A scan that finds nothing stops when the time is over, and says so, whatever was asked."""
    slow = Condition(sql="is_wanted(lon)", functions={"is_wanted": lambda _lon: 0})

    with pytest.raises(OutOfTime):
        ask(synthetic_store, slow, Deadline.after(0, SystemClock()))


def _even(name: str) -> Condition:
    return Condition(sql=f"{name}(rid)", functions={name: lambda rid: rid % 2 == 0})


def test_a_question_brings_its_functions_along(synthetic_store: BuildingStore) -> None:
    """Those of its condition and that of the answer's system; none need have been there before."""
    circle = Circle(lon=25.04, lat=60.29, metres=50_000)
    rows = {row[0]: row[1] for row in synthetic_store.query("SELECT id, rid FROM building")}

    page = synthetic_store.features(
        Selection(condition=_even("is_even")),
        Slice(limit=10),
        deadline=soon(),
        coordinates=lambda _lon, _lat: "1,2",
    )
    near = synthetic_store.nearest(
        circle,
        _even("is_even_nearby"),
        limit=10,
        deadline=soon(),
        coordinates=lambda _lon, _lat: "3,4",
    )

    for found, at in ((page, [1, 2]), (near, [3, 4])):
        features = json.loads(f"[{found.lines}]")
        assert len(features) == 10
        assert {rows[each["id"]] % 2 for each in features} == {0}
        assert all(each["geometry"]["coordinates"] == at for each in features)


def test_cells_wholly_inside_are_counted_without_being_read(
    synthetic_store: BuildingStore,
) -> None:
    """Nearly all of a large box is known from the directory alone."""
    runs = synthetic_store.runs(Selection(area=Box(west=24.9, south=60.2, east=25.18, north=60.38)))

    read = sum(run.end - run.first for run in runs if not run.whole)
    known = sum(run.end - run.first for run in runs if run.whole)
    assert known > 20 * read
