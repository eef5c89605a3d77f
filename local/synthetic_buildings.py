"""The building database of a fresh checkout: 45,000 invented buildings, made once."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path


def ensure_buildings(target: Path) -> None:
    """Make synthetic buildings where there is no building database.

    `python -m collect buildings --source ryhti …` puts real ones in their place.
    """
    if target.exists():
        return
    from collect.collection import Collection
    from collect.profile import profile
    from collect.synthetic import VANTAA, synthetic_rows

    target.parent.mkdir(parents=True, exist_ok=True)
    # Two services that start at once make one file each, and either may stay.
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        made = Path(folder) / target.name
        Collection(
            profile=profile("synthetic"), target=made, today=datetime.now(UTC).date(), quiet=True
        ).from_rows(synthetic_rows(VANTAA.buildings))
        for file in Path(folder).iterdir():
            file.replace(target.with_name(file.name))
