"""What every store promises of transactions, and of additions in them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from leadcloud.clock import SetClock
from leadcloud.store.interface import (
    MAX_ACTIONS,
    Add,
    Attributes,
    Check,
    Delete,
    Key,
    PutIfAbsent,
    Record,
    Store,
    TransactionCancelled,
    Update,
)
from leadcloud.store.limits import (
    MAX_DIGITS,
    MAX_RECORD_BYTES,
)
from tests.contract.stored import FOURTH, KEY, OTHER, THIRD, sorts


def test_a_transaction_does_all_its_actions(store: Store, clock: SetClock) -> None:
    """Put, update and delete happen together, and a check changes nothing."""
    moment = clock.now() + timedelta(hours=1)
    updated, deleted, checked = (store.put_if_absent(key, {"n": 1}) for key in (KEY, OTHER, THIRD))
    store.transact(
        Update(key=KEY, version=updated.version, attributes={"n": 2}, expires_at=moment),
        Delete(key=OTHER, version=deleted.version),
        Check(key=THIRD, version=checked.version),
        PutIfAbsent(key=FOURTH, attributes={"n": 1}, expires_at=moment),
    )
    assert store.get(KEY) == Record(key=KEY, version=2, attributes={"n": 2}, expires_at=moment)
    assert store.get(OTHER) is None
    assert store.get(THIRD) == checked
    assert store.get(FOURTH) == Record(
        key=FOURTH, version=1, attributes={"n": 1}, expires_at=moment
    )


def test_a_cancelled_transaction_tells_why_and_does_nothing(store: Store) -> None:
    """Each action has its reason, in the order given, and those in no one's way have None."""
    first = store.put_if_absent(KEY, {"n": 1})
    second = store.put_if_absent(OTHER, {"n": 1})
    new, gone = Key("account#3", "new"), Key("account#3", "gone")
    with pytest.raises(TransactionCancelled) as cancelled:
        store.transact(
            PutIfAbsent(key=new, attributes={}),
            PutIfAbsent(key=KEY, attributes={}),
            Update(key=OTHER, version=1, attributes={"n": 2}),
            Update(key=gone, version=1, attributes={}),
        )
    assert cancelled.value.reasons == (None, "exists", None, "missing")
    assert (store.get(KEY), store.get(OTHER)) == (first, second)
    assert (store.get(new), store.get(gone)) == (None, None)


@pytest.mark.parametrize("kind", [Update, Delete, Check])
def test_missing_and_changed_are_told_apart(store: Store, kind: type[Any]) -> None:
    """Missing: there is no record. Version: there is one, at another version, older or newer."""
    more: dict[str, Any] = {"attributes": {}} if kind is Update else {}
    store.update(store.put_if_absent(KEY, {}), {})
    for key, version, reason in [
        (KEY, 1, "version"),
        (KEY, 3, "version"),
        (OTHER, 1, "missing"),
    ]:
        action = kind(key=key, version=version, **more)
        for actions in ([action], [action, PutIfAbsent(key=THIRD, attributes={})]):
            with pytest.raises(TransactionCancelled) as cancelled:
                store.transact(*actions)
            assert cancelled.value.reasons == (reason, None)[: len(actions)]
    assert store.get(THIRD) is None


def test_a_transaction_of_one_action_is_like_any(store: Store) -> None:
    """One put, one update, one check and one delete each work alone."""
    store.transact(PutIfAbsent(key=KEY, attributes={"n": 1}))
    store.transact(Update(key=KEY, version=1, attributes={"n": 2}))
    store.transact(Check(key=KEY, version=2))
    assert store.get(KEY) == Record(key=KEY, version=2, attributes={"n": 2})
    store.transact(Delete(key=KEY, version=2))
    assert store.get(KEY) is None
    store.transact(PutIfAbsent(key=KEY, attributes={}))
    with pytest.raises(TransactionCancelled) as cancelled:
        store.transact(PutIfAbsent(key=KEY, attributes={}))
    assert cancelled.value.reasons == ("exists",)


def test_a_transaction_without_actions_does_nothing(store: Store) -> None:
    """Doing all of nothing is done."""
    store.transact()


def test_a_transaction_has_100_actions_and_no_more(store: Store) -> None:
    """At the limit all are done; past it a ValueError, and nothing is."""
    puts = [PutIfAbsent(key=Key("p", f"{n:03}"), attributes={}) for n in range(MAX_ACTIONS + 1)]
    with pytest.raises(ValueError, match="at most 100 actions"):
        store.transact(*puts)
    assert sorts(store, "p") == []
    store.transact(*puts[:-1])
    assert len(sorts(store, "p", limit=1000)) == MAX_ACTIONS


def test_a_transaction_touches_a_key_once(store: Store) -> None:
    """Two actions on one key are a ValueError, whatever they are, and nothing is done."""
    record = store.put_if_absent(KEY, {})
    with pytest.raises(ValueError, match="another key"):
        store.transact(
            PutIfAbsent(key=OTHER, attributes={}),
            Check(key=KEY, version=1),
            Update(key=KEY, version=1, attributes={}),
        )
    assert store.get(OTHER) is None
    assert store.get(KEY) == record


def test_a_transaction_that_is_too_large_is_refused(store: Store) -> None:
    """Records that are each within the limit can be too much together."""
    text = "x" * (MAX_RECORD_BYTES - 100)
    with pytest.raises(ValueError, match="A transaction holds"):
        store.transact(
            *(PutIfAbsent(key=Key("p", str(n)), attributes={"text": text}) for n in range(10))
        )
    assert sorts(store, "p") == []


def test_an_addition_changes_the_named_numbers_and_nothing_else(store: Store) -> None:
    """The others stay, whatever the version; the version grows by one."""
    store.put_if_absent(KEY, {"available": 10, "reserved": 0, "name": "x"})
    store.transact(Add(key=KEY, amounts={"available": -4, "reserved": 4}))
    store.transact(Add(key=KEY, amounts={"available": 1}), PutIfAbsent(key=OTHER, attributes={}))
    assert store.get(KEY) == Record(
        key=KEY, version=3, attributes={"available": 7, "reserved": 4, "name": "x"}
    )


def test_an_addition_stops_at_its_floor(store: Store) -> None:
    """Down to the floor it is done, below it nothing of the transaction is."""
    store.put_if_absent(KEY, {"available": 10, "other": -5})
    store.transact(Add(key=KEY, amounts={"available": -10, "other": 1}, floors={"available": 0}))
    with pytest.raises(TransactionCancelled) as cancelled:
        store.transact(
            PutIfAbsent(key=OTHER, attributes={}),
            Add(key=KEY, amounts={"available": -1}, floors={"available": 0}),
        )
    assert cancelled.value.reasons == (None, "floor")
    assert store.get(OTHER) is None
    assert store.get(KEY) == Record(key=KEY, version=2, attributes={"available": 0, "other": -4})


@pytest.mark.parametrize("attributes", [None, {}, {"n": "1"}, {"n": None}])
def test_an_addition_needs_a_number_that_is_there(
    store: Store, attributes: Attributes | None
) -> None:
    """Nothing is invented: no record, or no whole number in it, is a missing one."""
    if attributes is not None:
        store.put_if_absent(KEY, attributes)
    for floors in ({}, {"n": 0}):
        with pytest.raises(TransactionCancelled) as cancelled:
            store.transact(Add(key=KEY, amounts={"n": 1}, floors=floors))
        assert cancelled.value.reasons == ("missing",)


def test_nothing_is_added_to_an_expired_record(store: Store, clock: SetClock) -> None:
    """What has expired is gone; before that, an addition leaves the moment as it is."""
    expires_at = clock.now() + timedelta(seconds=10)
    store.put_if_absent(KEY, {"n": 1}, expires_at=expires_at)
    store.transact(Add(key=KEY, amounts={"n": 1}))
    found = store.get(KEY)
    assert found
    assert (found.attributes, found.expires_at) == ({"n": 2}, expires_at)
    clock.move(11)
    with pytest.raises(TransactionCancelled) as cancelled:
        store.transact(Add(key=KEY, amounts={"n": 1}))
    assert cancelled.value.reasons == ("missing",)


@pytest.mark.parametrize(
    ("amounts", "floors", "error"),
    [
        ({}, {}, ValueError),
        ({"n": 1}, {"m": 0}, ValueError),
        ({"n": 10**MAX_DIGITS}, {}, ValueError),
        ({"": 1}, {}, ValueError),
        ({"n": 1.5}, {}, TypeError),
        ({"n": True}, {}, TypeError),
    ],
)
def test_an_addition_is_of_whole_numbers(
    store: Store, amounts: Any, floors: Any, error: type[Exception]
) -> None:
    """What no store could add is refused before anything is done."""
    store.put_if_absent(KEY, {"n": 1})
    with pytest.raises(error):
        store.transact(Add(key=KEY, amounts=amounts, floors=floors))
    assert store.get(KEY) == Record(key=KEY, version=1, attributes={"n": 1})


def test_additions_from_many_threads_are_all_counted(
    store: Store, request: pytest.FixtureRequest
) -> None:
    """None is lost, and none is refused for another's sake."""
    if "moto" in request.node.name:
        pytest.skip("moto 5.2 loses additions of threads itself; ministack keeps them")
    store.put_if_absent(KEY, {"n": 0})
    with ThreadPoolExecutor(8) as threads:
        for done in [
            threads.submit(store.transact, Add(key=KEY, amounts={"n": 1})) for _ in range(40)
        ]:
            done.result()
    found = store.get(KEY)
    assert found
    assert found.attributes == {"n": 40}
