"""The README's first request works as it is written, and its answer looks as it says."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.running_service import ROOT, RunningService

pytestmark = pytest.mark.loopback

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, flags=re.DOTALL)


def blocks(language: str) -> list[str]:
    """Return the code blocks of a language."""
    return [code for name, code in BLOCKS if name == language]


def shape(value: Any) -> Any:
    """Return the names and types in a JSON value, which is what stays the same."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return None if value is None else type(value).__name__


def test_the_first_request(running_service: RunningService, tmp_path: Path) -> None:
    """Pasted into a shell, it answers what the README shows."""
    (request,) = [code for code in blocks("sh") if "curl" in code]
    (shown,) = blocks("json")
    script = request.replace("http://127.0.0.1:8000", running_service.demo["base_url"]).replace(
        ".local/demo.json", str(running_service.folder / "demo.json")
    )

    done = subprocess.run(
        ["/bin/sh", "-ec", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    answer, expected = json.loads(done.stdout), json.loads(shown)
    assert answer["contacts"]
    assert {contact["register"] for contact in answer["contacts"]} == {
        contact["register"] for contact in expected["contacts"]
    }
    assert shape(answer) == shape(expected)


@pytest.mark.parametrize("command", ["./run", "./test", "./bench", "./synth"])
def test_every_command_that_is_named_is_there(command: str) -> None:
    """A newcomer can type what stands in the table."""
    assert command in README
    assert (ROOT / command).stat().st_mode & 0o111


def test_every_link_leads_somewhere() -> None:
    """Files that the README points to exist."""
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists()
