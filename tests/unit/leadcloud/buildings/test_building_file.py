"""Taking up the release that is there."""

from pathlib import Path

import pytest

from leadcloud.buildings.building_file import BuildingFile
from leadcloud.buildings.store import EVERYTHING, BuildingStore
from leadcloud.clock import SetClock
from leadcloud.errors import Unavailable
from tests.plugins.buildings import building_id, release, row, soon


def test_a_new_release_is_taken_up_while_the_old_is_read(tmp_path: Path, clock: SetClock) -> None:
    """The file is replaced in one step: who has the old one open reads on; a second later all is new."""
    target = tmp_path / "b.sqlite"
    release(target, [row(1)])
    file = BuildingFile(target, clock)
    old = file.store()

    release(target, [row(1), row(2)])
    clock.move(0.9)
    assert file.store() is old

    clock.move(0.1)
    assert old.count(EVERYTHING, soon()) == 1
    assert old.feature(building_id(1)) is not None
    assert file.store().count(EVERYTHING, soon()) == 2
    assert file.store() is file.store()


def test_a_release_that_goes_away_is_missed_and_found_again(
    tmp_path: Path, clock: SetClock
) -> None:
    """A second later the look-up is unavailable, and until the file is back each call looks."""
    target, elsewhere = tmp_path / "b.sqlite", tmp_path / "elsewhere.sqlite"
    release(target, [row(1)])
    file = BuildingFile(target, clock)
    opened = file.store()

    target.rename(elsewhere)
    assert file.store() is opened
    clock.move(1)
    for _ in range(2):
        with pytest.raises(Unavailable):
            file.store()
    target.write_bytes(b"half a copy")
    with pytest.raises(Unavailable):
        file.store()

    elsewhere.rename(target)
    assert file.store() is opened


def test_without_a_file_the_look_up_is_unavailable(tmp_path: Path, clock: SetClock) -> None:
    """A service whose building database is not there yet says 503, not 500."""
    with pytest.raises(Unavailable) as unavailable:
        BuildingFile(tmp_path / "none.sqlite", clock).store()
    assert unavailable.value.retry_after


def test_a_file_of_another_format_is_refused(tmp_path: Path, clock: SetClock) -> None:
    """A reader never guesses at a layout that it does not know."""
    import sqlite3

    release(tmp_path / "b.sqlite", [row(1)])
    connection = sqlite3.connect(tmp_path / "b.sqlite")
    connection.execute("UPDATE release SET json = replace(json, '\"format\": 3', '\"format\": 1')")
    connection.commit()
    connection.close()

    with pytest.raises(ValueError, match="another format"):
        BuildingStore(tmp_path / "b.sqlite")
    with pytest.raises(Unavailable, match="collected anew"):
        BuildingFile(tmp_path / "b.sqlite", clock).store()


@pytest.mark.parametrize("content", [b"", b"no database at all" * 1000])
def test_a_file_that_is_no_database_is_unavailable(
    tmp_path: Path, clock: SetClock, content: bytes
) -> None:
    """Half a copy of a release is said to be broken: 503, not 500."""
    (tmp_path / "b.sqlite").write_bytes(content)

    with pytest.raises(Unavailable, match="collected anew"):
        BuildingFile(tmp_path / "b.sqlite", clock).store()
