"""Rows from files as the sources export them: GeoJSON, CSV and GML, gzipped or not."""

import csv
import gzip
import io
import re
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

import ijson
from defusedxml import DefusedXmlException, ElementTree

from collect.bounded_json import STEP, BoundedJson, TooLarge

_GEOMETRY = re.compile(r"(?:POINT|POLYGON)\s*(?:ZM|Z|M)?\s*\(([-+0-9.e,()\s]+)\)", re.IGNORECASE)
_MOST_IN_FIELD = 1_000_000
"""Characters of one CSV cell; a polygon as text is long."""

Row = dict[str, Any]
Content = IO[bytes] | gzip.GzipFile


class FileUnreadable(Exception):
    """The file is not what its name says; the message names the kind, never the content."""


def rows_of_file(path: Path, allowed: frozenset[str]) -> Iterator[Row]:
    """Yield the rows of a file with the allowed columns and a geometry.

    Raises:
        FileUnreadable: It is of no known kind, or not of the kind that its name says.
    """
    name = path.name.removesuffix(".gz")
    readers = {".json": _geojson, ".geojson": _geojson, ".csv": _csv, ".gml": _gml, ".xml": _gml}
    reader = readers.get(Path(name).suffix.lower())
    if reader is None:
        raise FileUnreadable(f"Files are read that end in {', '.join(readers)}, or those with .gz.")
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as content:
        try:
            yield from reader(content, allowed)
        except UnicodeDecodeError:
            raise FileUnreadable("The file is not in UTF-8; save it so.") from None
        except TooLarge as error:
            raise FileUnreadable(f"The file is no GeoJSON of buildings. {error}") from None
        except (
            ijson.JSONError,
            ElementTree.ParseError,
            DefusedXmlException,
            csv.Error,
            EOFError,
            gzip.BadGzipFile,
            zlib.error,
        ) as error:
            raise FileUnreadable(f"The file is not whole: {type(error).__name__}.") from None


def row_of_feature(feature: Any, allowed: frozenset[str]) -> Row:
    """Return the row of a GeoJSON feature; of what is none, a row without any cell."""
    members = feature if isinstance(feature, dict) else {}
    properties = members.get("properties")
    cells = properties.items() if isinstance(properties, dict) else ()
    row: Row = {name: value for name, value in cells if name in allowed}
    row["geometry"] = members.get("geometry")
    return row


def _geojson(content: Content, allowed: frozenset[str]) -> Iterator[Row]:
    if content.read(len(BOM_UTF8)) != BOM_UTF8:
        content.seek(0)
    bounded = BoundedJson(content)
    for feature in ijson.items(bounded, "features.item", use_float=True, buf_size=STEP):
        bounded.feature_taken()
        yield row_of_feature(feature, allowed)


def _csv(content: Content, allowed: frozenset[str]) -> Iterator[Row]:
    csv.field_size_limit(_MOST_IN_FIELD)
    text = io.TextIOWrapper(cast("IO[bytes]", content), encoding="utf-8-sig", newline="")
    try:
        head = text.readline()
        separator = ";" if head.count(";") > head.count(",") else ","
        columns = next(csv.reader([head], delimiter=separator), [])
        for cells in csv.DictReader(text, fieldnames=columns, delimiter=separator):
            row: Row = {name: value for name, value in cells.items() if name in allowed}
            row["geometry"] = _geometry_of_texts(cells.values())
            yield row
    finally:
        text.detach()  # whoever opened the file closes it


def _geometry_of_texts(cells: Any) -> Row | None:
    """Return the geometry among a row's cells, as GeoServer writes it: POINT (x y), POLYGON ((…))."""
    for cell in cells:
        match = _GEOMETRY.search(cell) if isinstance(cell, str) else None
        if match:
            corners = re.sub(r"[()]", " ", match[1]).split(",")
            try:
                pairs = [[float(number) for number in corner.split()[:2]] for corner in corners]
            except ValueError:
                return None
            return {"type": "MultiPoint", "coordinates": pairs}
    return None


def _gml(content: Content, allowed: frozenset[str]) -> Iterator[Row]:
    """Read GML 2 and 3: a member's children are its columns, its numbers its geometry.

    Schemas and entities that the file names are never fetched.
    """
    for _, element in ElementTree.iterparse(content, forbid_dtd=True):
        if _name(element) in {"featureMember", "member"} or _name(element) == "featureMembers":
            for feature in element:
                yield _gml_row(feature, allowed)
            element.clear()


def _gml_row(feature: Any, allowed: frozenset[str]) -> Row:
    row: Row = {"geometry": None}
    for child in feature:
        if len(child) == 0 and _name(child) in allowed:
            row[_name(child)] = child.text
        elif len(child):
            row["geometry"] = _gml_geometry(child) or row["geometry"]
    return row


def _gml_geometry(element: Any) -> Row | None:
    size = "2"
    for part in element.iter():
        size = part.get("srsDimension", size)
        if _name(part) in {"pos", "posList", "coordinates"} and part.text:
            try:
                numbers = [float(text) for text in re.split(r"[\s,]+", part.text.strip())]
                step = _numbers_a_position(part, size)
            except ValueError:
                return None
            pairs = [list(pair) for pair in zip(numbers[::step], numbers[1::step], strict=False)]
            return {"type": "MultiPoint", "coordinates": pairs}
    return None


def _numbers_a_position(part: Any, size: str) -> int:
    """Return how many numbers make a position: heights may follow, which are left out."""
    if _name(part) == "coordinates":
        return max(2, str(part.text).split()[0].count(",") + 1)
    return max(2, int(size))


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
