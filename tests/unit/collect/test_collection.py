"""From a source to a release: polite, resumable, adding up."""

import json
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from collect.__main__ import main
from collect.collection import Collection, Feed, NothingToRelease, feed_of
from collect.file_source import rows_of_file
from collect.profile import allowed, profile
from collect.report import DoesNotAddUp
from collect.wfs import SourceFailed, Wfs
from leadcloud.buildings.store import BuildingStore
from tests.plugins.buildings import TODAY, building_id, release, row
from tests.plugins.buildings import collect as collect_feeds
from tests.shared_data import shared
from tests.wfs_server import HITS, Server


@pytest.fixture
def waits() -> list[float]:
    """Seconds that the client waited, in order."""
    return []


@pytest.fixture
def collect(tmp_path: Path, waits: list[float]) -> Callable[[Server], Any]:
    """Collect Vantaa from a server."""

    def run(server: Server) -> Any:
        client = httpx.Client(transport=httpx.MockTransport(server))
        collection = Collection(
            target=tmp_path / "b.sqlite", today=TODAY, municipality="092", quiet=True
        )
        wfs = Wfs(profile("ryhti"), client, sleep=waits.append)
        return collection.release([Feed(profile=profile("ryhti"), origin=wfs)])

    return run


def test_all_pages_are_asked_for_with_filter_order_and_name(
    collect: Callable[[Server], Any],
) -> None:
    """Each page carries the municipality's filter, a stable order and who we are."""
    server = Server(12_345)

    made, report = collect(server)

    assert made.count == report.totals["released"] == report.sources[0].promised == 12_345
    pages = [each for each in server.asked if "startIndex" in each]
    assert sorted(int(each["startIndex"]) for each in pages) == [0, 5_000, 10_000]
    for each in pages:
        assert each["CQL_FILTER"] == "municipality_number='092'"
        assert each["sortBy"] == "building_key"
        assert each["sykeuserid"] == "leadcloud"


def test_a_server_that_asks_for_patience_gets_it(
    collect: Callable[[Server], Any], waits: list[float]
) -> None:
    """429, 503 and a dropped connection are waited out, longer each time, as long as was asked."""
    server = Server(10)
    server.faults = [
        httpx.Response(429, headers={"Retry-After": "7"}),
        httpx.Response(503),
        httpx.ConnectError("dropped"),
    ]

    made, _ = collect(server)

    assert made.count == 10
    assert waits == [7.0, 30.0, 45.0]


def test_a_server_that_never_answers_is_given_up(collect: Callable[[Server], Any]) -> None:
    """After six tries the collection stops and says so; what is staged stays."""
    server = Server(10)
    server.faults = [httpx.Response(503)] * 6

    with pytest.raises(SourceFailed, match="6 tries"):
        collect(server)


def test_a_stopped_collection_goes_on_where_it_was(
    collect: Callable[[Server], Any], tmp_path: Path
) -> None:
    """Pages that were kept are not asked for again, and the result is as if in one go."""
    first = Server(12_000)
    first.refuses_at = 10_000
    with pytest.raises(SourceFailed):
        collect(first)
    second = Server(12_000)

    made, _ = collect(second)

    asked = {each["startIndex"] for each in second.asked if "startIndex" in each}
    assert "0" not in asked
    assert "5000" not in asked
    whole = release(tmp_path / "whole.sqlite", [row(number) for number in range(12_000)])
    assert made.count == whole.release.count == 12_000


@pytest.mark.parametrize("promised", [9, 3_800_000])
def test_a_server_that_ignores_the_filter_is_caught(
    collect: Callable[[Server], Any], promised: int
) -> None:
    """Where rows are not as many as the server itself said, there is no release."""
    server = Server(10)
    server.promises = promised
    if promised > server.count:
        server.promises = 11

    with pytest.raises(DoesNotAddUp):
        collect(server)


def test_an_answer_nested_without_end_is_a_failure(collect: Callable[[Server], Any]) -> None:
    """The collection ends in a sentence, and what is staged stays."""
    server = Server(10)
    server.faults = [
        httpx.Response(200, text=HITS.format(10)),
        httpx.Response(200, text='{"features":' + "[" * 100_000),
    ]

    with pytest.raises(SourceFailed, match="something else"):
        collect(server)


def test_an_exception_report_in_xml_is_a_failure(collect: Callable[[Server], Any]) -> None:
    """A recorded answer of a real server that was asked for JSON and could not."""
    server = Server(10)
    report = shared("data/real/wfs/oskari_exceptionReport.xml").read_text(encoding="utf-8")
    server.faults = [
        httpx.Response(200, text=HITS.format(10)),
        httpx.Response(200, text=report),
    ]

    with pytest.raises(SourceFailed, match="something else"):
        collect(server)


def test_addresses_of_a_layer_of_their_own_are_joined(tmp_path: Path) -> None:
    """The main address is shown; the building is found by each of its addresses."""
    from leadcloud.buildings.address import read_address
    from leadcloud.buildings.address_book import buildings_at

    def serve(request: httpx.Request) -> httpx.Response:
        query = request.url.params
        address = query["typeNames"].endswith("address")
        if "resultType" in query:
            return httpx.Response(200, text=HITS.format(2 if address else 1))
        building = row(1, building_key="k1")
        geometry = building.pop("geometry")
        feature = {"geometry": geometry, "properties": building}
        addresses = [
            {"properties": {"building_key": "k1", "address_number": 2, "address_name_fin": "Mäntykuja",
                            "number_part_of_address_number": "3", "postal_code": "01300"}},
            {"properties": {"building_key": "k1", "address_number": 1, "address_name_fin": "Koivutie",
                            "address_name_swe": "Björkvägen", "number_part_of_address_number": "5",
                            "subdivision_letter_of_address_number": "B", "postal_code": "01300"}},
        ]  # fmt: skip
        return httpx.Response(200, json={"features": addresses if address else [feature]})

    client = httpx.Client(transport=httpx.MockTransport(serve))
    collect_feeds(
        tmp_path / "b.sqlite",
        Feed(profile=profile("ryhti"), origin=Wfs(profile("ryhti"), client)),
    )
    store = BuildingStore(tmp_path / "b.sqlite")

    properties = json.loads(store.feature(building_id(1)) or "")["properties"]
    assert (properties["street"], properties["house_number"]) == ("Koivutie", "5b")
    for written in ("Koivutie 5 B", "Björkvägen 5b", "Mäntykuja 3, 01300"):
        assert buildings_at(store, read_address(written)) == (1,), written
    assert buildings_at(store, read_address("Koivutie 6")) == ()


def test_of_one_building_the_newest_row_counts(tmp_path: Path) -> None:
    """Duplicates are counted, and the row that changed last is released."""
    rows = [
        row(1, modified_timestamp_utc="2025-03-05T08:00:00.000Z", completion_date="1970-01-01Z"),
        row(1, modified_timestamp_utc="2025-03-19T08:00:00.000Z", completion_date="1971-01-01Z"),
        row(1, modified_timestamp_utc="2025-03-01T08:00:00.000Z", completion_date="1972-01-01Z"),
    ]

    store = release(tmp_path / "b.sqlite", rows)

    report = json.loads((tmp_path / "b.sqlite.report.json").read_text())
    assert (report["read"], report["released"], report["duplicates"]) == (3, 1, 2)
    feature = json.loads(store.feature(building_id(1)) or "")
    assert feature["properties"]["completed_year"] == 1971


def test_the_same_rows_make_the_same_release(tmp_path: Path) -> None:
    """The release's id is a checksum of its contents; the order of rows does not matter."""
    rows = [row(number) for number in range(50)]

    first = release(tmp_path / "1.sqlite", rows).release
    second = release(tmp_path / "2.sqlite", rows[::-1]).release
    third = release(tmp_path / "3.sqlite", [*rows[:-1], row(49, completion_date=None)]).release

    assert first.id == second.id != third.id


def test_a_manifest_names_source_licence_and_checksum(tmp_path: Path) -> None:
    """Beside the file stands what it is, and the checksum of its bytes."""
    import hashlib

    release(tmp_path / "b.sqlite", [row(1)])

    manifest = json.loads((tmp_path / "b.sqlite.manifest.json").read_text())
    assert manifest["sha256"] == hashlib.sha256((tmp_path / "b.sqlite").read_bytes()).hexdigest()
    assert manifest["sources"][0]["licence"] == "CC0 1.0"
    assert manifest["synthetic"] is True


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--source", "file"], "Name the files"),
        (["--source", "file", "none.json"], "Name the profile"),
        (["--source", "file", "ryhti=none.json"], "No such file"),
        (["--source", "file", "ryhti=b.txt"], "Files are read that end in"),
        (["--source", "file", "cadastre=b.json"], "There is no such source"),
        (
            ["--source", "synthetic", "--source", "synthetic", "--count", "1"],
            "Name each source once",
        ),
        (["--source", "mml"], "forbids direct marketing"),
        (["--source", "synthetic", "ryhti=b.json"], "--source file"),
        (["--source", "synthetic", "--count", "0"], "--count takes"),
        (["--source", "synthetic", "--count", "9500001"], "--count takes"),
    ],
)
def test_a_command_that_cannot_be_carried_out_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
) -> None:
    """One sentence and a status, no traceback, and nothing is left behind."""
    monkeypatch.chdir(tmp_path)
    command = ["collect", "buildings", "--out", str(tmp_path / "b.sqlite"), *arguments]
    monkeypatch.setattr("sys.argv", command)

    with pytest.raises(SystemExit, match=sentence):
        main()
    assert list(tmp_path.iterdir()) == []


def test_files_of_several_sources_are_merged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command for the real extracts of both registers, and what it says."""
    folder = shared("data/real/buildings/helsinki_rekisteritiedot_rows.json").parent
    files = [
        f"ryhti={folder / 'ryhti_open_building_789_epsg3067.geojson'}",
        f"helsinki={folder / 'helsinki_rekisteritiedot_rows.json'}",
    ]
    out = ["--out", str(tmp_path / "new" / "b.sqlite")]
    monkeypatch.setattr("sys.argv", ["collect", "buildings", "--source", "file", *out, *files])

    main()

    told = capsys.readouterr().out
    assert "ryhti: 789 rows read, 786 buildings released" in told
    assert "helsinki: 80 rows read, 80 buildings released" in told
    assert BuildingStore(tmp_path / "new" / "b.sqlite").release.count == 866


def test_nothing_usable_is_no_release(tmp_path: Path) -> None:
    """A source of which every row is dropped does not replace what is there."""
    release(tmp_path / "b.sqlite", [row(1)])

    before = sorted(tmp_path.iterdir())

    with pytest.raises(NothingToRelease, match="position_unusable: 1"):
        release(tmp_path / "b.sqlite", [row(1, at=(0, 0))])
    assert BuildingStore(tmp_path / "b.sqlite").release.count == 1
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("source", "file", "read", "dropped", "remarks"),
    [
        (
            "ryhti",
            "ryhti_open_building_789_epsg3067.geojson",
            789,
            {"position_unusable": 3},
            {"house_number_missing": 91, "municipality_differs_from_property": 29},
        ),
        ("helsinki", "helsinki_rekisteritiedot_rows.json", 80, {}, {}),
    ],
)
def test_real_rows_are_released_and_accounted_for(
    tmp_path: Path, source: str, file: str, read: int, dropped: Any, remarks: Any
) -> None:
    """789 rows of Ryhti and 80 of Helsinki: three at 0/0 are dropped, everything adds up."""
    chosen = profile(source)
    target = tmp_path / "b.sqlite"
    rows = rows_of_file(shared(f"data/real/buildings/{file}"), allowed(chosen))

    made, report = collect_feeds(target, Feed(profile=chosen, origin=rows))

    assert report.totals["read"] == read
    assert report.dropped == dropped
    assert report.sources[0].remarks == remarks
    assert made.count == read - sum(dropped.values())
    assert (
        sqlite3.connect(target).execute("SELECT count(*) FROM building").fetchone()[0] == made.count
    )


def test_helsinkis_year_is_the_local_one() -> None:
    """67 of 80 real dates are UTC instants of a local 31 December: none falls a year late."""
    from collect.cell_value import year_of

    rows = json.loads(shared("data/real/buildings/helsinki_rekisteritiedot_rows.json").read_text())
    dates = [each["properties"]["c_valmpvm"] for each in rows["features"]]

    decembers = [date for date in dates if date and date[5:] == "12-30T22:00:00Z"]
    assert len(decembers) == 67
    assert all(year_of(date) == int(date[:4]) for date in decembers)


def test_what_is_waited_for_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whom the command waits for, why, how often it has tried, and when it tries again."""
    server = Server(10)
    server.faults = [httpx.ConnectError("no such host"), *[httpx.Response(503)] * 5]
    monkeypatch.setattr(
        "collect.__main__.polite_client",
        lambda: httpx.Client(transport=httpx.MockTransport(server)),
    )
    monkeypatch.setattr("collect.__main__.feed_of", partial(feed_of, sleep=lambda _: None))
    arguments = ["collect", "buildings", "--source", "ryhti", "--out", str(tmp_path / "b.sqlite")]
    monkeypatch.setattr("sys.argv", arguments)

    with pytest.raises(SystemExit, match="6 tries"):
        main()

    said = capsys.readouterr().err.splitlines()
    assert said[0] == ("ryhti: the server cannot be reached (try 1 of 6); again in 15 seconds.")
    assert said[1] == (
        "ryhti: the server asks for patience with 503 (try 2 of 6); again in 30 seconds."
    )
    assert len(said) == 5
