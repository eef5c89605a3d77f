"""Tiers: how often an account and each of its keys may ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from leadcloud.rate import Pace

TierName = Literal["standard", "large"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tier:
    """The paces of an account and of each of its keys."""

    account: Pace
    key: Pace

    @property
    def paces(self) -> Mapping[str, Pace]:
        """The paces by what each is of."""
        return {"key": self.key, "account": self.account}


def usage_key(beginning: str, tier: str) -> str:
    """Return the gateway's key under which its usage plan counts the callers of a tier."""
    return f"{beginning}-{tier}"


TIERS: Mapping[str, Tier] = {
    "standard": Tier(
        account=Pace(per_second=100, burst=2_000), key=Pace(per_second=50, burst=1_000)
    ),
    "large": Tier(
        account=Pace(per_second=1_000, burst=20_000), key=Pace(per_second=1_000, burst=20_000)
    ),
}
