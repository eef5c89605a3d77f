"""The half-done work of one collection: a scratch database beside the release to be.

Every page of a source is kept with its mark in one transaction, so that a collection that was
stopped goes on where it was.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Literal

from collect.building import Building, BuildingAddress, Dropped
from leadcloud.buildings.address import HouseNumber
from leadcloud.buildings.grid import cell_of

_NUMBER_COLUMNS = ("number_first", "number_last", "number_letter")
_BUILDING_COLUMNS = tuple(
    column.name for column in fields(Building) if column.name != "house_number"
)
COLUMNS = (*_BUILDING_COLUMNS, "house_number", *_NUMBER_COLUMNS, "cell")
_ADDRESS_COLUMNS = (
    "key",
    "rank",
    "street",
    "street_sv",
    "postal_code",
    "house_number",
    *_NUMBER_COLUMNS,
)

TallyKind = Literal["read", "dropped", "remark", "addresses"]


class Staging:
    """Rows read so far. Closing it keeps it; `discard` removes it."""

    def __init__(self, path: Path, job: str) -> None:
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.execute("PRAGMA journal_mode = WAL")
        if self._job() != job:
            self._begin(job)

    def is_done(self, layer: str, start: int) -> bool:
        """Tell whether a page was kept already."""
        found = self.connection.execute(
            "SELECT 1 FROM page WHERE layer = ? AND start = ?", (layer, start)
        ).fetchone()
        return found is not None

    def keep(
        self,
        layer: str,
        start: int,
        rows: Iterable[Building | BuildingAddress | Dropped],
        *,
        remarks: Iterable[str] = (),
    ) -> None:
        """Keep a page of rows and its mark, or neither."""
        buildings, addresses, tally = [], [], Counter[tuple[TallyKind, str]]()
        for row in rows:
            if isinstance(row, Building):
                buildings.append(_building_values(row))
                tally["read", layer] += 1
            elif isinstance(row, BuildingAddress):
                addresses.append(_address_values(row))
                tally["addresses", layer] += 1
            else:
                tally["read", layer] += 1
                tally["dropped", row.reason] += 1
        tally.update(("remark", code) for code in remarks)
        with self.connection:
            self.connection.execute("BEGIN")
            self.connection.executemany(_insert("building_row", COLUMNS), buildings)
            self.connection.executemany(_insert("address_row", _ADDRESS_COLUMNS), addresses)
            self.connection.executemany(
                "INSERT INTO tally VALUES (?, ?, ?)"
                " ON CONFLICT (kind, name) DO UPDATE SET n = n + excluded.n",
                [(kind, name, n) for (kind, name), n in tally.items()],
            )
            self.connection.execute("INSERT INTO page VALUES (?, ?)", (layer, start))

    def tally(self, kind: TallyKind) -> dict[str, int]:
        """Return how often each name of a kind was counted."""
        return dict(
            self.connection.execute(
                "SELECT name, n FROM tally WHERE kind = ? ORDER BY name", (kind,)
            ).fetchall()
        )

    def close(self) -> None:
        """Close the database and keep it."""
        self.connection.close()

    def discard(self) -> None:
        """Remove the scratch database."""
        self.connection.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)

    def _job(self) -> str | None:
        try:
            row = self.connection.execute("SELECT job FROM job").fetchone()
        except sqlite3.OperationalError:
            return None
        return str(row[0])

    def _begin(self, job: str) -> None:
        self.connection.executescript(
            f"""
            DROP TABLE IF EXISTS job; DROP TABLE IF EXISTS page; DROP TABLE IF EXISTS tally;
            DROP TABLE IF EXISTS building_row; DROP TABLE IF EXISTS address_row;
            CREATE TABLE job (job TEXT);
            CREATE TABLE page (layer TEXT, start INTEGER, PRIMARY KEY (layer, start));
            CREATE TABLE tally (kind TEXT, name TEXT, n INTEGER, PRIMARY KEY (kind, name));
            CREATE TABLE building_row (seq INTEGER PRIMARY KEY, {", ".join(COLUMNS)});
            CREATE TABLE address_row ({", ".join(_ADDRESS_COLUMNS)});
            """
        )
        self.connection.execute("INSERT INTO job VALUES (?)", (job,))


def _insert(table: str, columns: Sequence[str]) -> str:
    places = ", ".join("?" * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"


def _building_values(row: Building) -> tuple[object, ...]:
    values = tuple(getattr(row, column) for column in _BUILDING_COLUMNS)
    return (*values, *_number_values(row.house_number), cell_of(row.lon, row.lat))


def _address_values(row: BuildingAddress) -> tuple[object, ...]:
    return (
        row.key,
        row.rank,
        row.street,
        row.street_sv,
        row.postal_code,
        *_number_values(row.house_number),
    )


def _number_values(number: HouseNumber | None) -> tuple[object, ...]:
    if number is None:
        return None, None, None, None
    return number.label, number.first, number.last, number.letter
