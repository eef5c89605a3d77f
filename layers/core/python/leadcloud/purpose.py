"""What contacts may be used for: telemarketing, and never a home visit.

The purpose is part of every request and cannot be switched off (mission M4).
"""

from datetime import datetime, timedelta
from typing import Literal, get_args

from leadcloud.errors import Fault, PurposeNotPermitted

Purpose = Literal["telemarketing_b2c", "telemarketing_b2b"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)

NOT_FOR = ("home_visit",)

KIND_OF: dict[Purpose, Literal["consumer", "business"]] = {
    "telemarketing_b2c": "consumer",
    "telemarketing_b2b": "business",
}
"""The kind of register that each purpose may search."""

DELIVERED: dict[Purpose, frozenset[str]] = {
    "telemarketing_b2c": frozenset(
        {
            "name",
            "phone",
            "phone_type",
            "language",
            "postal_code",
            "municipality",
            "age_group",
            "building",
        }
    ),
    "telemarketing_b2b": frozenset(
        {
            "business_id",
            "name",
            "industry_code",
            "legal_form",
            "phone",
            "visiting_address",
            "decision_makers",
        }
    ),
}
"""The fields that leave the house for each purpose; whatever else a register sends stays inside.

For consumers nothing that locates a dwelling: no street, no coordinates, no building's id. Never for
anybody: an exact age, a birth date, a personal identity code, an e-mail address.
"""

INDISPENSABLE: dict[Purpose, frozenset[str]] = {
    "telemarketing_b2c": frozenset({"name", "phone"}),
    "telemarketing_b2b": frozenset({"business_id", "name"}),
}
"""Without these a contact is none, so no policy can withhold them."""

USE_PERIOD = timedelta(days=60)
"""A target group may be used this long after it was selected. Source: Finnish list practice,
two months after selection (terms of a list provider, seen 2026-11)."""


def permitted(purpose: str, allowed: tuple[Purpose, ...]) -> Purpose:
    """Return the purpose if contacts are delivered for it under the account's contract.

    Raises:
        PurposeNotPermitted: It is none of ours, or not in the contract.
    """
    for known in PURPOSES:
        if purpose == known and known in allowed:
            return known
    fault = Fault(
        field="purpose",
        code="purpose_not_permitted",
        detail=f"Permitted under your contract: {', '.join(allowed) or 'none'}.",
    )
    raise PurposeNotPermitted(faults=[fault])


def use_ends(selected: datetime) -> datetime:
    """Return when contacts selected at that moment may no longer be used."""
    return selected + USE_PERIOD
