"""The guide to deploying and the runbooks say what is there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from tests.infra.deployment import Deployment

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [DOCS / "deploy.md", DOCS / "whole-register.md", *sorted((DOCS / "runbooks").glob("*.md"))]
CLI = {"deploy": "codedeploy", "s3api": "s3"}
"""What the command line calls otherwise than the models."""
EVERYWHERE = {"cli-binary-format", "query"}
"""Options of every command."""
SECRETS = {"key_pepper", "seal_keys", "idempotency", "suppression", "disclosure", "provenance"}


def blocks(path: Path) -> list[str]:
    """Return the commands of a page, block by block."""
    return re.findall(r"```sh\n(.*?)```", path.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_that_is_named_is_there(page: Path) -> None:
    """A link to nothing helps nobody at night."""
    for target in re.findall(r"\]\(([^)#:]+\.md)\)", page.read_text(encoding="utf-8")):
        if target == "search.md":
            continue  # comes with the alarms
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_that_is_named_is_there(page: Path) -> None:
    """Groups of `local.admin`, modules of ours, and scripts."""
    text = page.read_text(encoding="utf-8")
    for group in re.findall(r"python -m local\.admin ([a-z_]+)", text):
        assert (DOCS.parent / "local/admin" / f"{group}.py").exists(), group
    for module in re.findall(r"python -m ([a-z]+(?:\.[a-z_]+)*)", text):
        path = DOCS.parent / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module
    for script in re.findall(r"^\s*(\.(?:ci)?/[a-z]+)", text, flags=re.MULTILINE):
        assert (DOCS.parent / script).exists(), script


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_aws_is_one(page: Path) -> None:
    """Service, operation and options are those that AWS's own models have."""
    models = botocore.session.get_session()
    text = page.read_text(encoding="utf-8").replace("\\\n", " ")
    for service, operation, rest in re.findall(
        r"aws ([a-z0-9]+) ([a-z]+-[a-z-]+|query|invoke)([^`\n]*)", text
    ):
        model = models.get_service_model(CLI.get(service, service))
        operations = {xform_name(name, "-"): name for name in model.operation_names}
        assert operation in operations, f"{service} {operation}"
        shape = model.operation_model(operations[operation]).input_shape
        options = {xform_name(name, "-") for name in shape.members} if shape else set()
        assert set(re.findall(r" --([a-z-]+)", rest)) <= options | EVERYWHERE, (
            f"{service} {operation}"
        )


def test_every_output_that_is_named_is_there(deployment: Deployment) -> None:
    """The words in commands and tables that stand for what a stack tells."""
    there = {**deployment.data["Outputs"], **deployment.service["Outputs"]}.keys()
    named = {
        "BaseUrl",
        "CanarySecretArn",
        "DeadLettersUrl",
        "RegisterSecretArn",
        "SecretArn",
        "TableName",
    }

    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)

    assert named <= there
    assert all(name in text for name in named)


def test_the_runbook_on_keys_knows_every_secret() -> None:
    """A secret whose loss nobody has thought through would be missed here."""
    from local.folder import own_secrets

    text = (DOCS / "runbooks/key-rotation.md").read_text(encoding="utf-8")

    assert own_secrets().keys() >= SECRETS
    for name in own_secrets():
        assert f"| `{name}` |" in text


def test_secrets_are_there_before_the_functions_that_need_them() -> None:
    """The clock calls functions from their first minute on; each failure is a dead letter."""
    guide = "".join(blocks(DOCS / "deploy.md"))
    order = ["aws-cdk@2.1148.1 deploy --app cdk.out LeadCloudDevData", "put-secret-value"]
    places = [guide.index(each) for each in [*order, ".ci/deploy Dev", "account create"]]
    assert places == sorted(places)


def test_commands_find_the_python_of_the_checkout() -> None:
    """Whoever has only just cloned it has no other Python with our libraries."""
    first, *_ = blocks(DOCS / "deploy.md")
    assert first.splitlines() == ["./run --help", 'PATH="$PWD/.venv/bin:$PATH"']


def test_a_first_customer_gets_its_key_by_the_letter(tmp_path: Path) -> None:
    """The guide's own commands, on an empty store, with the secrets that the guide draws."""
    commands = [block for block in blocks(DOCS / "deploy.md") if "account create" in block]
    draw = [block for block in blocks(DOCS / "deploy.md") if "secret draw" in block]
    assert len(commands) == len(draw) == 1
    secrets = tmp_path / "own.json"
    script = f"set -eu\n{draw[0].splitlines()[0]}\n{commands[0]}"

    done = subprocess.run(
        ["/bin/sh", "-c", script.replace(">own.json", f">{secrets}")],
        cwd=DOCS.parent,
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
            "LEADCLOUD_STORE": f"sqlite:{tmp_path / 'store.sqlite'}",
            "LEADCLOUD_SECRETS": f"file:{secrets}",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert re.search(r"^lc_\S+$", done.stdout, flags=re.MULTILINE)
