"""Searches as a customer sends them."""

from typing import Any

from functions.search.handler import api
from leadcloud.wiring import Services
from tests.gateway_event import gateway_event, status_and_body

BODY = {"purpose": "telemarketing_b2c", "registers": ["first"], "criteria": {}}
"""Everybody in the register `first`."""


def post(
    services: Services, body: dict[str, Any], key: str = "one", who: str = "buyer"
) -> tuple[int, Any]:
    """Post a search and return its status and parsed answer."""
    event = gateway_event("POST", "/v1/search", body, key=key, account_id=who)
    return status_and_body(api.answer(event, services))
