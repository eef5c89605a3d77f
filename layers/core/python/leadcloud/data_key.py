"""Data keys: a fresh key for each thing that must be forgotten one day, wrapped by a key of ours.

Whoever destroys the wrapped key has destroyed all that was sealed with it, copies included.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

KEY_BYTES = 32
NONCE_BYTES = 12

RandomBytes = Callable[[int], bytes]


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class DataKey:
    """A key to seal with, and the form in which it may be stored."""

    plain: bytes
    wrapped: bytes


class DataKeys(Protocol):
    """Makes data keys and unwraps them."""

    def make(self, context: str) -> DataKey:
        """Return a new key, which unwraps in the same context only."""

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """Return the key that was wrapped in this context.

        Raises:
            KeyNotUsable: It was wrapped otherwise.
        """


class KeyNotUsable(Exception):
    """The wrapped key is not ours, or belongs to another context."""


def seal(plain: bytes, key: bytes, context: str, *, random_bytes: RandomBytes) -> bytes:
    """Return a text sealed with a key; it opens in the same context only."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = random_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context.encode())


def unseal(sealed: bytes, key: bytes, context: str) -> bytes:
    """Return what was sealed with this key in this context."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())


class SecretDataKeys:
    """Data keys wrapped by a secret of this service."""

    def __init__(self, secret: str, random_bytes: RandomBytes) -> None:
        """Take a secret of at least 128 random bits."""
        self._key = hashlib.sha256(b"data keys\n" + secret.encode()).digest()
        self._random_bytes = random_bytes

    def make(self, context: str) -> DataKey:
        """Return a new key, which unwraps in the same context only."""
        plain = self._random_bytes(KEY_BYTES)
        wrapped = seal(plain, self._key, context, random_bytes=self._random_bytes)
        return DataKey(plain=plain, wrapped=wrapped)

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """Return the key that was wrapped in this context.

        Raises:
            KeyNotUsable: It was wrapped otherwise.
        """
        from cryptography.exceptions import InvalidTag

        try:
            return unseal(wrapped, self._key, context)
        except (InvalidTag, ValueError):
            raise KeyNotUsable from None


class KmsDataKeys:
    """Data keys wrapped by AWS KMS; the context is its encryption context."""

    def __init__(self, client: "KMSClient", key_id: str) -> None:
        self._client = client
        self._key_id = key_id

    def make(self, context: str) -> DataKey:
        """Return a new key, which unwraps in the same context only."""
        made = self._client.generate_data_key(
            KeyId=self._key_id, KeySpec="AES_256", EncryptionContext={"for": context}
        )
        return DataKey(plain=made["Plaintext"], wrapped=made["CiphertextBlob"])

    def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """Return the key that was wrapped in this context.

        Raises:
            KeyNotUsable: It was wrapped otherwise.
        """
        try:
            answer = self._client.decrypt(
                KeyId=self._key_id, CiphertextBlob=wrapped, EncryptionContext={"for": context}
            )
        except self._client.exceptions.InvalidCiphertextException:
            raise KeyNotUsable from None
        return bytes(answer["Plaintext"])
