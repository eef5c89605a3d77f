"""The operator's commands on this machine."""

import sys
from pathlib import Path

import pytest

from leadcloud.accounts.account import Account
from leadcloud.prohibitions import PUBLIC
from local.admin.__main__ import main, services_of
from local.folder import Folder, draw_secrets
from tests.contacts import person


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder that the service has started in."""
    folder = Folder(tmp_path / "data")
    folder.root.mkdir()
    draw_secrets(folder)
    return folder


def run(monkeypatch: pytest.MonkeyPatch, folder: Folder, *arguments: str) -> None:
    """Run a command."""
    monkeypatch.setattr(sys, "argv", ["local.admin", *arguments, "--data", str(folder.root)])
    main()


def test_a_list_is_loaded_as_people_write_numbers(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Finnish or international, with spaces; empty lines mean nothing."""
    file = tmp_path / "list.txt"
    file.write_text("0457 000 0001\n\n+358 45 7000 0002\n", encoding="utf-8")

    run(monkeypatch, folder, "suppression", "load", str(file))

    allow = services_of(folder).prohibitions.of("anybody")
    assert allow(person(1, phone="+3584570000001")) is None
    assert allow(person(1, phone="+3584570000002")) is None
    assert allow(person(1, phone="+3584570000003")) is not None


def test_a_list_with_a_hole_is_not_loaded(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line is named, what stands in it is not."""
    file = tmp_path / "list.txt"
    file.write_text("0457 000 0001\nMatti Synteettinen\n", encoding="utf-8")

    with pytest.raises(SystemExit) as stopped:
        run(monkeypatch, folder, "suppression", "load", str(file))

    assert "1 lines hold no phone number: 2" in str(stopped.value)
    assert "Matti" not in str(stopped.value)
    assert services_of(folder).store.query(f"PROHIBITION#{PUBLIC}").records == ()


def test_a_list_that_came_empty_takes_the_place_of_none(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A download that broke off must not let everybody be called; only who says so empties it."""
    full, empty = tmp_path / "full.txt", tmp_path / "empty.txt"
    full.write_text("0457 000 0001\n", encoding="utf-8")
    empty.write_text("\n", encoding="utf-8")
    banned = person(1, phone="+3584570000001")
    run(monkeypatch, folder, "suppression", "load", str(full))

    with pytest.raises(SystemExit, match="Nothing was loaded"):
        run(monkeypatch, folder, "suppression", "load", str(empty))

    assert services_of(folder).prohibitions.of("anybody")(banned) is None
    run(monkeypatch, folder, "suppression", "load", str(empty), "--empty")
    assert services_of(folder).prohibitions.of("anybody")(banned) is not None


@pytest.mark.parametrize("group", ["suppression load", "postal_codes load", "own_register add"])
@pytest.mark.parametrize(
    "content", [None, "0457 000 0001\n".encode("utf-16")], ids=["missing", "utf-16"]
)
def test_a_file_that_cannot_be_read_is_told_in_a_sentence(
    folder: Folder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    group: str,
    content: bytes | None,
) -> None:
    """One that is not there, or is written as a spreadsheet's "Unicode text" is."""
    file = tmp_path / "list.txt"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(SystemExit):
        run(monkeypatch, folder, *group.split(), str(file))

    assert "there is no such file, or it is not UTF-8" in capsys.readouterr().err


def test_a_list_of_postal_codes_is_loaded(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From then on only these exist; before, nobody knew."""
    file = tmp_path / "codes.txt"
    file.write_text("00100\n01300\n", encoding="utf-8")
    assert services_of(folder).postal_codes.existing() is None

    run(monkeypatch, folder, "postal_codes", "load", str(file))

    assert services_of(folder).postal_codes.existing() == frozenset({"00100", "01300"})


def test_a_register_is_put_into_accounts_contracts(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Entered once or twice, it is a record, and the account may search it; others may not."""
    services = services_of(folder)
    for name in ("buyer", "other"):
        services.accounts.open(
            Account(id=name, kind="customer", name="B", parent=None, registers=(), purposes=())
        )

    for _ in range(2):
        run(monkeypatch, folder, "registers", "put", "ytj_companies", "--account", "buyer")

    registers = {
        name: account.registers
        for name in ("buyer", "other")
        if (account := services.accounts.account(name))
    }
    assert registers == {"buyer": ("ytj_companies",), "other": ()}
    assert services.registers.register("ytj_companies")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["ytj_companies", "--account", "nobody"], "1 of the accounts do not exist"),
        (["no_such_register"], "cannot be used yet"),
    ],
)
def test_a_register_that_cannot_be_put_is_a_sentence(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, arguments: list[str], told: str
) -> None:
    """A mistyped name is told in a sentence, not by a traceback."""
    with pytest.raises(SystemExit) as stopped:
        run(monkeypatch, folder, "registers", "put", *arguments)

    assert told in str(stopped.value)
