"""The token in the web form: says when it was drawn, and makes sending it twice one filing."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from leadcloud.data_key import RandomBytes

TOO_FAST = timedelta(seconds=3)
"""Nobody reads and fills a form in less."""

TOO_OLD = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True, slots=True)
class FormToken:
    """A token that was found to be ours."""

    id: str
    """Random; the same for every time that this form is sent."""
    drawn_at: datetime


class FormTokens:
    """Draws tokens and recognises them."""

    def __init__(self, secret: str, random_bytes: RandomBytes) -> None:
        self._secret = f"form token\n{secret}".encode()
        self._random_bytes = random_bytes

    def draw(self, now: datetime) -> str:
        """Return a new token."""
        body = f"{self._random_bytes(16).hex()}.{int(now.timestamp())}"
        return f"{body}.{self._mac(body)}"

    def read(self, text: str, now: datetime) -> FormToken | None:
        """Return a token, None if it is not ours or too old."""
        body, _, mac = text.rpartition(".")
        if not hmac.compare_digest(self._mac(body).encode(), mac.encode("utf-8", "replace")):
            return None
        token_id, _, drawn = body.partition(".")
        token = FormToken(id=token_id, drawn_at=datetime.fromtimestamp(int(drawn), UTC))
        return token if now - token.drawn_at <= TOO_OLD else None

    def _mac(self, body: str) -> str:
        text = body.encode("utf-8", "surrogatepass")
        return hmac.new(self._secret, text, hashlib.sha256).hexdigest()
