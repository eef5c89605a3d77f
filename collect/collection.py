"""One collection: from a source, by way of staging, to a release and its report."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from tqdm import tqdm

from collect.building import Building, BuildingAddress, Dropped, Remarks
from collect.file_source import row_of_feature
from collect.profile import Layer, Profile, allowed
from collect.release_file import write_release
from collect.report import DoesNotAddUp, Report
from collect.row import Row, RowReader
from collect.staging import Staging
from collect.wfs import Wfs
from leadcloud.buildings.release import Release

_BATCH = 5_000
BUILDINGS, ADDRESSES = "buildings", "addresses"


@dataclass(frozen=True, kw_only=True, slots=True)
class Collection:
    """What is collected, and where to."""

    profile: Profile
    target: Path
    today: date
    municipality: str | None = None
    quiet: bool = False
    """No progress bar."""

    def from_rows(self, rows: Iterable[Row]) -> tuple[Release, Report]:
        """Collect rows that are at hand; nothing is resumed."""
        staging = self._staging()
        staging.discard()
        staging = self._staging()
        left, start = self._bar(rows), 0
        try:
            while batch := list(islice(left, _BATCH)):
                self._keep_buildings(staging, start, batch)
                start += len(batch)
            return self._release(staging, promised=None)
        finally:
            staging.discard()

    def from_server(self, wfs: Wfs) -> tuple[Release, Report]:
        """Collect a source's layers; pages that an earlier run kept are not asked for again."""
        staging = self._staging()
        profile = self.profile
        if profile.buildings is None:
            raise DoesNotAddUp("This source has no layer of buildings.")
        promised = self._read_layer(staging, wfs, BUILDINGS, layer=profile.buildings)
        if profile.addresses is not None:
            self._read_layer(staging, wfs, ADDRESSES, layer=profile.addresses)
        released = self._release(staging, promised=promised)
        staging.discard()
        return released

    def _staging(self) -> Staging:
        scratch = self.target.with_name(self.target.name + ".collecting")
        return Staging(scratch, f"{self.profile.id} {self.municipality or 'everything'}")

    def _read_layer(self, staging: Staging, wfs: Wfs, name: str, *, layer: Layer) -> int:
        promised = wfs.count(layer, self.municipality)
        starts = list(range(0, promised, layer.page_size))
        left = [start for start in starts if not staging.is_done(name, start)]
        pages = wfs.pages(layer, self.municipality, starts=left)
        columns = allowed(self.profile)
        for page in tqdm(
            pages, name, len(starts), initial=len(starts) - len(left), disable=self.quiet
        ):
            rows = [row_of_feature(feature, columns) for feature in page.features]
            keep = self._keep_buildings if name == BUILDINGS else self._keep_addresses
            keep(staging, page.start, rows)
        return promised

    def _keep_buildings(self, staging: Staging, start: int, rows: Iterable[Row]) -> None:
        reader, remarks = RowReader(profile=self.profile, today=self.today), Remarks()
        read: list[Building | Dropped] = [reader.building(row, remarks) for row in rows]
        staging.keep(BUILDINGS, start, read, remarks=remarks.codes)

    def _keep_addresses(self, staging: Staging, start: int, rows: Iterable[Row]) -> None:
        reader = RowReader(profile=self.profile, today=self.today)
        read: list[BuildingAddress | Dropped] = [reader.address(row) for row in rows]
        staging.keep(ADDRESSES, start, read)

    def _release(self, staging: Staging, *, promised: int | None) -> tuple[Release, Report]:
        report = self._report(staging, promised)
        report.check()
        release = write_release(staging, self.target, profile=self.profile, today=self.today)
        report.write(self.target.with_name(self.target.name + ".report.json"))
        return release, report

    def _report(self, staging: Staging, promised: int | None) -> Report:
        rows, buildings = staging.connection.execute(
            "SELECT count(*), count(DISTINCT id) FROM building_row"
        ).fetchone()
        return Report(
            source=self.profile.id,
            read=staging.tally("read").get(BUILDINGS, 0),
            promised=promised,
            released=buildings,
            duplicates=rows - buildings,
            dropped=staging.tally("dropped"),
            remarks=staging.tally("remark"),
            addresses=sum(staging.tally("addresses").values()),
        )

    def _bar(self, rows: Iterable[Any]) -> Iterator[Any]:
        yield from tqdm(rows, BUILDINGS, disable=self.quiet, unit=" rows")
