"""The brake, or rate limit: an account and its keys ask at most as often as their tier says.

What is left is told in every answer: draft-ietf-httpapi-ratelimit-headers-11, whose fields are
lists of structured fields (RFC 9651), one item per policy.
"""

from collections.abc import Mapping
from functools import lru_cache

from leadcloud.accounts.tier import TIERS
from leadcloud.clock import Clock
from leadcloud.errors import TooManyRequests, Unauthenticated
from leadcloud.http.call import Caller
from leadcloud.http.guard import CHALLENGE
from leadcloud.rate import Left, RateExceeded, RateStopped, SharedRate
from leadcloud.store.interface import Key, Store

PARTITIONS = "RATE#"
"""What the partitions of all rates begin with."""

_REMEMBERED = 10_000
"""Rates that an instance keeps in memory; one that was dropped is read again."""


class Brake:
    """Counts what callers ask, and stops who asks too often."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._rate = lru_cache(_REMEMBERED)(self._make_rate)

    def take(self, caller: Caller) -> Mapping[str, str]:
        """Let one request through; return the headers that say how many are left.

        Raises:
            TooManyRequests: It would be one too many; with the same headers.
            Unauthenticated: The key was stopped, or has expired.
        """
        if caller.expires_at and caller.expires_at <= self._clock.now():
            raise Unauthenticated(headers=CHALLENGE)
        of_key = self._rate("key", caller.key_id, caller.tier)
        of_account = self._rate("account", caller.account_id, caller.tier)
        try:
            return _headers(caller.tier, of_key.take(), of_account.take())
        except RateExceeded as exceeded:
            headers = _headers(caller.tier, of_key.left(), of_account.left())
            raise TooManyRequests(retry_after=exceeded.retry_after, headers=headers) from None
        except RateStopped:
            raise Unauthenticated(headers=CHALLENGE) from None

    def stop(self, key_id: str) -> None:
        """Stop a key that was revoked, for those who still remember that it was good.

        Felt here at once, and elsewhere when what an instance holds of the key's rate is used up.
        """
        for tier in TIERS:
            self._rate("key", key_id, tier).stop()

    def _make_rate(self, what: str, name: str, tier: str) -> SharedRate:
        key = Key(f"{PARTITIONS}{what}#{name}", "RATE")
        return SharedRate(self._store, key, clock=self._clock, pace=TIERS[tier].paces[what])


def _headers(tier: str, key: Left, account: Left) -> dict[str, str]:
    return {
        "RateLimit-Policy": _policy(tier),
        "RateLimit": f'"key";r={key.number};t={key.full_after}, '
        f'"account";r={account.number};t={account.full_after}',
    }


@lru_cache
def _policy(tier: str) -> str:
    return ", ".join(
        f'"{name}";q={pace.burst};w={round(pace.burst / pace.per_second)}'
        for name, pace in TIERS[tier].paces.items()
    )
