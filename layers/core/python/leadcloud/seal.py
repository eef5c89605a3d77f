"""Sealed tokens: what a caller carries for us from one request to the next, and cannot read.

AES-256-GCM with the token's context as associated data: a token opens only for the account,
purpose and criteria it was made for, and only until it expires. The first key seals, all open, so
that keys rotate without breaking what is under way.
"""

import base64
import binascii
import struct
from collections.abc import Callable
from datetime import datetime

_NONCE_BYTES = 12


class SealBroken(Exception):
    """The token is not ours, was made for another context, or has expired."""


class SealExpired(SealBroken):
    """The token is ours and was made for this context, and has expired."""


class Sealer:
    """Seals and opens tokens."""

    def __init__(self, keys: dict[str, bytes], random_bytes: Callable[[int], bytes]) -> None:
        """Take keys of 32 bytes by their id, the one that seals first."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = next(iter(keys))
        self._random_bytes = random_bytes

    @classmethod
    def from_text(cls, text: str, random_bytes: Callable[[int], bytes]) -> "Sealer":
        """Read keys written as `id:base64`, one per word, the one that seals first."""
        pairs = (word.partition(":") for word in text.split())
        return cls({key_id: base64.b64decode(key) for key_id, _, key in pairs}, random_bytes)

    def seal(self, payload: bytes, context: str, expires_at: datetime) -> str:
        """Return a token that opens to the payload in this context until the moment given."""
        nonce = self._random_bytes(_NONCE_BYTES)
        plain = struct.pack(">Q", int(expires_at.timestamp())) + payload
        sealed = nonce + self._ciphers[self._current].encrypt(nonce, plain, context.encode())
        return f"{self._current}.{_text(sealed)}"

    def open(self, token: str, context: str, now: datetime) -> bytes:
        """Return the payload of a token.

        Raises:
            SealExpired: It has expired.
            SealBroken: It is not ours, or was made for another context.
        """
        from cryptography.exceptions import InvalidTag

        key_id, _, text = token.partition(".")
        try:
            sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            if text != _text(sealed):
                raise SealBroken  # bits that base64 leaves unused, padding, or other characters
            nonce, sealed = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
            plain = self._ciphers[key_id].decrypt(nonce, sealed, context.encode())
        except (InvalidTag, KeyError, ValueError, binascii.Error):
            raise SealBroken from None
        if struct.unpack(">Q", plain[:8])[0] <= now.timestamp():
            raise SealExpired
        return plain[8:]


def _text(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).decode("ascii").rstrip("=")
