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


def alike(answer: Any, shown: Any) -> bool:
    """Tell whether two JSON values have the same names and types; null stands for any value."""
    if answer is None or shown is None:
        return True
    if isinstance(shown, dict):
        return answer.keys() == shown.keys() and all(
            alike(answer[name], shown[name]) for name in shown
        )
    if isinstance(shown, list):
        return bool(answer) == bool(shown) and (not shown or alike(answer[0], shown[0]))
    return type(answer) is type(shown)


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
    assert alike(answer, expected)


@pytest.mark.parametrize("command", ["./run", "./test", "./bench", "./synth"])
def test_every_command_that_is_named_is_there(command: str) -> None:
    """A newcomer can type what stands in the table."""
    assert command in README
    assert (ROOT / command).stat().st_mode & 0o111


def test_every_link_leads_somewhere() -> None:
    """Files that the README points to exist."""
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists()
