"""API keys: a public id and a secret, of which only a keyed hash is kept.

A key reads `lc_<id>_<secret>`. The id finds the record; the secret has 160 random bits, so a
plain HMAC suffices where a password would need a slow hash.
"""

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass

from leadcloud.store.interface import Key, Record, Store

SCOPES = frozenset({"search", "predict", "buildings", "billing", "admin", "operator"})

_FORM = re.compile(r"lc_([a-z2-7]{12})_([a-z2-7]{32})")
_ID_BYTES, _SECRET_BYTES = 8, 20

RandomBytes = Callable[[int], bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiKey:
    """What is known of a key besides its secret."""

    id: str
    account_id: str
    scopes: frozenset[str]


class KeyRing:
    """Issues keys and recognises them."""

    def __init__(self, store: Store, pepper: str, random_bytes: RandomBytes) -> None:
        self._store = store
        self._pepper = pepper.encode()
        self._random_bytes = random_bytes

    def issue(self, account_id: str, scopes: frozenset[str]) -> str:
        """Keep a new key for an account and return it; it cannot be shown again."""
        if not scopes <= SCOPES:
            raise ValueError("there is a scope that does not exist")
        key_id = _base32(self._random_bytes(_ID_BYTES))[:12]
        secret = _base32(self._random_bytes(_SECRET_BYTES))
        self._store.put_if_absent(
            _key_of(key_id),
            {
                "account_id": account_id,
                "scopes": sorted(scopes),
                "hash": self._hash(key_id, secret),
            },
        )
        return f"lc_{key_id}_{secret}"

    def recognise(self, presented: str) -> ApiKey | None:
        """Return the key that was presented, or None if we never issued it."""
        form = _FORM.fullmatch(presented)
        if form is None:
            return None
        key_id, secret = form.groups()
        record = self._store.get(_key_of(key_id))
        expected = record.attributes["hash"] if record else ""
        # Compared in any case, so that an unknown id takes as long as a wrong secret.
        if not hmac.compare_digest(str(expected), self._hash(key_id, secret)):
            return None
        return _api_key(key_id, record) if record else None

    def _hash(self, key_id: str, secret: str) -> str:
        return hmac.new(self._pepper, f"{key_id}:{secret}".encode(), hashlib.sha256).hexdigest()


def _key_of(key_id: str) -> Key:
    return Key(f"KEY#{key_id}", "KEY")


def _api_key(key_id: str, record: Record) -> ApiKey:
    scopes = record.attributes["scopes"]
    assert isinstance(scopes, list | tuple)  # noqa: S101 we wrote it
    return ApiKey(
        id=key_id,
        account_id=str(record.attributes["account_id"]),
        scopes=frozenset(str(scope) for scope in scopes),
    )


def _base32(raw: bytes) -> str:
    return b32encode(raw).decode("ascii").lower().rstrip("=")
