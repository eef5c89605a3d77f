"""Sealed tokens open for whom they were made, while they last."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from leadcloud.seal import SealBroken, Sealer

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OLD, NEW = b"o" * 32, b"n" * 32


def test_a_token_opens_in_its_context_until_it_expires() -> None:
    """Another context or a later hour breaks the seal."""
    sealer = Sealer({"new": NEW}, os.urandom)
    token = sealer.seal(b"payload", "account-1", NOW + timedelta(minutes=15))

    assert sealer.open(token, "account-1", NOW) == b"payload"
    with pytest.raises(SealBroken):
        sealer.open(token, "account-2", NOW)
    with pytest.raises(SealBroken):
        sealer.open(token, "account-1", NOW + timedelta(minutes=15))


def test_keys_rotate_with_overlap() -> None:
    """What the old key sealed opens while it is kept, and new tokens are the new key's."""
    token = Sealer({"old": OLD}, os.urandom).seal(b"payload", "c", NOW + timedelta(minutes=1))
    both = Sealer({"new": NEW, "old": OLD}, os.urandom)

    assert both.open(token, "c", NOW) == b"payload"
    assert both.seal(b"", "c", NOW).startswith("new.")
    with pytest.raises(SealBroken):
        Sealer({"new": NEW}, os.urandom).open(token, "c", NOW)


def test_a_token_has_one_spelling() -> None:
    """Base64 leaves bits of the last letter unused; what differs in them only is none of ours."""
    sealer = Sealer({"new": NEW}, os.urandom)
    token = sealer.seal(b"x", "c", NOW + timedelta(minutes=1))  # 37 bytes: four unused bits
    unused_bit_set = token[:-1] + chr(ord(token[-1]) + 1)

    assert sealer.open(token, "c", NOW) == b"x"
    for other in (unused_bit_set, token + "=", token + "\n", f" {token}"):
        with pytest.raises(SealBroken):
            sealer.open(other, "c", NOW)


@pytest.mark.parametrize(
    "token", ["", ".", "new", "new.", "new.AAAA", "new.ä", "other.AAAA", "x" * 9]
)
def test_what_is_no_token_is_refused(token: str) -> None:
    """Anything may be sent as a token."""
    with pytest.raises(SealBroken):
        Sealer({"new": NEW}, os.urandom).open(token, "c", NOW)
