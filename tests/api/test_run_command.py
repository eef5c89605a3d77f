"""`./run` on a machine of one's own: it starts, survives, continues, and says what is wrong."""

import re
import socket
import stat
import subprocess
import sys
import threading
import time
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from leadcloud.clock import SystemClock
from leadcloud.lead_reference import LeadReferences
from leadcloud.store.sqlite import SqliteStore
from tests.plugins.running_service import PATIENCE, ROOT, RunningService

pytestmark = pytest.mark.loopback

SEARCH: dict[str, Any] = {
    "purpose": "telemarketing_b2c",
    "registers": ["demo_directory_consumers", "demo_own_customers"],
    "criteria": {"municipality": {"in": ["092"]}},
    "page_size": 10,
}


def start_and_fail(*arguments: str) -> str:
    """Start a service that must not start and return what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "local.run", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    return done.stderr


def kept_references(service: RunningService, references: set[str]) -> set[str]:
    """Return those of the lead references that a stopped service's store knows."""
    store = SqliteStore(service.folder / "leadcloud.sqlite", SystemClock())
    known = LeadReferences(store, bytes)
    kept = {reference for reference in references if known.delivery(reference)}
    store.close()
    return kept


def test_it_says_where_it_listens(running_service: RunningService) -> None:
    """One line that a script can wait for."""
    assert re.fullmatch(
        r"LeadCloud is listening on http://127\.0\.0\.1:\d+", running_service.first_line
    )


def test_one_answer_out_of_two_registers(running_service: RunningService) -> None:
    """The directory and the customer's own database answer the same search."""
    reply = running_service.call("POST", "/v1/search", SEARCH, Idempotency_Key="two-registers")

    assert reply.status == 200
    assert {contact["register"] for contact in reply.json["contacts"]} == set(SEARCH["registers"])
    assert {contact["municipality"] for contact in reply.json["contacts"]} == {"092"}
    assert [source["state"] for source in reply.json["sources"]] == ["ok", "ok"]


def test_decision_makers(running_service: RunningService) -> None:
    """The business register answers by industry and legal form."""
    body = {
        "purpose": "telemarketing_b2b",
        "registers": ["demo_directory_decision_makers"],
        "criteria": {"industry": {"prefix": ["62"]}, "legal_form": {"in": ["OY"]}},
    }

    reply = running_service.call("POST", "/v1/search", body, Idempotency_Key="business")

    assert reply.status == 200
    assert reply.json["contacts"]
    for contact in reply.json["contacts"]:
        assert contact["industry_code"].startswith("62")
        assert contact["decision_makers"][0]["role"]


def test_demo_json_has_what_the_contract_names(running_service: RunningService) -> None:
    """Whoever scripts against the demo relies on these names."""
    demo = running_service.demo

    assert demo.keys() >= {"base_url", "keys", "registers", "mail_dir", "webhook_dir"}
    assert demo["keys"].keys() == {"customer", "other_customer", "reseller", "operator"}
    assert demo["registers"].keys() == {"directory", "own", "business"}
    assert len(set(demo["keys"].values())) == 4


def test_only_the_owner_reads_keys_and_secrets(running_service: RunningService) -> None:
    """Another user of the machine gets neither."""
    for name in ("demo.json", "secrets.json"):
        mode = stat.S_IMODE((running_service.folder / name).stat().st_mode)
        assert mode == 0o600


def test_one_customer_does_not_see_anothers_register(running_service: RunningService) -> None:
    """The own database of one account is nothing to the other."""
    reply = running_service.call("GET", "/v1/registers", key="other_customer")

    names = {register["id"] for register in reply.json["registers"]}
    assert names == {"demo_directory_consumers", "demo_directory_decision_makers"}


def test_it_continues_after_a_power_cut(tmp_path: Path) -> None:
    """Keys, accounts and what was answered are there after kill -9 and a second start."""
    first = RunningService(tmp_path / "data")
    answer = first.call("POST", "/v1/search", SEARCH, Idempotency_Key="before").json
    reference = answer["contacts"][0]["lead_reference"]
    first.kill()

    second = RunningService(tmp_path / "data")
    reused = second.call("POST", "/v1/search", SEARCH | {"page_size": 1}, Idempotency_Key="before")
    following = second.call(
        "POST", "/v1/search", SEARCH | {"cursor": answer["next_cursor"]}, Idempotency_Key="after"
    )
    second.stop()

    assert second.demo["keys"] == first.demo["keys"]
    assert reused.json["code"] == "idempotency_key_reused"
    assert following.status == 200
    assert second.process.returncode in (0, -15)
    assert kept_references(second, {reference}) == {reference}


@pytest.mark.slow
def test_nothing_answered_is_lost_by_power_cuts(tmp_path: Path) -> None:
    """Under load and cut off ten times, every lead reference that was answered is in the store."""
    answered: set[str] = set()
    for turn in range(10):
        service = RunningService(tmp_path / "data")
        stop = threading.Event()
        threads = [
            threading.Thread(target=_search_until, args=(service, stop, answered, f"{turn}-{n}"))
            for n in range(4)
        ]
        for thread in threads:
            thread.start()
        before = len(answered)
        deadline = time.monotonic() + PATIENCE
        while len(answered) < before + 4 and time.monotonic() < deadline:
            stop.wait(0.02)
        stop.wait(turn / 50)
        service.kill()
        stop.set()
        for thread in threads:
            thread.join()

    assert len(answered) > 20
    assert kept_references(service, answered) == answered


def _search_until(
    service: RunningService, stop: threading.Event, answered: set[str], name: str
) -> None:
    for number in range(10_000):
        if stop.is_set():
            return
        try:
            reply = service.call("POST", "/v1/search", SEARCH, Idempotency_Key=f"{name}-{number}")
        except (OSError, HTTPException):
            return
        if reply.status == 200:
            answered.update(contact["lead_reference"] for contact in reply.json["contacts"])


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    """The message names the port and the way out."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        said = start_and_fail("--port", port, "--data", str(tmp_path))

    assert port in said
    assert "--port" in said


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The message names the folder and the way out."""
    (tmp_path / "file").write_text("in the way")

    said = start_and_fail("--port", "0", "--data", str(tmp_path / "file"))

    assert "--data" in said


@pytest.mark.parametrize("name", ["leadcloud.sqlite", "secrets.json", "demo.json"])
def test_a_folder_that_holds_something_else_is_told(tmp_path: Path, name: str) -> None:
    """The message names the file."""
    (tmp_path / name).write_text("something else, longer than what a database begins with " * 9)

    said = start_and_fail("--port", "0", "--data", str(tmp_path))

    assert name in said
    assert "Traceback" not in said


def test_an_empty_folder_name_is_told() -> None:
    """As `--data "$DIR"` gives it without a DIR: secrets would lie wherever the caller stands."""
    assert "name a folder" in start_and_fail("--port", "70000", "--data", "")


def test_two_services_do_not_share_a_folder(running_service: RunningService) -> None:
    """The second one is told, before it touches anything."""
    said = start_and_fail("--port", "0", "--data", str(running_service.folder))

    assert "Another LeadCloud" in said


def test_an_older_python_is_told(tmp_path: Path) -> None:
    """The script names the version it needs and the one it found."""
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        old = tmp_path / name
        old.write_text(
            '#!/bin/sh\n[ "$1" = -V ] && echo "Python 3.9.2" && exit 0\nexit 1\n', encoding="utf-8"
        )
        old.chmod(0o755)
    folder = tmp_path / "clone"
    folder.mkdir()
    (folder / "run").write_text((ROOT / "run").read_text())
    (folder / "local").mkdir()
    (folder / "local/environment.sh").write_text((ROOT / "local/environment.sh").read_text())

    done = subprocess.run(
        ["/bin/sh", str(folder / "run")],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "3.11 or newer" in done.stderr
    assert "3.9.2" in done.stderr


def test_the_log_holds_no_key_and_no_contact(running_service: RunningService) -> None:
    """What the service writes about its work names neither callers' keys nor anybody called."""
    reply = running_service.call("POST", "/v1/search", SEARCH, Idempotency_Key="logged")
    contact = reply.json["contacts"][0]
    said = running_service.log.read_text(encoding="utf-8").splitlines()
    log = "\n".join(line for line in said if line.startswith("{"))

    assert "SOURCE_ANSWERED" in log
    for secret in (
        contact["phone"],
        contact["name"]["last"],
        *running_service.demo["keys"].values(),
    ):
        assert secret not in log
