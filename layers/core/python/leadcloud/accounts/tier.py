"""Tiers: how often an account and each of its keys may ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

TierName = Literal["standard", "large", "unbraked"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """So many requests a second in the long run, and so many at once after a rest."""

    per_second: int
    burst: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Tier:
    """The paces of an account and of each of its keys."""

    account: Pace
    key: Pace


TIERS: Mapping[TierName, Tier] = {
    "standard": Tier(account=Pace(per_second=50, burst=500), key=Pace(per_second=25, burst=250)),
    "large": Tier(account=Pace(per_second=200, burst=2000), key=Pace(per_second=100, burst=1000)),
    # For measuring: more than one machine can answer.
    "unbraked": Tier(
        account=Pace(per_second=20_000, burst=200_000),
        key=Pace(per_second=20_000, burst=200_000),
    ),
}
