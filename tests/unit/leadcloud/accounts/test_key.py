"""API keys: what is kept of them, and how they come and go."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from leadcloud.accounts.key import ApiKey, KeyRing, NewKey, Replaced, id_in
from leadcloud.audit import events_of
from leadcloud.clock import SetClock
from leadcloud.wiring import Services

SEARCH = frozenset({"search"})


@pytest.fixture
def ring(services: Services, clock: SetClock) -> KeyRing:
    """A key ring with a pepper of its own."""
    return KeyRing(
        services.store,
        services.audit,
        pepper="pepper",
        clock=clock,
        random_bytes=Random(1).randbytes,  # noqa: S311 the same every time is what a test wants
    )


def kept(ring: KeyRing, text: str) -> ApiKey:
    """Return what is kept of a key."""
    key = ring.key(id_in(text))
    assert key
    return key


def test_a_key_matches_what_was_issued(ring: KeyRing) -> None:
    """The account and the scopes come back."""
    key = ring.match(ring.issue("buyer", frozenset({"search", "billing"})))

    assert key is not None
    assert (key.account_id, key.scopes) == ("buyer", frozenset({"search", "billing"}))


def test_every_changed_symbol_is_refused(ring: KeyRing) -> None:
    """No part of a key is there for show."""
    issued = ring.issue("buyer", SEARCH)

    for place, symbol in enumerate(issued):
        changed = "a" if symbol != "a" else "b"
        assert ring.match(issued[:place] + changed + issued[place + 1 :]) is None


@pytest.mark.parametrize("presented", ["", "lc_", "x" * 10_000, "lc_ä_ö", "\x00", "lc__"])
def test_what_is_no_key_is_refused(ring: KeyRing, presented: str) -> None:
    """Anything may be presented."""
    assert ring.match(presented) is None


def test_the_secret_is_not_kept(ring: KeyRing, tmp_path: Path) -> None:
    """Neither the key nor its secret is in any file of the store."""
    issued = ring.issue("buyer", SEARCH)
    secret = issued.rpartition("_")[2].encode()

    files = b"".join(path.read_bytes() for path in tmp_path.glob("store.sqlite*"))

    assert id_in(issued).encode() in files
    assert secret not in files


def test_another_pepper_recognises_nothing(
    ring: KeyRing, services: Services, clock: SetClock
) -> None:
    """The hash is worth nothing without the secret it is keyed with."""
    issued = ring.issue("buyer", SEARCH)
    other = KeyRing(services.store, services.audit, pepper="other", clock=clock, random_bytes=bytes)

    assert other.match(issued) is None


def test_a_scope_that_does_not_exist_cannot_be_issued(ring: KeyRing) -> None:
    """A typing error in a scope must not make a key."""
    with pytest.raises(ValueError, match="scope"):
        ring.issue("buyer", frozenset({"serach"}))


def test_an_account_finds_its_own_keys(ring: KeyRing, clock: SetClock) -> None:
    """With what it called them, revoked ones included, and nobody else's."""
    ends = clock.now() + timedelta(days=30)
    first = ring.issue("buyer", SEARCH, new=NewKey(name="Call centre", expires_at=ends))
    ring.issue("another", SEARCH)
    second = ring.issue("buyer", SEARCH)
    ring.revoke(kept(ring, second), by="k")

    keys = {key.id: key for key in ring.keys_of("buyer")}

    assert keys.keys() == {id_in(first), id_in(second)}
    assert keys[id_in(first)] == ApiKey(
        id=id_in(first),
        account_id="buyer",
        scopes=SEARCH,
        name="Call centre",
        issued_on=clock.now().date(),
        expires_at=ends,
    )
    assert keys[id_in(second)].revoked_at == clock.now()


def test_a_key_is_good_until_it_expires_or_is_revoked(ring: KeyRing, clock: SetClock) -> None:
    """It is good to the second, and no longer."""
    ends = clock.now() + timedelta(seconds=10)
    key = kept(ring, ring.issue("buyer", SEARCH, new=NewKey(expires_at=ends)))

    assert key.is_good(ends - timedelta(seconds=1))
    assert not key.is_good(ends)
    assert not replace(key, revoked_at=clock.now()).is_good(clock.now())


def test_a_new_key_takes_the_place_of_an_old_one(ring: KeyRing, clock: SetClock) -> None:
    """Both are good for a while, then the old one is not."""
    ends = clock.now() + timedelta(days=14)
    old = ring.issue("buyer", SEARCH)
    new = ring.issue("buyer", SEARCH, new=NewKey(replaces=Replaced(id=id_in(old), expires_at=ends)))

    assert kept(ring, old).is_good(ends - timedelta(seconds=1))
    assert not kept(ring, old).is_good(ends)
    assert kept(ring, new).is_good(ends)


def test_being_replaced_makes_no_key_live_longer(ring: KeyRing, clock: SetClock) -> None:
    """What was to go tomorrow goes tomorrow."""
    tomorrow = clock.now() + timedelta(days=1)
    old = ring.issue("buyer", SEARCH, new=NewKey(expires_at=tomorrow))
    later = Replaced(id=id_in(old), expires_at=tomorrow + timedelta(days=13))
    ring.issue("buyer", SEARCH, new=NewKey(replaces=later))

    assert kept(ring, old).expires_at == tomorrow


def test_nobody_replaces_anothers_key(ring: KeyRing, clock: SetClock) -> None:
    """The attempt is refused and leaves no new key behind."""
    old = ring.issue("another", SEARCH)
    replaced = Replaced(id=id_in(old), expires_at=clock.now())

    with pytest.raises(LookupError):
        ring.issue("buyer", SEARCH, new=NewKey(replaces=replaced))

    assert kept(ring, old).expires_at is None
    assert list(ring.keys_of("buyer")) == []


def test_keys_leave_entries_in_their_accounts_trail(
    ring: KeyRing, services: Services, open_account: object
) -> None:
    """Issued with which scopes, and revoked, each once."""
    key = kept(ring, ring.issue("buyer", frozenset({"search", "admin"}), by="k1"))
    ring.revoke(key, by="k2")
    ring.revoke(kept(ring, f"lc_{key.id}_"), by="k3")

    assert [
        (each.event, dict(each.details)) for each in events_of(services.store, "account:buyer")
    ] == [
        ("key_issued", {"key": key.id, "scopes": "admin.search", "by": "k1"}),
        ("key_revoked", {"key": key.id, "by": "k2"}),
    ]
