"""Synthesising, and the checks that it and its templates must pass."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


def test_the_templates_are_valid(assembly: Path) -> None:
    """cfn-lint finds nothing, but a dependency that the CDK writes twice."""
    templates = sorted(map(str, assembly.glob("*.template.json")))
    assert len(templates) >= 6
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--ignore-checks", "W3005", "--"]
    done = subprocess.run([*command, *templates], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_finding_stops_the_synthesis(cdk: None, tmp_path: Path) -> None:
    """The rule packs are heeded: what they find and nobody acknowledged is not deployed."""
    from aws_cdk import Stack
    from aws_cdk import aws_sqs as sqs

    from app import build

    app = build(str(tmp_path), stages=())
    sqs.Queue(Stack(app, "Unguarded"), "Queue")
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()


def test_no_stack_that_matters_is_deleted_by_mistake(assembly: Path) -> None:
    """What holds data never, and of production nothing."""
    artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    stacks = {
        name: each["properties"].get("terminationProtection", False)
        for name, each in artifacts.items()
        if each["type"] == "aws:cloudformation:stack"
    }
    assert len(stacks) >= 6
    for name, kept in stacks.items():
        assert kept == (name.endswith("Data") or "Prod" in name), name


def test_synthesising_needs_no_account(assembly: Path) -> None:
    """Nothing in the templates is of one account or region."""
    manifest = (assembly / "manifest.json").read_text()
    assert "aws://unknown-account/unknown-region" in manifest
