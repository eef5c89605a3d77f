"""The operator loads lists: of prohibitions, of postal codes, of our own register."""

from collections.abc import Callable
from pathlib import Path

import pytest

from leadcloud.prohibitions import PUBLIC
from local.admin.__main__ import services_of
from local.folder import Folder
from tests.contacts import person

Run = Callable[..., str]


def test_a_list_is_loaded_as_people_write_numbers(run: Run, folder: Folder, tmp_path: Path) -> None:
    """Finnish or international, with spaces; empty lines mean nothing."""
    file = tmp_path / "list.txt"
    file.write_text("0457 000 0001\n\n+358 45 7000 0002\n", encoding="utf-8")

    run("suppression", "load", str(file))

    allow = services_of(folder).prohibitions.of("anybody")
    assert allow(person(1, phone="+3584570000001")) is None
    assert allow(person(1, phone="+3584570000002")) is None
    assert allow(person(1, phone="+3584570000003")) is not None


def test_a_list_is_read_as_of_its_country(run: Run, folder: Folder, tmp_path: Path) -> None:
    """As a register's numbers are: a Swedish one without its code would pass for a Finnish one."""
    file = tmp_path / "list.txt"
    file.write_text("070-123 45 67\n+358 45 7000 0002\n", encoding="utf-8")

    run("suppression", "load", str(file), "--country", "SE")

    allow = services_of(folder).prohibitions.of("anybody")
    assert allow(person(1, phone="+46701234567")) is None
    assert allow(person(1, phone="+3584570000002")) is None


def test_a_list_with_a_hole_is_not_loaded(run: Run, folder: Folder, tmp_path: Path) -> None:
    """The line is named, what stands in it is not."""
    file = tmp_path / "list.txt"
    file.write_text("0457 000 0001\nMatti Synteettinen\n", encoding="utf-8")

    with pytest.raises(SystemExit) as stopped:
        run("suppression", "load", str(file))

    assert "1 lines hold no phone number: 2" in str(stopped.value)
    assert "Matti" not in str(stopped.value)
    assert services_of(folder).store.query(f"PROHIBITION#{PUBLIC}").records == ()


def test_a_list_that_came_empty_takes_the_place_of_none(
    run: Run, folder: Folder, tmp_path: Path
) -> None:
    """A download that broke off must not let everybody be called; only who says so empties it."""
    full, empty = tmp_path / "full.txt", tmp_path / "empty.txt"
    full.write_text("0457 000 0001\n", encoding="utf-8")
    empty.write_text("\n", encoding="utf-8")
    banned = person(1, phone="+3584570000001")
    run("suppression", "load", str(full))

    with pytest.raises(SystemExit, match="Nothing was loaded"):
        run("suppression", "load", str(empty))

    assert services_of(folder).prohibitions.of("anybody")(banned) is None
    run("suppression", "load", str(empty), "--empty")
    assert services_of(folder).prohibitions.of("anybody")(banned) is not None


@pytest.mark.parametrize("group", ["suppression load", "postal_codes load", "own_register add"])
@pytest.mark.parametrize(
    "content", [None, "0457 000 0001\n".encode("utf-16")], ids=["missing", "utf-16"]
)
def test_a_file_that_cannot_be_read_is_told_in_a_sentence(
    run: Run,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    group: str,
    content: bytes | None,
) -> None:
    """One that is not there, or is written as a spreadsheet's "Unicode text" is."""
    file = tmp_path / "list.txt"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(SystemExit):
        run(*group.split(), str(file))

    assert "there is no such file, or it is not UTF-8" in capsys.readouterr().err


def test_a_list_of_postal_codes_is_loaded(run: Run, folder: Folder, tmp_path: Path) -> None:
    """From then on only these exist; before, nobody knew."""
    file = tmp_path / "codes.txt"
    file.write_text("00100\n01300\n", encoding="utf-8")
    assert services_of(folder).postal_codes.existing() is None

    run("postal_codes", "load", str(file))

    assert services_of(folder).postal_codes.existing() == frozenset({"00100", "01300"})
