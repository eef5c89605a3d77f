"""The provenance token: what a lead reference stands for, sealed, so that no table is needed.

AES-SIV gives the same token for the same delivery and needs no nonce. Source: RFC 5297.
"""

import base64
import binascii
import json

from leadcloud.lead_reference import Delivery, delivery_from, delivery_row

_VERSION = "1"


class Provenance:
    """Seals deliveries and opens what was sealed."""

    def __init__(self, secret: bytes) -> None:
        """Take the key: 64 bytes, for AES-256-SIV."""
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV

        self._cipher = AESSIV(secret)

    def seal(self, delivery: Delivery) -> str:
        """Return the token of a delivery."""
        row = json.dumps(delivery_row(delivery), separators=(",", ":"))
        sealed = self._cipher.encrypt(row.encode(), [_VERSION.encode()])
        return f"{_VERSION}.{base64.urlsafe_b64encode(sealed).decode('ascii').rstrip('=')}"

    def open(self, token: str) -> Delivery | None:
        """Return the delivery of a token, or None if the token is not one of ours."""
        from cryptography.exceptions import InvalidTag

        version, _, text = token.partition(".")
        try:
            sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            row = self._cipher.decrypt(sealed, [version.encode()])
        except (InvalidTag, ValueError, binascii.Error):
            return None
        return delivery_from(json.loads(row))
