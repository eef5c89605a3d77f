"""Writes a release: from staged rows to one immutable file, put in place in one step."""

import hashlib
import json
import os
import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.resources import files
from itertools import chain
from pathlib import Path

from collect.merge import merge
from collect.profile import Profile
from collect.staging import Staging
from leadcloud.buildings.address import HouseNumber, fold
from leadcloud.buildings.grid import UNITS
from leadcloud.buildings.release import Release, Source
from leadcloud.buildings.rendering import PLACE_PROPERTIES, TRAIT_PROPERTIES
from leadcloud.buildings.street_key import keys_of

_NUMBERS = ("completed_year", "storeys", "dwellings", "gross_floor_area", "floor_area", "updated")


def write_release(
    staging: Staging, target: Path, *, profiles: Sequence[Profile], today: date
) -> Release:
    """Write the staged rows as a release and put it where readers look, replacing the one there.

    Readers that have the former file open go on reading it.
    """
    unfinished = target.with_name(target.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    connection = sqlite3.connect(unfinished, isolation_level=None)
    try:
        release = _write(connection, staging, profiles=profiles, today=today)
    finally:
        connection.close()
    manifest = target.with_name(target.name + ".manifest.json")
    manifest.write_text(_manifest(release, unfinished), encoding="utf-8")
    _flush(unfinished)
    unfinished.replace(target)
    return release


def _manifest(release: Release, file: Path) -> str:
    with file.open("rb") as content:
        checksum = hashlib.file_digest(content, "sha256").hexdigest()
    members = {**json.loads(release.to_json()), "sha256": checksum, "bytes": file.stat().st_size}
    return json.dumps(members, ensure_ascii=False, indent=2) + "\n"


def _flush(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _layout(name: str) -> str:
    return files("leadcloud.buildings").joinpath(name).read_text(encoding="utf-8")


def _write(
    connection: sqlite3.Connection, staging: Staging, *, profiles: Sequence[Profile], today: date
) -> Release:
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
    connection.create_function("fold", 1, lambda text: text and fold(text), deterministic=True)
    connection.execute("ATTACH ? AS staged", (str(staging.path),))
    connection.execute("BEGIN")
    for statement in _layout("layout.sql").split(";"):
        connection.execute(statement)
    merge(connection)
    count = connection.execute("SELECT count(*) FROM chosen").fetchone()[0]
    _write_shared(connection)
    _write_buildings(connection)
    _write_addresses(connection)
    _write_directory(connection)
    _write_reach(connection)
    _write_streets(connection)
    release = _describe(connection, profiles, today=today, count=count)
    connection.execute("INSERT INTO release VALUES (?)", (release.to_json(),))
    for statement in _layout("layout_indexes.sql").split(";"):
        connection.execute(statement)
    connection.execute("COMMIT")
    connection.executescript("DETACH staged; ANALYZE main;")
    return release


def _write_shared(connection: sqlite3.Connection) -> None:
    connection.execute(
        f"""
        INSERT INTO place (street, street_sv, postal_code, municipality, folded, folded_sv, json)
        SELECT street, street_sv, postal_code, municipality, fold(street), fold(street_sv),
          {_json_piece(PLACE_PROPERTIES)}
        FROM (
          SELECT street, street_sv, postal_code, municipality FROM chosen
          UNION
          SELECT street, street_sv, postal_code, municipality FROM other_address
        ) ORDER BY municipality, postal_code, street, street_sv
        """
    )
    kinds = ", ".join(TRAIT_PROPERTIES)
    piece = _json_piece(TRAIT_PROPERTIES).replace(
        ", id_valid", ", json(iif(id_valid, 'true', 'false'))"
    )
    connection.execute(
        f"INSERT INTO traits ({kinds}, json) SELECT {kinds}, {piece}"
        f" FROM (SELECT {kinds} FROM chosen GROUP BY {kinds} ORDER BY count(*) DESC, {kinds})"
    )


def _json_piece(names: tuple[str, ...]) -> str:
    """Return SQL for the members of a JSON object, without its braces."""
    members = ", ".join(f"'{name}', {name}" for name in names)
    return f"trim(json_object({members}), '{{}}')"


def _same(left: str, right: str, columns: tuple[str, ...]) -> str:
    return " AND ".join(f"{left}.{column} IS {right}.{column}" for column in columns)


def _write_buildings(connection: sqlite3.Connection) -> None:
    connection.execute(
        f"CREATE TEMP TABLE kind AS SELECT traits, {', '.join(TRAIT_PROPERTIES)} FROM traits"
    )
    connection.execute("CREATE INDEX temp.kind_by ON kind (use, heating, energy_source, facade)")
    connection.execute(
        "CREATE TEMP TABLE spot AS SELECT place, street, street_sv, postal_code, municipality"
        " FROM place"
    )
    connection.execute("CREATE INDEX temp.spot_by ON spot (street, postal_code)")
    numbers = ", ".join(_NUMBERS)
    connection.execute(
        f"""
        INSERT INTO building (rid, id, lon, lat, place, house_number, traits, {numbers})
        SELECT rid, id, lon, lat, spot.place, house_number, kind.traits, {numbers}
        FROM chosen c JOIN spot ON {_same("spot", "c", PLACE_PROPERTIES)}
        JOIN kind ON {_same("kind", "c", TRAIT_PROPERTIES)}
        ORDER BY rid
        """
    )


def _write_addresses(connection: sqlite3.Connection) -> None:
    rows = connection.execute(
        f"""
        SELECT b.place, number_first, number_last, number_letter, rid
        FROM building b JOIN chosen USING (rid) WHERE street IS NOT NULL
        UNION ALL
        SELECT spot.place, number_first, number_last, number_letter, rid
        FROM other_address a JOIN spot ON {_same("spot", "a", PLACE_PROPERTIES)}
        """
    )
    connection.executemany(
        "INSERT OR IGNORE INTO address VALUES (?, ?, ?, ?)",
        sorted(chain.from_iterable(map(_address_rows, rows))),
    )
    connection.execute(
        "UPDATE place SET buildings ="
        " (SELECT count(DISTINCT rid) FROM address WHERE address.place = place.place)"
    )


def _address_rows(
    row: tuple[int, int | None, int | None, str | None, int],
) -> Iterator[tuple[int, int, str, int]]:
    place, first, last, letter, rid = row
    if first is None or last is None:
        yield place, 0, "", rid
        return
    for number in HouseNumber(first=first, last=last, letter=letter or "").numbers:
        yield place, number, letter or "", rid


def _write_directory(connection: sqlite3.Connection) -> None:
    cells, firsts = array("I"), array("I")
    for cell, first in connection.execute(
        "SELECT cell, min(rid) FROM chosen GROUP BY cell ORDER BY cell"
    ):
        cells.append(cell)
        firsts.append(first)
    connection.execute("INSERT INTO directory VALUES (?, ?)", (cells.tobytes(), firsts.tobytes()))


def _write_reach(connection: sqlite3.Connection) -> None:
    """Write where in the file each postal code lies, as runs with gaps of a few cells closed."""
    connection.execute(
        """
        INSERT INTO reach
        WITH step AS (
          SELECT postal_code, municipality, rid,
            rid - lag(rid, 1, rid) OVER (PARTITION BY postal_code, municipality ORDER BY rid) AS gap
          FROM building JOIN place USING (place)
        ), numbered AS (
          SELECT *, sum(gap > 50) OVER (
            PARTITION BY postal_code, municipality ORDER BY rid ROWS UNBOUNDED PRECEDING
          ) AS run FROM step
        )
        SELECT postal_code, municipality, min(rid), max(rid) FROM numbered
        GROUP BY postal_code, municipality, run ORDER BY 3
        """
    )


def _write_streets(connection: sqlite3.Connection) -> None:
    names = connection.execute(
        """
        SELECT name, sum(n) FROM (
          SELECT folded AS name, count(*) AS n FROM building JOIN place USING (place) GROUP BY 1
          UNION ALL
          SELECT folded_sv, count(*) FROM building JOIN place USING (place) GROUP BY 1
        ) WHERE name <> '' GROUP BY name ORDER BY name
        """
    ).fetchall()
    connection.executemany(
        "INSERT INTO street VALUES (?, ?, ?)",
        ((number, name, n) for number, (name, n) in enumerate(names, 1)),
    )
    connection.executemany(
        "INSERT INTO street_key VALUES (?, ?)",
        sorted(
            {(key, number) for number, (name, _) in enumerate(names, 1) for key in keys_of(name)}
        ),
    )


def _describe(
    connection: sqlite3.Connection, profiles: Sequence[Profile], *, today: date, count: int
) -> Release:
    digest = hashlib.sha256()
    for row in connection.execute(
        "SELECT building.*, place.json, traits.json FROM building JOIN place USING (place)"
        " JOIN traits USING (traits) ORDER BY rid"
    ):
        digest.update(repr(row).encode())
    west, south, east, north, first, last = connection.execute(
        "SELECT min(lon), min(lat), max(lon), max(lat), min(completed_year), max(completed_year)"
        " FROM building"
    ).fetchone()
    return Release(
        id=digest.hexdigest()[:16],
        created=today.isoformat(),
        synthetic=any(profile.synthetic for profile in profiles),
        count=count,
        bbox=(west / UNITS, south / UNITS, east / UNITS, north / UNITS),
        years=None if first is None else (first, last),
        sources=tuple(_source(connection, profile, today) for profile in profiles),
    )


def _source(connection: sqlite3.Connection, profile: Profile, today: date) -> Source:
    rows, added = connection.execute(
        "SELECT sum(source = ?1), sum(instr(',' || also_from || ',', ',' || ?1 || ',') > 0)"
        " FROM building JOIN traits USING (traits)",
        (profile.id,),
    ).fetchone()
    return Source(
        id=profile.id,
        name=profile.name,
        attribution=profile.attribution,
        licence=profile.licence,
        licence_url=profile.licence_url,
        fetched=today.isoformat(),
        rows=rows,
        added_to=added or 0,
    )
