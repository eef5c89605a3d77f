"""API keys are recognised, and nothing that is kept is one."""

import itertools
from pathlib import Path

import pytest

from leadcloud.accounts.key import KeyRing
from leadcloud.wiring import Services


@pytest.fixture
def ring(services: Services) -> KeyRing:
    """A key ring whose randomness counts."""
    counter = itertools.count(1)
    return KeyRing(services.store, "pepper", lambda size: next(counter).to_bytes(size, "big"))


def test_a_key_is_recognised(ring: KeyRing) -> None:
    """The account and the scopes come back."""
    key = ring.recognise(ring.issue("buyer", frozenset({"search", "billing"})))

    assert key is not None
    assert (key.account_id, key.scopes) == ("buyer", frozenset({"search", "billing"}))


def test_every_changed_symbol_is_refused(ring: KeyRing) -> None:
    """No part of a key is there for show."""
    issued = ring.issue("buyer", frozenset({"search"}))

    for place, symbol in enumerate(issued):
        changed = "a" if symbol != "a" else "b"
        assert ring.recognise(issued[:place] + changed + issued[place + 1 :]) is None


@pytest.mark.parametrize("presented", ["", "lc_", "x" * 10_000, "lc_ä_ö", "\x00", "lc__"])
def test_what_is_no_key_is_refused(ring: KeyRing, presented: str) -> None:
    """Anything may be presented."""
    assert ring.recognise(presented) is None


def test_the_secret_is_not_kept(ring: KeyRing, tmp_path: Path) -> None:
    """Neither the key nor its secret is in any file of the store."""
    issued = ring.issue("buyer", frozenset({"search"}))
    secret = issued.rpartition("_")[2].encode()

    kept = b"".join(path.read_bytes() for path in tmp_path.glob("store.sqlite*"))

    assert issued.split("_")[1].encode() in kept
    assert secret not in kept


def test_another_pepper_recognises_nothing(ring: KeyRing, services: Services) -> None:
    """The hash is worth nothing without the secret it is keyed with."""
    issued = ring.issue("buyer", frozenset({"search"}))

    assert KeyRing(services.store, "other", bytes).recognise(issued) is None


def test_a_scope_that_does_not_exist_cannot_be_issued(ring: KeyRing) -> None:
    """A typing error in a scope must not make a key."""
    with pytest.raises(ValueError, match="scope"):
        ring.issue("buyer", frozenset({"serach"}))
