"""The environment that `./run` and its neighbours make for themselves."""

import subprocess
from pathlib import Path

SCRIPT = Path("local/environment.sh").resolve()


def command(path: Path, body: str) -> None:
    """Put a command there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def test_an_environment_that_was_left_half_made_is_finished(tmp_path: Path) -> None:
    """Without python3-venv a .venv without pip is left behind; the next start must mend it."""
    binaries = tmp_path / ".venv/bin"
    command(binaries / "python", f'[ "$2" != pip ] || {binaries}/pip "$@"')
    command(
        tmp_path / "bin/python3",
        f'[ "$2" != venv ] || cp {tmp_path}/pip {binaries}/pip',
    )
    command(tmp_path / "pip", f"cp {tmp_path}/uv {binaries}/uv")
    command(tmp_path / "uv", "exit 0")

    done = subprocess.run(
        ["/bin/sh", "-euc", f". {SCRIPT}; environment dev"],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert (binaries / "uv").exists()
