"""The pipeline: its files are sound, it may do little, and it runs what runs here."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]
WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
LINTER = Path(sys.executable).with_name("actionlint")
KNOWN_OWNERS = {"actions", "aws-actions"}


def lint(*paths: Path) -> list[str]:
    """Return actionlint's findings."""
    done = subprocess.run([LINTER, "-oneline", *paths], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode == bool(done.stdout)
    return done.stdout.splitlines()


def read(path: Path) -> Any:
    """Return a workflow file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps(workflow: Any) -> list[Any]:
    """Return the steps of all jobs."""
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_the_workflow_files_are_sound() -> None:
    """The linter finds nothing in them."""
    assert WORKFLOWS
    assert lint(*WORKFLOWS) == []


def test_a_fault_is_found(tmp_path: Path) -> None:
    """A job that needs one that is not there, and an expression that names nothing."""
    faulty = tmp_path / "faulty.yml"
    text = (REPOSITORY / ".github/workflows/deploy.yml").read_text(encoding="utf-8")
    faulty.write_text(text.replace("needs: dev", "needs: test").replace("vars.AWS", "var.AWS"))

    assert len(lint(faulty)) >= 2


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_read_and_only_a_deployment_gets_a_token(path: Path) -> None:
    """Rights are named for each job, and there is no secret that could leak."""
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 60
        more = job.get("permissions", {}).keys() - {"contents"}
        assert more == ({"id-token"} if "environment" in job else set())
    assert "secrets." not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_few_and_pinned(path: Path) -> None:
    """The workflows use actions of owners that we trust, by major version."""
    for step in steps(read(path)):
        if "uses" in step:
            assert re.fullmatch(r"([a-z-]+)/[a-z-]+@v\d+", step["uses"])
            assert step["uses"].partition("/")[0] in KNOWN_OWNERS


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_what_outsiders_write_is_never_a_command(path: Path) -> None:
    """No expression stands in a script: a branch may be named `$(…)`."""
    for step in steps(read(path)):
        assert "${{" not in step.get("run", "")


def test_the_pipeline_runs_what_runs_here() -> None:
    """The same script that must pass on a bare machine, and nothing in its place."""
    check = read(REPOSITORY / ".github/workflows/check.yml")
    assert {"run": ".ci/run"} in check["jobs"]["everything"]["steps"]
    for step in steps(check) + steps(read(REPOSITORY / ".github/workflows/deploy.yml")):
        for script in re.findall(r"^(\.\S+)", step.get("run", ""), flags=re.MULTILINE):
            assert (REPOSITORY / script).stat().st_mode & 0o100
