"""A release of the building database: what it was made from, when, and under which licences."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

FORMAT = 3
"""Version of the file's layout; a reader refuses any other."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One source of a release, as its owner wants to be named."""

    id: str
    name: str
    attribution: str
    licence: str
    licence_url: str
    fetched: str
    """ISO date."""
    rows: int
    """Buildings in the release that came from here."""
    added_to: int
    """Buildings of other sources of which this one knew more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """What the file says about itself."""

    id: str
    """Checksum of the contents: the same buildings give the same id."""
    created: str
    """ISO date."""
    synthetic: bool
    """The buildings are invented."""
    count: int
    bbox: tuple[float, float, float, float]
    """West, south, east, north in degrees."""
    years: tuple[int, int] | None
    """First and last year of completion."""
    sources: tuple[Source, ...]

    @property
    def attribution(self) -> str:
        """What every answer says about where its facts are from."""
        return "; ".join(dict.fromkeys(source.attribution for source in self.sources))

    def to_json(self) -> str:
        """Return the release as the file keeps it."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Release":
        """Read what `to_json` wrote.

        Raises:
            ValueError: The file is of another layout than this code reads.
        """
        members: dict[str, Any] = json.loads(text)
        if members.pop("format", None) != FORMAT:
            raise ValueError("the building database is of another format")
        return cls(
            **{
                **members,
                "bbox": tuple(members["bbox"]),
                "years": tuple(members["years"]) if members["years"] else None,
                "sources": tuple(_source(source) for source in members["sources"]),
            }
        )


def _source(members: Mapping[str, Any]) -> Source:
    return Source(**members)
