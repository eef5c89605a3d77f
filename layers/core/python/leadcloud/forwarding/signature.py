"""Signatures of the messages between us and controllers.

Source: Standard Webhooks specification (standardwebhooks.com), symmetric signatures `v1`.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(minutes=5)
"""How far the sender's clock may be from ours; a replay is refused after that."""


_DIGITS = 11
"""Of a timestamp in seconds; enough for the next three thousand years."""


class SignatureInvalid(Exception):
    """The message is not signed by the sender, was changed, or is not from now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """Whose message it is, as far as its headers say; known to be true."""

    id: str
    at: datetime


def sign(body: bytes, *, message_id: str, at: datetime, keys: Sequence[bytes]) -> dict[str, str]:
    """Return the headers of a message, with one signature per key, the newest first."""
    timestamp = str(int(at.timestamp()))
    signatures = (_signature(key, body, message_id=message_id, timestamp=timestamp) for key in keys)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def verify(
    body: bytes, headers: Mapping[str, str], *, keys: Sequence[bytes], now: datetime
) -> Signed:
    """Return whose message it is.

    Args:
        body: As it came, not parsed.
        headers: Names in lower case.
        keys: Any of them may have signed.
        now: To tell a replay.

    Raises:
        SignatureInvalid: No key signed this body, id and time; or the time is not now.
    """
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    given = headers.get("webhook-signature", "").split()
    expected = [
        f"v1,{_signature(key, body, message_id=message_id, timestamp=timestamp)}" for key in keys
    ]
    matches = [
        hmac.compare_digest(one.encode(), other.encode()) for one in expected for other in given
    ]
    at = _moment(timestamp)
    if not message_id or not any(matches) or at is None or abs(now - at) > TOLERANCE:
        raise SignatureInvalid
    return Signed(id=message_id, at=at)


def key_to_text(key: bytes) -> str:
    """Write a key as the specification does."""
    return f"whsec_{base64.b64encode(key).decode('ascii')}"


def _signature(key: bytes, body: bytes, *, message_id: str, timestamp: str) -> str:
    content = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode("ascii")


def _moment(timestamp: str) -> datetime | None:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _DIGITS):
        return None
    return datetime.fromtimestamp(int(timestamp), UTC)
