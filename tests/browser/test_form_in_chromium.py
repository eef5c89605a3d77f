"""The form in a real browser, and what we sign in another language's library."""

import json
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leadcloud.forwarding.signature import key_to_text, sign
from tests.browser.conftest import HERE, InChromium
from tests.plugins.running_service import RunningService

KEY = bytes(range(32))
BODY = '{"name":"Testi Åberg"}'


@pytest.fixture(scope="session")
def findings(in_chromium: InChromium, running_service: RunningService) -> Any:
    """What Chromium found on the form, and on the pages of operators and controllers."""
    demo = running_service.demo
    return in_chromium("form.mjs", demo["base_url"], demo["keys"]["operator"], demo["mail_dir"])


@pytest.mark.loopback
@pytest.mark.slow
def test_the_form_has_no_accessibility_faults(findings: Any) -> None:
    """Axe finds nothing under WCAG 2.2 AA, in three languages: empty, error, check, sent, asked.

    Nor on the operators' page, and a controller's with and without a fault.
    """
    assert len(findings["states"]) == 18
    assert [each for each in findings["states"] if each["violations"]] == []


@pytest.mark.loopback
@pytest.mark.slow
def test_the_checker_finds_faults_where_there_are_any(findings: Any) -> None:
    """A field without its label and a page without its language are found."""
    rules = {each.partition(":")[0] for each in findings["control"]}
    assert rules == {"label", "html-has-lang"}


@pytest.mark.loopback
@pytest.mark.slow
def test_the_form_fits_at_four_hundred_percent(findings: Any) -> None:
    """At 320 pixels no page scrolls sideways."""
    assert [each for each in findings["states"] if each["sideways"]] == []


@pytest.mark.loopback
@pytest.mark.slow
def test_the_form_is_filed_by_keyboard_without_javascript(findings: Any) -> None:
    """Tab, Space, Enter and letters lead from the empty form to a reference."""
    assert findings["keyboard"].startswith("SR-")


@pytest.mark.loopback
@pytest.mark.slow
def test_an_operator_enters_reads_and_routes_a_call(findings: Any) -> None:
    """On the operators' page a call becomes a request that is read and passed on."""
    operator = findings["operator"]
    assert "Synteettinen puhelu" in operator["letter"]
    for event in ("received", "read by operator", "routed by operator"):
        assert event in operator["events"]
    assert findings["controller"] == "Kirjattu."


@pytest.mark.loopback
@pytest.mark.slow
def test_the_form_loads_nothing_from_elsewhere(findings: Any) -> None:
    """No page asks another origin for anything."""
    assert findings["elsewhere"] == []


def verified(node: str, **changed: Any) -> str:
    """Return what the JavaScript library says to a message of ours, or to a changed one."""
    now = datetime.now(UTC) - changed.pop("late", timedelta())
    headers = sign(BODY.encode(), message_id="m-1", at=now, keys=[bytes(32), KEY])
    message = {"key": key_to_text(KEY), "body": BODY, "headers": headers}
    for name, value in changed.items():
        if name == "headers":
            headers |= value
        else:
            message[name] = value
    run = subprocess.run(
        [node, "verify.mjs"],
        cwd=HERE,
        input=json.dumps(message),
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip()


def test_the_javascript_library_verifies_what_we_sign(node: str) -> None:
    """A message signed with the old and the new key is good for a holder of either."""
    assert verified(node) == "verified"


@pytest.mark.parametrize(
    "changed",
    [
        {"body": BODY + " "},
        {"headers": {"webhook-id": "m-2"}},
        {"late": timedelta(minutes=10)},
        {"key": key_to_text(bytes(31) + b"x")},
    ],
    ids=["body", "id", "time", "key"],
)
def test_the_javascript_library_refuses_what_we_did_not_sign(
    node: str, changed: dict[str, Any]
) -> None:
    """Another body, id, time or key is refused."""
    assert verified(node, **changed) in (
        "No matching signature found",
        "Message timestamp too old",
    )
