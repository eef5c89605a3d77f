"""An operator on the machine that the service runs on."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from local.admin.__main__ import main
from local.folder import Folder, draw_secrets


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder that the service has started in."""
    folder = Folder(tmp_path / "data")
    folder.root.mkdir()
    draw_secrets(folder)
    return folder


@pytest.fixture
def run(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Run a command on the folder and return what it printed."""

    def run(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["local.admin", *arguments, "--data", str(folder.root)])
        main()
        return capsys.readouterr().out.strip()

    return run
