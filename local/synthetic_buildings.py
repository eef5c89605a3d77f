"""The building database of a fresh checkout: 45,000 invented buildings, made once."""

import json
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from leadcloud.buildings.release import FORMAT


def ensure_buildings(target: Path, count: int = 45_000) -> None:
    """Make synthetic buildings where there is no building database, or those of an older version.

    `python -m collect buildings --source ryhti …` puts real ones in their place.
    """
    if target.exists() and not _is_outdated(target):
        return
    from collect.collection import Collection, Feed
    from collect.profile import profile
    from collect.synthetic import synthetic_rows

    target.parent.mkdir(parents=True, exist_ok=True)
    # Two services that start at once make one file each, and either may stay.
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        made = Path(folder) / target.name
        invented = Feed(profile=profile("synthetic"), origin=synthetic_rows(count))
        Collection(target=made, today=datetime.now(UTC).date(), quiet=True).release([invented])
        for file in Path(folder).iterdir():
            file.replace(target.with_name(file.name))


def _is_outdated(target: Path) -> bool:
    """Tell whether these are invented buildings in a layout that is no longer read."""
    with closing(sqlite3.connect(f"{target.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            (text,) = connection.execute("SELECT json FROM release").fetchone()
        except (sqlite3.DatabaseError, TypeError):
            return False  # not ours to replace
    release = json.loads(text)
    return bool(release["synthetic"]) and release["format"] != FORMAT
