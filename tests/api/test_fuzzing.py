"""Every input gets an answer of the API's own (I7)."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugins.running_service import RunningService

pytestmark = pytest.mark.loopback

SEED = "20261123"
CASES_PER_OPERATION = "40"
CASES = 1_500


@pytest.mark.slow
def test_no_input_gets_an_undeclared_answer(
    running_service: RunningService, tmp_path: Path
) -> None:
    """Schemathesis, all checks, at least 1,500 cases: no 5xx, nothing undeclared, nothing ignored."""
    key = running_service.demo["keys"]["customer"]

    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")),
            f"--config-file={Path(__file__).with_name('schemathesis.toml')}",
            "run",
            f"{running_service.demo['base_url']}/openapi.json",
            "--header",
            f"X-API-Key: {key}",
            "--checks=all",
            f"--seed={SEED}",
            f"--max-examples={CASES_PER_OPERATION}",
            "--continue-on-failure",
            "--no-color",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    report = done.stdout + done.stderr
    cases = re.search(r"(\d[\d,]*) generated", report)
    assert done.returncode == 0, report[-6000:]
    assert cases is not None
    assert int(cases[1].replace(",", "")) >= CASES
