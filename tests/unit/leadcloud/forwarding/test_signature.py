"""What we sign, an independent library verifies; what it signs, we verify."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from leadcloud.forwarding.signature import (
    SignatureInvalid,
    key_to_text,
    sign,
    verify,
)

KEY, OTHER = bytes(range(32)), bytes(32)
NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
BODY = '{"name":"Testi Åberg"}'.encode()


@given(st.binary(max_size=200), st.from_regex(r"[A-Za-z0-9._-]{1,40}", fullmatch=True))
def test_the_independent_library_signs_as_we_do(body: bytes, message_id: str) -> None:
    """For any text and id both make the same signature."""
    text = body.hex()
    ours = sign(text.encode(), message_id=message_id, at=NOW, keys=[KEY])
    theirs = Webhook(key_to_text(KEY)).sign(message_id, NOW, text)
    assert ours["webhook-signature"] == theirs


@pytest.mark.parametrize("keys", [[KEY], [OTHER, KEY], [KEY, OTHER]])
def test_any_good_key_verifies(keys: list[bytes]) -> None:
    """During a rotation each key verifies what either signed."""
    headers = sign(BODY, message_id="m", at=NOW, keys=keys)
    assert verify(BODY, headers, keys=[KEY], now=NOW).id == "m"


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "other"},
        {"webhook-id": ""},
        {"webhook-timestamp": "1"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-timestamp": "-5"},
        {"webhook-timestamp": "²"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1a,x v1,ä"},
    ],
)
def test_a_changed_header_is_refused(change: dict[str, str]) -> None:
    """Another id, time or signature is refused, and so is nonsense."""
    headers = sign(BODY, message_id="m", at=NOW, keys=[KEY]) | change
    with pytest.raises(SignatureInvalid):
        verify(BODY, headers, keys=[KEY], now=NOW)


@pytest.mark.parametrize(
    ("body", "key", "late"),
    [(BODY + b" ", KEY, 0), (BODY, OTHER, 0), (BODY, KEY, 301), (BODY, KEY, -301)],
)
def test_another_body_key_or_time_is_refused(body: bytes, key: bytes, late: int) -> None:
    """A changed body, another key, and a time more than five minutes off are refused."""
    headers = sign(BODY, message_id="m", at=NOW, keys=[KEY])
    with pytest.raises(SignatureInvalid):
        verify(body, headers, keys=[key], now=NOW + timedelta(seconds=late))
