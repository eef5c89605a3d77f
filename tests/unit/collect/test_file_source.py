"""Rows out of files as sources export them."""

import gzip
import tracemalloc
from pathlib import Path

import pytest

from collect.file_source import FileUnreadable, rows_of_file
from collect.position import position_of
from tests.shared_data import shared

GEOJSON = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":'
    '{"type":"Point","coordinates":[25.5,60.25]},"properties":{"a":1,"owner":"x"}}]}'
)
CSV = "a,owner,geom\n1,x,POINT (25.5 60.25)\n2,y,\n"


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(
    ("name", "content", "count"),
    [
        ("b.geojson", GEOJSON, 1),
        ("b.geojson", "\ufeff" + GEOJSON, 1),
        ("b.csv", CSV, 2),
        ("b.csv", "\ufeff" + CSV.replace(",", ";"), 2),
    ],
)
def test_files_are_read_gzipped_or_not(
    tmp_path: Path, name: str, content: str, count: int, *, zipped: bool
) -> None:
    """GeoJSON and CSV give the same rows, with a byte order mark or without: columns and a point."""
    file = tmp_path / (name + (".gz" if zipped else ""))
    file.write_bytes(gzip.compress(content.encode()) if zipped else content.encode())

    rows = list(rows_of_file(file, frozenset({"a"})))

    assert len(rows) == count
    assert str(rows[0]["a"]) == "1"
    assert position_of(rows[0]["geometry"]) == (25.5, 60.25)
    assert "owner" not in rows[0]


@pytest.mark.parametrize(
    ("written", "middle"),
    [
        ("POLYGON ((25 60, 26 60, 26 61, 25 61, 25 60))", (25.5, 60.5)),
        ("MULTIPOLYGON (((25 60, 26 60, 26 61, 25 60)), ((26 62, 27 62, 27 60, 26 62)))", (26, 61)),
        ("POLYGON Z ((25 60 9, 26 60 9, 26 61 9, 25 60 9))", (25.5, 60.5)),
        ("SRID=4326;POINT(25 60)", (25, 60)),
        ("POLYGON ((25 60, here 60))", None),
        ("POLYGON ((25 60, 1.2.3 60))", None),
        ("POLYGON ((25))", None),
    ],
)
def test_footprints_in_a_table_have_a_middle(
    tmp_path: Path, written: str, middle: tuple[float, float] | None
) -> None:
    """HSY's layer is one of footprints, and its table has them in well-known text."""
    (tmp_path / "b.csv").write_text(f'a,geom\n1,"{written}"\n')

    (row,) = rows_of_file(tmp_path / "b.csv", frozenset({"a"}))

    assert position_of(row["geometry"]) == middle


def test_real_gml_of_a_finnish_city_is_read() -> None:
    """Turku's recorded answer (GML 2, easting first) gives its addresses."""
    columns = frozenset({"Osoite_suomeksi", "Osoitenumero", "Postinumero"})

    rows = list(rows_of_file(shared("data/real/wfs/turku_addresses.gml"), columns))

    assert len(rows) == 3
    assert all(row["Postinumero"] and row["geometry"] for row in rows)


@pytest.mark.parametrize(
    "member", ["null", "5", "[1]", "{}", '{"properties": [1]}', '{"properties": "x"}']
)
def test_what_is_no_feature_is_an_empty_row(tmp_path: Path, member: str) -> None:
    """It is dropped and counted like any row of which no building can be made."""
    (tmp_path / "b.geojson").write_text(f'{{"features": [{member}, {{"properties": {{"a": 1}}}}]}}')

    rows = list(rows_of_file(tmp_path / "b.geojson", frozenset({"a"})))

    assert rows == [{"geometry": None}, {"geometry": None, "a": 1}]


def test_a_position_in_gml_that_is_no_number_is_none(tmp_path: Path) -> None:
    """The row is kept, and dropped later for its position."""
    row = "<r><a>1</a><g><p><pos>here there</pos></p></g></r>"
    (tmp_path / "b.gml").write_text(f"<f><member>{row}</member></f>")

    assert list(rows_of_file(tmp_path / "b.gml", frozenset({"a"}))) == [
        {"geometry": None, "a": "1"}
    ]


@pytest.mark.parametrize(
    "corners",
    [
        '<posList srsDimension="3">25 60 12.5 26 60 12.5 26 61 12.5</posList>',
        '<ring srsDimension="3"><posList>25 60 12.5 26 60 12.5 26 61 12.5</posList></ring>',
        "<coordinates>25,60,12.5 26,60,12.5 26,61,12.5</coordinates>",
        "<coordinates>25,60 26,60 26,61</coordinates>",
        "<posList>25 60 26 60 26 61</posList>",
    ],
)
def test_heights_in_gml_are_left_out(tmp_path: Path, corners: str) -> None:
    """A footprint is where it is, whatever height its corners have."""
    (tmp_path / "b.gml").write_text(f"<f><member><r><g>{corners}</g></r></member></f>")

    (row,) = rows_of_file(tmp_path / "b.gml", frozenset())

    assert row["geometry"]["coordinates"] == [[25, 60], [26, 60], [26, 61]]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("b.geojson", GEOJSON[:60]),
        ("b.geojson", "<ExceptionReport/>x"),
        ("b.gml", "<a><b></a>"),
        ("b.gml", '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'),
        ("b.csv", "a,owner\n\udcff".encode("utf-8", "surrogateescape")),
        ("b.geojson.gz", "not gzip"),
        ("b.geojson.gz", gzip.compress(GEOJSON.encode(), mtime=0)[:10] + b"\xff" * 30),
        ("b.xlsx", "x"),
    ],
)
def test_a_broken_file_is_refused_in_a_sentence(
    tmp_path: Path, name: str, content: str | bytes
) -> None:
    """Half files, other formats and entities that point elsewhere end in one known error."""
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(FileUnreadable):
        list(rows_of_file(tmp_path / name, frozenset({"a"})))


def test_a_table_in_another_encoding_is_told_so(tmp_path: Path) -> None:
    """It is whole, and needs only to be saved anew."""
    (tmp_path / "b.csv").write_bytes("a\nMäntytie\n".encode("latin-1"))

    with pytest.raises(FileUnreadable, match="UTF-8"):
        list(rows_of_file(tmp_path / "b.csv", frozenset({"a"})))


NESTED = 10_000
"""Levels; unbounded, they take 250 MB, and ten times as many take 25 GB."""
ENDLESS = 1_500_000
"""Bytes."""


def _refused(file: Path) -> tuple[str, int]:
    """Return in which words a file is refused, and how many bytes that took."""
    tracemalloc.start()
    with pytest.raises(FileUnreadable) as refusal:
        list(rows_of_file(file, frozenset({"a"})))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return str(refusal.value), peak


@pytest.mark.parametrize(
    ("begin", "again"),
    [
        ("", "["),
        ('{"crs":', '{"a":'),
        ('{"features":[{"properties":{"a":', '{"a":'),
        ('{"features":[{"geometry":{"coordinates":', "["),
        ('{"features":[{"a":', r'["]\"]\\",'),
    ],
)
def test_a_file_nested_without_end_is_refused_in_little_memory(
    tmp_path: Path, begin: str, again: str
) -> None:
    """Wherever it is, and whatever brackets stand in texts beside."""
    (tmp_path / "b.geojson").write_text(begin + again * NESTED)

    sentence, peak = _refused(tmp_path / "b.geojson")

    assert "nested more than 200 deep" in sentence
    assert peak < 60_000_000


@pytest.mark.parametrize(
    ("begin", "again"),
    [
        ('{"features":[{"geometry":{"coordinates":[', "[25.25,60.5],"),
        ('{"features":[{"properties":{"a":"', "ä[{"),
        ('{"features":[{},', " "),
        ('{"other":[', "{},"),
    ],
)
def test_a_feature_without_end_is_refused_in_little_memory(
    tmp_path: Path, begin: str, again: str
) -> None:
    """Its corners, a text, or nothing at all: no building takes megabytes; gzipped, it is short."""
    content = (begin + again * (ENDLESS // len(again))).encode()
    (tmp_path / "b.geojson.gz").write_bytes(gzip.compress(content, 1))

    sentence, peak = _refused(tmp_path / "b.geojson.gz")

    assert "no whole feature in 1,000,000 bytes" in sentence
    assert peak < 30_000_000


def test_brackets_in_texts_are_no_levels(tmp_path: Path) -> None:
    """Escaped quotes, and parts that end in the midst of an escape, do not confuse what is one."""
    feature = r'{"properties": {"a":"[[{\\\"[\u005b","b":"]\\"}}'
    assert (len(feature) + 1) % 2, "or parts of a power of two would end at few of its letters"
    (tmp_path / "b.geojson").write_text('{"features":[' + ",".join([feature] * 5_000) + "]}")

    rows = list(rows_of_file(tmp_path / "b.geojson", frozenset({"a"})))

    assert len(rows) == 5_000
    assert {row["a"] for row in rows} == {'[[{\\"[['}
