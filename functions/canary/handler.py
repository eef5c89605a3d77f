"""Asks the service what a customer would, through the front door, and says whether it answered.

Its account may search one register, whose persons do not exist. Only what went well is counted: a
canary that fails, and one that is not called any more, are the same silence, and sound one alarm.
"""

import json
import time
import urllib.request
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError, URLError

from leadcloud import step
from leadcloud.events import Event, log
from leadcloud.registers.canary import ACCOUNT, MUNICIPALITY, PERSONS
from leadcloud.secrets import SecretMissing
from leadcloud.settings import Settings
from leadcloud.wiring import Services

_PATIENCE = 10
"""Seconds for one answer. A search takes three at the most."""

Ask = Callable[[str, Any], Any]
"""Sends a path a body (a GET where there is none) and returns the JSON of the answer."""


class CanaryFailed(Exception):
    """The service did not answer as it should; the message is a code."""


def lambda_handler(_event: object, _context: object) -> None:
    """Try the service once, with the key that its secret holds now.

    Called every five minutes, an instance lives for hours: with collaborators of its own it would go
    on with a key that has been replaced, and no deployment goes through while it fails.
    """
    step.carry_out("try_out", lambda: try_out(Services(Settings.from_environment())))


def try_out(services: Services) -> bool:
    """Try what a customer needs, in turn; return whether all of it works."""
    for name, attempt in {"health": _health, "search": _search}.items():
        started = time.perf_counter()
        try:
            attempt(_asker(services))
        except (CanaryFailed, SecretMissing) as failure:
            log(Event.CANARY_FAILED, step=name, reason=str(failure))
            return False
        ms = round((time.perf_counter() - started) * 1000, 1)
        log(Event.CANARY_STEP_PASSED, step=name, ms=ms)
    log(Event.CANARY_PASSED)
    return True


def _health(ask: Ask) -> None:
    if ask("/health", None).get("status") != "ok":
        raise CanaryFailed("not_healthy")


def _search(ask: Ask) -> None:
    found = ask(
        "/v1/search",
        {
            "purpose": "telemarketing_b2c",
            "registers": [ACCOUNT],
            "criteria": {"municipality": {"in": [MUNICIPALITY]}},
            "page_size": len(PERSONS),
        },
    )
    if [source.get("state") for source in found.get("sources", ())] != ["ok"]:
        raise CanaryFailed("source_not_ok")
    if len(found.get("contacts", ())) != len(PERSONS):
        raise CanaryFailed("contacts_missing")


def _asker(services: Services) -> Ask:
    def ask(path: str, body: Any) -> Any:
        headers = {"User-Agent": "leadcloud-canary"}
        if body is not None:
            headers |= {
                "Content-Type": "application/json",
                "Idempotency-Key": services.random_bytes(16).hex(),
                "X-API-Key": services.secrets["canary_key"],
            }
        return _answer(f"{services.settings.base_url}{path}", headers, body)

    return ask


def _answer(url: str, headers: Mapping[str, str], body: Any) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, dict(headers))  # noqa: S310 our own address
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
            status, text = answer.status, answer.read()
    except HTTPError as refusal:
        raise CanaryFailed(f"status_{refusal.code}") from None
    except (URLError, OSError):
        raise CanaryFailed("unreachable") from None
    try:
        found = json.loads(text) if status == HTTPStatus.OK else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise CanaryFailed("not_json")
    return found
