"""Who comes in, and that noting it neither delays nor stops anybody."""

from datetime import date, timedelta

import pytest

from leadcloud.accounts.doorkeeper import Doorkeeper, Task
from leadcloud.accounts.key import KeyRing, NewKey, id_in
from leadcloud.clock import SetClock
from leadcloud.store.interface import Key, StoreUnavailable
from leadcloud.wiring import Services
from tests.contacts import OpenAccount

SEARCH = frozenset({"search"})


@pytest.fixture
def tasks() -> list[Task]:
    """What is to be done later."""
    return []


@pytest.fixture
def door(
    services: Services, clock: SetClock, tasks: list[Task], open_account: OpenAccount
) -> Doorkeeper:
    """A doorkeeper, and an account called buyer."""
    open_account()
    return Doorkeeper(services.keys, services.accounts, clock=clock, later=tasks.append)


def last_used(services: Services, issued: str) -> date | None:
    """Return the day that is noted."""
    key = services.keys.key(id_in(issued))
    assert key
    return key.last_used_on


def test_the_holder_of_a_good_key_comes_in(door: Doorkeeper, services: Services) -> None:
    """A good key opens the door, with the account as it is now."""
    holder = door.recognise(services.keys.issue("buyer", SEARCH))

    assert holder
    assert holder.key.scopes == SEARCH
    assert holder.account == services.accounts.account("buyer")


def test_everybody_else_is_told_the_same(
    door: Doorkeeper, services: Services, clock: SetClock
) -> None:
    """Unknown, expired, revoked, of a suspended account, of none."""
    ends = NewKey(expires_at=clock.now() + timedelta(seconds=1))
    expired = services.keys.issue("buyer", SEARCH, new=ends)
    revoked = services.keys.issue("buyer", SEARCH)
    suspended = services.keys.issue("buyer", SEARCH)
    orphan = services.keys.issue("nobody", SEARCH)
    unknown = f"lc_{'a' * 12}_{'b' * 32}"
    good = [key for key in (expired, revoked, suspended) if door.recognise(key)]
    assert good == [expired, revoked, suspended]

    clock.move(1)
    services.keys.revoke(services.keys.match(revoked), by="k")  # type: ignore[arg-type]

    for key in (expired, revoked, orphan, unknown, ""):
        assert door.recognise(key) is None
    assert door.recognise(suspended)
    services.accounts.suspend("buyer", by="operator")
    assert door.recognise(suspended) is None


def test_the_day_of_use_is_noted_once(
    door: Doorkeeper, services: Services, clock: SetClock, tasks: list[Task]
) -> None:
    """One write per key and day, however often the key is presented."""
    key = services.keys.issue("buyer", SEARCH)
    for _ in range(3):
        door.recognise(key)
    assert (len(tasks), last_used(services, key)) == (1, None)
    tasks.pop()()
    assert last_used(services, key) == clock.now().date()

    door.recognise(key)
    assert tasks == []
    clock.move(24 * 3600)
    door.recognise(key)
    tasks.pop()()

    assert last_used(services, key) == clock.now().date()


def test_another_instance_does_not_note_it_again(
    door: Doorkeeper, services: Services, clock: SetClock, tasks: list[Task]
) -> None:
    """Each reads what is noted; and two that note at once write once."""
    key = services.keys.issue("buyer", SEARCH)
    other = Doorkeeper(services.keys, services.accounts, clock=clock, later=tasks.append)
    door.recognise(key)
    other.recognise(key)
    for task in tasks:
        task()
    record = services.store.get(_record_of(key))

    assert record
    assert record.version == 2
    third = Doorkeeper(services.keys, services.accounts, clock=clock, later=tasks.append)
    third.recognise(key)
    assert len(tasks) == 2


def test_a_use_that_cannot_be_noted_is_made_up_later(
    door: Doorkeeper,
    services: Services,
    tasks: list[Task],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The caller never hears of it."""
    key = services.keys.issue("buyer", SEARCH)

    def fail(_ring: KeyRing, _key_id: str, _day: date) -> None:
        raise StoreUnavailable

    with monkeypatch.context() as broken:
        broken.setattr(KeyRing, "note_use", fail)
        assert door.recognise(key)
        tasks.pop()()

    assert door.recognise(key)
    tasks.pop()()
    assert last_used(services, key)


def _record_of(issued: str) -> Key:
    return Key(f"KEY#{id_in(issued)}", "KEY")
