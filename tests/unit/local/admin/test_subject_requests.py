"""The administrator's commands on the audit trail and the register of controllers."""

import argparse
import csv
import io
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from leadcloud.anchors import FileAnchors, anchor_days
from leadcloud.clock import SetClock
from leadcloud.controllers import ControllerEntry
from leadcloud.forwarding.destination import Destinations
from leadcloud.forwarding.signature import key_to_text
from leadcloud.store.interface import Key, Update
from leadcloud.wiring import Services
from local.admin import audit


@pytest.fixture
def trail(services: Services, clock: SetClock, tmp_path: Path) -> Services:
    """A trail of one event, anchored."""
    services.anchors = FileAnchors(tmp_path / "anchors.jsonl")
    services.audit.append("SR-1", "received", {"right": "access"})
    clock.move(86_400)
    anchor_days(services.store, services.anchors, clock)
    return services


def test_a_whole_trail_is_said_to_be_whole(
    trail: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing found is one sentence and the status 0."""
    audit._verify(None, trail)  # type: ignore[arg-type]
    assert "is whole" in capsys.readouterr().out


def test_an_edited_trail_is_named(trail: Services, capsys: pytest.CaptureFixture[str]) -> None:
    """What was edited is named, and the status is 1."""
    event = trail.store.get(Key("AUDIT#SR-1", "EVENT#000001"))
    assert event
    edited = {**event.attributes, "event": "closed"}
    trail.store.transact(Update(key=event.key, version=event.version, attributes=edited))
    with pytest.raises(SystemExit) as ended:
        audit._verify(None, trail)  # type: ignore[arg-type]
    assert ended.value.code == 1
    assert "tampered at SR-1 event 1" in capsys.readouterr().out


def entry(controller_id: str, **members: Any) -> ControllerEntry:
    """Return a source's entry."""
    base = ControllerEntry(
        id=controller_id,
        name=f"{controller_id} Oy",
        role="source",
        privacy_email=f"p@{controller_id}.example",
        contract=f"contract-{controller_id}",
        contract_from=date(2026, 1, 1),
        categories=("searching",),
    )
    return replace(base, **members)


def test_the_record_names_each_controller_but_ourselves(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    """Art. 30(2): processor, controllers, categories, transfers, security; not our own lane."""
    services.settings = replace(services.settings, privacy_contact="privacy@leadcloud.example")
    services.controllers.put(entry("a"))
    services.controllers.put(entry("gone", contract_until=date(2026, 2, 1)))
    services.controllers.put(entry("own", role="own"))
    command("ropa", services)
    text = capsys.readouterr().out
    for expected in (
        "As of 2026-11-23. Processor: LeadCloud, privacy@leadcloud.example.",
        "a Oy (a), p@a.example",
        "contract-gone, 2026-01-01 to 2026-02-01 (ended",
        "Processing: searching",
        "third countries: none",
        "Security",
    ):
        assert expected in text
    assert "own Oy" not in text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_case_31_a_spreadsheet_computes_nothing(
    services: Services, capsys: pytest.CaptureFixture[str], start: str
) -> None:
    """Case 31: what a cell begins with makes it no formula, and quotes and commas stay in it."""
    name = f'{start}HYPERLINK("https://x.example", 1)'
    services.controllers.put(entry("a", name=name))
    command("ropa --csv", services)
    rows = [*csv.reader(io.StringIO(capsys.readouterr().out))]
    assert rows[0][:2] == ["Controller", "Privacy contact"]
    assert [row[0] for row in rows[1:]] == [f"'{name}"]


CONTROLLER = """
id = "directory"
name = "Synthetic Directory Oy"
role = "source"
privacy_email = "privacy@directory.example"
contract = "DPA-2026-7"
contract_from = 2026-01-01
channel = "webhook"
url = "https://directory.example/hook"
calling_numbers = ["+358401234567"]
"""


def test_a_controller_is_entered_and_changed_by_its_file(
    services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file enters a controller; the same id again changes it and keeps its keys."""
    services.destinations = Destinations(lambda _host, _port: ["93.184.215.14"])
    file = tmp_path / "controller.toml"
    file.write_text(CONTROLLER, encoding="utf-8")
    command(f"controllers put {file}", services)
    command("controllers key directory", services)
    first = capsys.readouterr().out.split()[-1]
    command("controllers rotate directory", services)
    file.write_text(CONTROLLER.replace("Synthetic Directory", "Renamed"), encoding="utf-8")
    command(f"controllers put {file}", services)
    command("controllers key directory", services)
    second = capsys.readouterr().out.split()[-1]
    command("controllers list", services)
    assert "Renamed Oy" in capsys.readouterr().out
    kept = services.controllers.entry("directory")
    assert kept is not None
    good = services.controller_keys.good(kept, services.clock.now())
    assert [key_to_text(key) for key in good] == [second, first]
    assert kept.calling_numbers == ("+358401234567",)


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ('role = "source"', 'role = "owner"', "role"),
        ('name = "Synthetic Directory Oy"', "", "name"),
        ("2026-01-01", '"yesterday"', "contract_from"),
        ("https://directory.example", "http://169.254.169.254", "public https address"),
        ('url = "https://directory.example/hook"', "", "needs a URL"),
        ('id = "directory"', 'id = "two words"', "id"),
        ("privacy@directory.example", "nobody", "privacy contact"),
        ("calling_numbers", "keys", "keys"),
        ("id =", "= id", "TOML"),
    ],
)
def test_a_file_that_is_wrong_enters_nothing(
    services: Services, tmp_path: Path, written: str, instead: str, said: str
) -> None:
    """What is wrong with a controller's file is said, and nothing of it is entered."""
    services.destinations = Destinations(lambda _host, _port: ["169.254.169.254"])
    if "169" not in instead:
        services.destinations = Destinations(lambda _host, _port: ["93.184.215.14"])
    file = tmp_path / "controller.toml"
    file.write_text(CONTROLLER.replace(written, instead), encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        command(f"controllers put {file}", services)
    assert said in str(ended.value.code)
    assert [*services.controllers.entries()] == []


def test_our_own_register_is_loaded_from_a_file(services: Services, tmp_path: Path) -> None:
    """Addresses and numbers become hashes by which a request is recognised, and can be forgotten."""
    file = tmp_path / "own.txt"
    file.write_text("person@synthetic.example\n\n040 123 4567\n", encoding="utf-8")
    command(f"own_register add {file}", services)
    register = services.own_register
    assert register.holds(["Person@synthetic.example"])
    assert register.holds(["+358401234567"])
    command(f"own_register remove {file}", services)
    assert not register.holds(["person@synthetic.example", "+358401234567"])
    file.write_text("person@synthetic.example\nneither\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        command(f"own_register add {file}", services)
    assert "1 lines are no address or number: 2" in str(ended.value.code)
    assert not register.holds(["person@synthetic.example"])


def command(line: str, services: Services) -> None:
    """Carry out an administrator's command."""
    group, *rest = line.split()
    parser = argparse.ArgumentParser()
    module = import_module(f"local.admin.{group}")
    module.add_to(parser)
    options = parser.parse_args(rest)
    options.carry_out(options, services)
