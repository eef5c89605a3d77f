"""The report of a collection: what came in, what was dropped and why; it must add up."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from collect.staging import Staging


class DoesNotAddUp(Exception):
    """Rows were lost without a reason: the release is not to be trusted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceReport:
    """What became of one source's rows. Counts only; no row is quoted."""

    source: str
    read: int
    """Rows of buildings that the source gave."""
    promised: int | None
    """Rows that the source's server said it has; None for files."""
    released: int
    merged: int
    """Rows of buildings that a source before it had, too; what it knew more was added."""
    duplicates: int
    """Rows of a building of which the same source has a newer row."""
    dropped: Mapping[str, int]
    """Rows by the reason why they are no building for us."""
    remarks: Mapping[str, int]
    """What was odd about rows that were kept."""
    addresses: int

    def check(self) -> None:
        """Make sure that every row is accounted for.

        Raises:
            DoesNotAddUp: One is not.
        """
        kept = self.released + self.merged + self.duplicates
        if self.read != kept + sum(self.dropped.values()):
            raise DoesNotAddUp("Rows read are not those released, merged, dropped and duplicate.")
        if self.promised is not None and self.promised != self.read:
            raise DoesNotAddUp(
                f"The server has {self.promised} rows and gave {self.read}: it ignored the filter,"
                " or changed meanwhile. Run this again."
            )

    def lines(self) -> list[str]:
        """Return the report for a person."""
        gone = {**self.dropped, "duplicate": self.duplicates}
        merged = f", {self.merged} merged into others'" if self.merged else ""
        return [
            f"{self.source}: {self.read} rows read, {self.released} buildings released{merged}",
            *(f"  dropped {n}: {reason}" for reason, n in gone.items() if n),
            *(f"  kept, but odd {n}: {remark}" for remark, n in self.remarks.items()),
        ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What became of all rows of a collection."""

    sources: Sequence[SourceReport]

    @property
    def totals(self) -> Mapping[str, int]:
        """Rows of all sources together, as each counts its own."""
        return {
            name: sum(getattr(source, name) for source in self.sources)
            for name in ("read", "released", "merged", "duplicates")
        }

    @property
    def dropped(self) -> Mapping[str, int]:
        """Rows of all sources by the reason why they are no building for us."""
        return dict(sum((Counter(source.dropped) for source in self.sources), Counter()))

    @property
    def remarks(self) -> Mapping[str, int]:
        """What was odd about rows that were kept, of all sources together."""
        return dict(sum((Counter(source.remarks) for source in self.sources), Counter()))

    def check(self) -> None:
        """Make sure that every row of every source is accounted for.

        Raises:
            DoesNotAddUp: One is not.
        """
        for source in self.sources:
            source.check()

    def write(self, path: Path) -> None:
        """Write the report as JSON."""
        members = {
            **self.totals,
            "dropped": self.dropped,
            "remarks": self.remarks,
            **asdict(self),
        }
        path.write_text(json.dumps(members, indent=2) + "\n", encoding="utf-8")

    def lines(self) -> list[str]:
        """Return the report for a person."""
        return [line for source in self.sources for line in source.lines()]


def report_of(staging: Staging, promised: Mapping[str, int | None]) -> Report:
    """Return the report of what was staged; `promised` are the rows of each source's server."""
    found = {
        source: counts
        for source, *counts in staging.connection.execute(
            """
            WITH known AS (
              SELECT id, rank, count(*) AS n, id IN (SELECT id FROM gone) AS gone
              FROM building_row JOIN trust USING (source) GROUP BY id, rank
            ), ranked AS (
              SELECT *, rank = min(rank) OVER (PARTITION BY id) AS first FROM known
            )
            SELECT source, sum(first AND NOT gone), sum(NOT first AND NOT gone),
              sum((n - 1) * NOT gone), sum(n * gone)
            FROM ranked JOIN trust USING (rank) GROUP BY source
            """
        )
    }
    sources = staging.connection.execute("SELECT source FROM trust ORDER BY rank").fetchall()
    return Report(
        sources=[
            _of_source(staging, source, found.get(source, _NONE), promised=promised.get(source))
            for (source,) in sources
        ]
    )


_NONE = (0, 0, 0, 0)


def _of_source(
    staging: Staging, source: str, counts: Sequence[int], *, promised: int | None
) -> SourceReport:
    released, merged, duplicates, gone = counts
    dropped = staging.tally(source, "buildings", "dropped")
    if gone:
        dropped["demolished_by_another_row"] = gone
    return SourceReport(
        source=source,
        read=staging.tally(source, "buildings", "read").get("", 0),
        promised=promised,
        released=released,
        merged=merged,
        duplicates=duplicates,
        dropped=dropped,
        remarks=staging.tally(source, "buildings", "remark"),
        addresses=staging.tally(source, "addresses", "read").get("", 0),
    )
