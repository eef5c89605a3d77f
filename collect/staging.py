"""The half-done work of one collection: a scratch database beside the release to be.

Every page of a source is kept with its mark in one transaction, so that a collection that was
stopped goes on where it was.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Literal, NamedTuple

from collect.building import Building, BuildingAddress, Dropped
from leadcloud.buildings.address import HouseNumber
from leadcloud.buildings.grid import cell_of

_NUMBER_COLUMNS = ("number_first", "number_last", "number_letter")
_BUILDING_COLUMNS = tuple(
    column.name for column in fields(Building) if column.name != "house_number"
)
COLUMNS = (*_BUILDING_COLUMNS, "house_number", *_NUMBER_COLUMNS, "cell")
_ADDRESS_COLUMNS = (
    "source",
    "key",
    "rank",
    "street",
    "street_sv",
    "postal_code",
    "house_number",
    *_NUMBER_COLUMNS,
)
_TABLES = ("building_row", "address_row", "gone", "tally", "page")

LayerName = Literal["buildings", "addresses"]
TallyKind = Literal["read", "dropped", "remark"]


class Page(NamedTuple):
    """A page of a layer."""

    layer: LayerName
    start: int


class Staging:
    """Rows read so far. Closing it keeps it; `discard` removes it."""

    def __init__(self, path: Path, sources: Sequence[str], *, municipality: str | None) -> None:
        """Open the scratch database of a job, or begin one.

        Args:
            path: Where it lies.
            sources: The ids of the sources, those first that are believed first.
            municipality: The only one whose buildings are wanted.
        """
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.execute("PRAGMA journal_mode = WAL")
        job = f"{' '.join(sources)}: {municipality or 'everything'}"
        if self._job() != job:
            self._begin(job, sources)

    def is_done(self, source: str, layer: LayerName, start: int) -> bool:
        """Tell whether a page was kept already."""
        found = self.connection.execute(
            "SELECT 1 FROM page WHERE source = ? AND layer = ? AND start = ?",
            (source, layer, start),
        ).fetchone()
        return found is not None

    def forget(self, source: str) -> None:
        """Forget what was kept of a source."""
        for table in _TABLES:
            self.connection.execute(f"DELETE FROM {table} WHERE source = ?", (source,))

    def keep(
        self,
        source: str,
        page: Page,
        rows: Sequence[Building | BuildingAddress | Dropped],
        *,
        remarks: Iterable[str] = (),
    ) -> None:
        """Keep a page of rows and its mark, or neither."""
        dropped = [row for row in rows if isinstance(row, Dropped)]
        tally = Counter[tuple[TallyKind, str]]({("read", ""): len(rows)})
        tally.update(("dropped", row.reason) for row in dropped)
        tally.update(("remark", code) for code in remarks)
        buildings = [_building_values(row) for row in rows if isinstance(row, Building)]
        addresses = [
            _address_values(source, row) for row in rows if isinstance(row, BuildingAddress)
        ]
        with self.connection:
            self.connection.execute("BEGIN")
            self.connection.executemany(_insert("building_row", COLUMNS), buildings)
            self.connection.executemany(_insert("address_row", _ADDRESS_COLUMNS), addresses)
            self.connection.executemany(
                "INSERT INTO gone VALUES (?, ?)",
                [(source, row.gone) for row in dropped if row.gone],
            )
            self.connection.executemany(
                "INSERT INTO tally VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (source, layer, kind, name) DO UPDATE SET n = n + excluded.n",
                [(source, page.layer, kind, name, n) for (kind, name), n in tally.items()],
            )
            self.connection.execute("INSERT INTO page VALUES (?, ?, ?)", (source, *page))

    def tally(self, source: str, layer: LayerName, kind: TallyKind) -> dict[str, int]:
        """Return how often each name of a kind was counted."""
        return dict(
            self.connection.execute(
                "SELECT name, n FROM tally WHERE source = ? AND layer = ? AND kind = ?"
                " ORDER BY name",
                (source, layer, kind),
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

    def _begin(self, job: str, sources: Sequence[str]) -> None:
        self.connection.executescript(
            f"""
            {"".join(f"DROP TABLE IF EXISTS {name};" for name in ("job", "trust", *_TABLES))}
            CREATE TABLE job (job TEXT);
            CREATE TABLE trust (rank INTEGER PRIMARY KEY, source TEXT); -- 0 is believed first
            CREATE TABLE page (source TEXT, layer TEXT, start INTEGER,
              PRIMARY KEY (source, layer, start));
            CREATE TABLE tally (source TEXT, layer TEXT, kind TEXT, name TEXT, n INTEGER,
              PRIMARY KEY (source, layer, kind, name));
            CREATE TABLE building_row (seq INTEGER PRIMARY KEY, {", ".join(COLUMNS)});
            CREATE TABLE address_row ({", ".join(_ADDRESS_COLUMNS)});
            CREATE TABLE gone (source TEXT, id TEXT); -- buildings that are demolished
            """
        )
        self.connection.executemany("INSERT INTO trust VALUES (?, ?)", enumerate(sources))
        self.connection.execute("INSERT INTO job VALUES (?)", (job,))


def _insert(table: str, columns: Sequence[str]) -> str:
    places = ", ".join("?" * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"


def _building_values(row: Building) -> tuple[object, ...]:
    values = tuple(getattr(row, column) for column in _BUILDING_COLUMNS)
    return (*values, *_number_values(row.house_number), cell_of(row.lon, row.lat))


def _address_values(source: str, row: BuildingAddress) -> tuple[object, ...]:
    return (
        source,
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
