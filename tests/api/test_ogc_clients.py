"""Outside clients of OGC API Features against the running service: GDAL and OWSLib."""

import csv
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
from owslib.ogcapi.features import Features

from leadcloud.buildings.store import BuildingStore
from local.synthetic_buildings import ensure_buildings
from tests.plugins.buildings import ITEMS
from tests.plugins.requirements import require
from tests.plugins.running_service import RunningService

BOX = (25.0, 60.25, 25.05, 60.3)


def _root(service: RunningService) -> str:
    return f"http://127.0.0.1:{service.port}/v1/buildings"


def _gdal(service: RunningService, program: str, *arguments: str) -> str:
    available = shutil.which(program) is not None
    require("GDAL", available=available, install_command="apt-get install gdal-bin")
    key = service.demo["keys"]["customer"]
    done = subprocess.run(
        [program, *arguments],
        env=os.environ | {"GDAL_HTTP_HEADERS": f"X-API-Key: {key}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout + done.stderr


def _count(service: RunningService, *arguments: str) -> int:
    layer = f"OAPIF:{_root(service)}/collections/buildings"
    output = _gdal(
        service, "ogrinfo", "-ro", "-al", "-so", layer, "-oo", "PAGE_SIZE=1000", *arguments
    )
    return int(output.partition("Feature Count: ")[2].split()[0])


@pytest.mark.loopback
@pytest.mark.slow
def test_gdal_reads_every_building(running_service: RunningService, tmp_path: Path) -> None:
    """ogr2ogr follows our links to the last building, and has each once."""
    target = tmp_path / "all.csv"
    layer = f"OAPIF:{_root(running_service)}"
    _gdal(
        running_service,
        "ogr2ogr",
        "-f",
        "CSV",
        str(target),
        layer,
        "buildings",
        "-oo",
        "PAGE_SIZE=5000",
    )

    with target.open(encoding="utf-8", newline="") as content:
        ids = [row["id"] for row in csv.DictReader(content)]
    matched = running_service.call("GET", f"{ITEMS}?limit=1").json["numberMatched"]
    assert len(ids) == len(set(ids)) == matched


@pytest.mark.loopback
def test_gdal_hands_down_its_filters(running_service: RunningService) -> None:
    """A box and a condition on a property reach us, and GDAL counts what we count."""
    west, south, east, north = BOX
    box = ",".join(map(str, BOX))
    boxed = running_service.call("GET", f"{ITEMS}?bbox={box}&limit=1").json["numberMatched"]
    saunas = running_service.call("GET", f"{ITEMS}?use=sauna&limit=1").json["numberMatched"]

    assert _count(running_service, "-spat", *map(str, (west, south, east, north))) == boxed
    assert _count(running_service, "-where", "use='sauna'") == saunas
    valid = running_service.call("GET", f"{ITEMS}?id_valid=true&limit=1").json["numberMatched"]
    assert _count(running_service, "-where", "id_valid = 1") == valid
    layer = f"OAPIF:{_root(running_service)}/collections/buildings"
    log = _gdal(
        running_service,
        "ogrinfo",
        "-ro",
        "-al",
        "-so",
        layer,
        "-where",
        "completed_year > 2020",
        "--debug",
        "on",
    )
    assert "filter=completed_year" in log


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("where", "meant"),
    [
        ("updated >= '2025/03/05'", "updated >= DATE('2025-03-05')"),
        ("updated > '2025-03-05'", "updated > DATE('2025-03-05')"),
        ("updated < '2025/03/05 00:00:00'", "updated < DATE('2025-03-05')"),
        (
            "updated BETWEEN '2025/03/02' AND '2025/03/05' AND use = 'sauna'",
            "updated >= DATE('2025-03-02') AND updated <= DATE('2025-03-05') AND use = 'sauna'",
        ),
        ("completed_year >= 2020 OR storeys IS NULL", "completed_year >= 2020 OR storeys IS NULL"),
        ("id_valid = 1 AND street ILIKE 'KOIV%'", "id_valid = true AND street LIKE 'Koiv%'"),
    ],
)
def test_gdal_counts_what_its_condition_means(
    running_service: RunningService, where: str, meant: str
) -> None:
    """Also where the condition is a range, and of a date that is not the one of completion."""
    asked = f"{ITEMS}?limit=1&filter={quote(meant)}"
    matched = running_service.call("GET", asked).json["numberMatched"]

    assert _count(running_service, "-where", where) == matched


@pytest.mark.loopback
def test_owslib_walks_by_offset(running_service: RunningService) -> None:
    """OWSLib's client sees the collection, pages by offset, and finds a building by its id."""
    client = Features(
        _root(running_service), headers={"X-API-Key": running_service.demo["keys"]["customer"]}
    )

    first = client.collection_items("buildings", limit=5_000)
    ids = [feature["id"] for feature in first["features"]]
    while len(ids) < first["numberMatched"]:
        page = client.collection_items("buildings", limit=5_000, offset=len(ids))
        ids += [feature["id"] for feature in page["features"]]

    described = {link["rel"]: link["type"] for link in client.links}
    assert described["service-desc"] == "application/vnd.oai.openapi+json;version=3.0"
    assert (
        "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2" in client.conformance()["conformsTo"]
    )
    assert "completed_year" in client.collection_queryables("buildings")["properties"]
    assert client.feature_collections() == ["buildings"]
    assert len(ids) == len(set(ids)) == first["numberMatched"]
    assert client.collection_item("buildings", ids[0])["id"] == ids[0]
    assert client.collection_items("buildings", bbox=list(BOX))["numberMatched"] < len(ids)


def test_the_first_start_makes_buildings_once(tmp_path: Path) -> None:
    """Synthetic buildings are made once, and anew where they are of a layout no longer read."""
    target = tmp_path / "data" / "buildings.sqlite"

    ensure_buildings(target, 500)
    made = target.stat().st_mtime_ns
    ensure_buildings(target, 500)

    assert target.stat().st_mtime_ns == made
    with closing(sqlite3.connect(target)) as connection, connection:
        connection.execute(
            "UPDATE release SET json = replace(json, '\"format\": 3', '\"format\": 1')"
        )
    ensure_buildings(target, 500)
    BuildingStore(target)
    assert sorted(each.name for each in target.parent.iterdir()) == [
        "buildings.sqlite",
        "buildings.sqlite.manifest.json",
        "buildings.sqlite.report.json",
    ]
