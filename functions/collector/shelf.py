"""The bucket in which the newest release stands, beside what is done of the next one.

    current/buildings.sqlite                 the release, with its manifest and its report
    unfinished/2026-12/buildings.sqlite…     what was read for December's, until it is released

The manifest is put last: what it describes is there. The former ones are older versions of the
same objects.
"""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

RELEASE = "buildings.sqlite"
_BESIDE = (f"{RELEASE}.report.json", f"{RELEASE}.manifest.json")
_STAGED = f"{RELEASE}.collecting"
CURRENT = "current/"
UNFINISHED = "unfinished/"
_CHUNK = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Current:
    """The release that is there."""

    created: date
    collection: str
    """What had been asked for, as LEADCLOUD_COLLECTION says it."""


class Shelf:
    """Such a bucket, and the folder in which the collector works."""

    def __init__(self, client: "S3Client", bucket: str, folder: Path) -> None:
        self._client = client
        self._bucket = bucket
        self._folder = folder

    @property
    def release(self) -> Path:
        """Where the release comes to be."""
        return self._folder / RELEASE

    def current(self) -> Current | None:
        """Return what the newest release is, or None where there is none yet."""
        key = f"{CURRENT}{_BESIDE[-1]}"
        if not self._is_there(key):
            return None
        found = self._client.get_object(Bucket=self._bucket, Key=key)
        created = json.loads(found["Body"].read())["created"]
        return Current(
            created=date.fromisoformat(created), collection=found["Metadata"].get("collection", "")
        )

    def publish(self, collection: str) -> None:
        """Put the finished release in the place of the one before."""
        for name in (RELEASE, *_BESIDE):
            self._put(f"{CURRENT}{name}", self._folder / name, Metadata={"collection": collection})

    def take_up(self, month: str) -> None:
        """Go on from what was laid down this month, if anything was."""
        if self._is_there(_unfinished(month)):
            found = self._client.get_object(Bucket=self._bucket, Key=_unfinished(month))
            with (self._folder / _STAGED).open("wb") as file:
                for chunk in found["Body"].iter_chunks(_CHUNK):
                    file.write(chunk)

    def lay_down(self, month: str) -> None:
        """Keep what is half done, if anything is."""
        if (self._folder / _STAGED).exists():
            self._put(_unfinished(month), self._folder / _STAGED)

    def forget(self, month: str) -> None:
        """Begin anew the next time."""
        self._client.delete_object(Bucket=self._bucket, Key=_unfinished(month))

    def _is_there(self, key: str) -> bool:
        """Look before reading: whoever may not list is told 403 of what is not there."""
        found = self._client.list_objects_v2(Bucket=self._bucket, Prefix=key)
        return key in [item["Key"] for item in found.get("Contents", ())]

    def _put(self, key: str, path: Path, **more: Any) -> None:
        with path.open("rb") as file:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=file, **more)


def _unfinished(month: str) -> str:
    return f"{UNFINISHED}{month}/{_STAGED}"
