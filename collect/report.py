"""The report of a collection: what came in, what was dropped and why; it must add up."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path


class DoesNotAddUp(Exception):
    """Rows were lost without a reason: the release is not to be trusted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Counts only; no row is quoted."""

    source: str
    read: int
    """Rows of buildings that the source gave."""
    promised: int | None
    """Rows that the source's server said it has; None for files."""
    released: int
    duplicates: int
    """Rows of a building of which a newer row was released."""
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
        if self.read != self.released + self.duplicates + sum(self.dropped.values()):
            raise DoesNotAddUp("Rows read are not those released, dropped and duplicate.")
        if self.promised is not None and self.promised != self.read:
            raise DoesNotAddUp(
                f"The server has {self.promised} rows and gave {self.read}: it ignored the filter,"
                " or changed meanwhile. Run this again."
            )

    def write(self, path: Path) -> None:
        """Write the report as JSON."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    def lines(self) -> list[str]:
        """Return the report for a person."""
        head = f"{self.read} rows read, {self.released} buildings released"
        gone = {**self.dropped, "duplicate": self.duplicates}
        return [
            head,
            *(f"  dropped {n}: {reason}" for reason, n in gone.items() if n),
            *(f"  kept, but odd {n}: {remark}" for remark, n in self.remarks.items()),
        ]
