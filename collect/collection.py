"""One collection: from its sources, by way of staging, to a release and its report."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
from tqdm import tqdm

from collect.building import Building, BuildingAddress, Dropped, Remarks
from collect.file_source import row_of_feature
from collect.profile import Layer, Profile, allowed, profile
from collect.release_file import write_release
from collect.report import DoesNotAddUp, Report, report_of
from collect.row import Row, RowReader
from collect.staging import LayerName, Page, Staging
from collect.synthetic import VANTAA, synthetic_rows
from collect.wfs import Say, Sleep, Wfs
from leadcloud.buildings.release import Release

_BATCH = 5_000


class NothingToRelease(Exception):
    """Not one row of the sources is a building for us; the message counts why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """One source of a collection."""

    profile: Profile
    origin: Iterable[Row] | Wfs
    """Rows that are at hand, or the server that has them."""


def feed_of(
    source: str,
    client: httpx.Client,
    sleep: Sleep = time.sleep,
    *,
    say: Say = lambda _: None,
    count: int = VANTAA.buildings,
) -> Feed:
    """Return the feed of a source: its server's rows, or so many invented ones.

    Raises:
        SourceRefused: There is no such source, or its licence forbids what we do.
        SourceFailed: It has no server.
    """
    chosen = profile(source)
    origin = synthetic_rows(count) if chosen.synthetic else Wfs(chosen, client, sleep, say=say)
    return Feed(profile=chosen, origin=origin)


@dataclass(frozen=True, kw_only=True, slots=True)
class Collection:
    """Where to something is collected, and of what."""

    target: Path
    today: date
    municipality: str | None = None
    quiet: bool = False
    """No progress bar."""

    def release(self, feeds: Sequence[Feed]) -> tuple[Release, Report]:
        """Collect the feeds, those first that are believed first, and release what they know.

        Pages of a server that an earlier run kept are not asked for again.

        Raises:
            DoesNotAddUp: Rows were lost.
            NothingToRelease: No row is a building for us.
            SourceFailed: A server did not answer; what was read is kept for the next run.
            FileUnreadable: A file is broken.
        """
        staging = self._staging(feeds)
        to_be_resumed = any(isinstance(feed.origin, Wfs) for feed in feeds)
        try:
            promised = {feed.profile.id: self._read(staging, feed) for feed in feeds}
            report = report_of(staging, promised)
            report.check()
            if not report.totals["released"]:
                why = ", ".join(f"{reason}: {n}" for reason, n in report.dropped.items())
                raise NothingToRelease(
                    f"Not one row is a building for us; {why or 'there is none'}."
                )
            profiles = [feed.profile for feed in feeds]
            release = write_release(staging, self.target, profiles=profiles, today=self.today)
            to_be_resumed = False
        finally:
            if to_be_resumed:
                staging.close()
            else:
                staging.discard()
        report.write(self.target.with_name(self.target.name + ".report.json"))
        return release, report

    def _staging(self, feeds: Sequence[Feed]) -> Staging:
        self.target.parent.mkdir(parents=True, exist_ok=True)
        return Staging(
            self.target.with_name(self.target.name + ".collecting"),
            [feed.profile.id for feed in feeds],
            municipality=self.municipality,
        )

    def _read(self, staging: Staging, feed: Feed) -> int | None:
        """Read a feed; return how many rows its server promised."""
        intake = _Intake(staging, feed.profile, today=self.today, municipality=self.municipality)
        if isinstance(feed.origin, Wfs):
            return self._read_server(intake, feed.origin)
        staging.forget(feed.profile.id)
        left, start = self._bar(feed.profile.id, feed.origin), 0
        while batch := list(islice(left, _BATCH)):
            intake.keep("buildings", start, batch)
            start += len(batch)
        return None

    def _read_server(self, intake: "_Intake", wfs: Wfs) -> int:
        profile = intake.profile
        if profile.buildings is None:
            raise DoesNotAddUp("This source has no layer of buildings.")
        promised = self._read_layer(intake, wfs, "buildings", layer=profile.buildings)
        if profile.addresses is not None:
            self._read_layer(intake, wfs, "addresses", layer=profile.addresses)
        return promised

    def _read_layer(self, intake: "_Intake", wfs: Wfs, name: LayerName, *, layer: Layer) -> int:
        promised = wfs.count(layer, self.municipality)
        starts = list(range(0, promised, layer.page_size))
        left = [start for start in starts if not intake.has(name, start)]
        pages = wfs.pages(layer, self.municipality, starts=left)
        columns = allowed(intake.profile)
        for page in tqdm(
            pages,
            f"{intake.profile.id} {name}",
            len(starts),
            initial=len(starts) - len(left),
            disable=self.quiet,
        ):
            rows = [row_of_feature(feature, columns) for feature in page.features]
            intake.keep(name, page.start, rows)
        return promised

    def _bar(self, name: str, rows: Iterable[Any]) -> Iterator[Any]:
        yield from tqdm(rows, name, disable=self.quiet, unit=" rows")


class _Intake:
    """Reads the rows of one source into staging."""

    def __init__(
        self, staging: Staging, profile: Profile, *, today: date, municipality: str | None
    ) -> None:
        self.profile = profile
        self._staging = staging
        self._reader = RowReader(profile=profile, today=today, municipality=municipality)

    def has(self, layer: LayerName, start: int) -> bool:
        """Tell whether a page was read by an earlier run."""
        return self._staging.is_done(self.profile.id, layer, start)

    def keep(self, layer: LayerName, start: int, rows: Iterable[Row]) -> None:
        """Read a page of rows and keep it."""
        remarks = Remarks()
        read: list[Building | BuildingAddress | Dropped] = [
            self._reader.building(row, remarks)
            if layer == "buildings"
            else self._reader.address(row)
            for row in rows
        ]
        self._staging.keep(self.profile.id, Page(layer, start), read, remarks=remarks.codes)
