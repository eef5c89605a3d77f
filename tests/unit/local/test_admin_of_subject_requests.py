"""The administrator's commands on the audit trail and the register of controllers."""

from datetime import date
from pathlib import Path

import pytest

from leadcloud.anchors import FileAnchors, anchor_days
from leadcloud.clock import SetClock
from leadcloud.controllers import ControllerEntry, Role
from leadcloud.store.interface import Key, Update
from leadcloud.wiring import Services
from local.admin import audit
from local.admin.ropa import record

ROLES: tuple[tuple[str, Role], ...] = (("a", "source"), ("own", "own"))


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


def test_the_record_names_each_controller_but_ourselves() -> None:
    """Art. 30(2): controllers, categories, transfers, security; our own lane is left out."""
    entries = tuple(
        ControllerEntry(
            id=name,
            name=f"{name} Oy",
            role=role,
            privacy_email=f"p@{name}.example",
            contract=f"contract-{name}",
            contract_from=date(2026, 1, 1),
            categories=("searching",),
        )
        for name, role in ROLES
    )
    text = record(entries)
    for expected in ("a Oy", "contract-a", "searching", "third countries: none", "Security"):
        assert expected in text
    assert "own Oy" not in text
