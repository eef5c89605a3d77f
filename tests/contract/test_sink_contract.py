"""What every sink is told: each hour that is over, once, whatever fails."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from leadcloud.clock import SetClock
from leadcloud.metering.export import export
from leadcloud.metering.interface import Refusals, SinkUnavailable, UsageRecord
from leadcloud.wiring import Services
from tests.ledgers import buy, open_accounts
from tests.metering_receivers import EventFile, Marketplace, Receiver, Told, event_receiver

pytestmark = [
    pytest.mark.loopback,
    pytest.mark.enable_socket,
    pytest.mark.allow_hosts(["127.0.0.1"]),
]

HOUR = 3_600
NOON, ONE = "2026-11-23T12:00:00Z", "2026-11-23T13:00:00Z"


@pytest.fixture(params=["http", "file", "marketplace"])
def receiver(
    request: pytest.FixtureRequest, services: Services, tmp_path: Path
) -> Iterator[Receiver]:
    """Who is told, behind each of the sinks."""
    if request.param == "http":
        with event_receiver() as receiver:
            yield receiver
    elif request.param == "file":
        yield EventFile(tmp_path)
    else:
        yield Marketplace(services.store)


@pytest.fixture
def used(services: Services, clock: SetClock) -> Told:
    """Two hours with searches and one without; return what has to be told of them."""
    open_accounts(services)
    buy(services, "customer", {"directory": 3, "business": 1})
    buy(services, "customer", {"directory": 4})
    clock.move(HOUR)
    buy(services, "sub", {"directory": 10})
    buy(services, "reseller", {"directory": 1})
    buy(services, "customer", {"directory": 0})
    clock.move(2 * HOUR)
    buy(services, "customer", {"directory": 500})  # in the hour that is not over
    return {
        (NOON, "customer", "business"): 1,
        (NOON, "customer", "directory"): 7,
        (ONE, "reseller", "directory"): 11,
    }


def test_the_hours_that_are_over_are_told_once(
    receiver: Receiver, used: Told, services: Services, clock: SetClock
) -> None:
    """What a sub-account used is its reseller's, and the running hour is nobody's yet."""
    first = export(services.store, receiver.sink, clock)
    again = export(services.store, receiver.sink, clock)

    assert receiver.told() == used
    assert (first.told, first.refused, again.told) == (3, 0, 0)


def test_an_hour_is_told_when_nothing_can_be_added_to_it(
    receiver: Receiver, used: Told, services: Services, clock: SetClock
) -> None:
    """Not in its last minute, and not in the first one after it: clocks differ."""
    export(services.store, receiver.sink, clock)
    clock.move(HOUR + 59)
    assert export(services.store, receiver.sink, clock).told == 0

    clock.move(1)
    export(services.store, receiver.sink, clock)

    assert receiver.told() == {**used, ("2026-11-23T15:00:00Z", "customer", "directory"): 500}


def test_who_was_away_is_told_later(
    receiver: Receiver, used: Told, services: Services, clock: SetClock
) -> None:
    """Nothing is noted as told, and nothing is lost."""
    receiver.is_down = True
    with pytest.raises(SinkUnavailable):
        export(services.store, receiver.sink, clock)
    receiver.is_down = False

    export(services.store, receiver.sink, clock)

    assert receiver.told() == used


def test_who_died_before_it_was_noted_tells_the_same_again(
    receiver: Receiver,
    used: Told,
    services: Services,
    clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Under the same ids, so that it is counted once."""

    def die(*_: object) -> None:
        raise _Died

    with monkeypatch.context() as dying:
        dying.setattr(services.store, "update", die)
        for _ in range(2):
            with pytest.raises(_Died):
                export(services.store, receiver.sink, clock)

    export(services.store, receiver.sink, clock)

    assert receiver.told() == used


def test_who_fails_in_the_middle_of_an_hour_is_told_the_whole_of_it(
    receiver: Receiver,
    used: Told,
    services: Services,
    clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it took before, it is told again under the same ids."""
    monkeypatch.setattr(type(receiver.sink), "batch", 1)
    send, calls = receiver.sink.send, iter(range(100))

    def fail_once(records: list[UsageRecord]) -> Refusals:
        if next(calls) == 1:
            raise SinkUnavailable
        return send(records)

    monkeypatch.setattr(receiver.sink, "send", fail_once)
    with pytest.raises(SinkUnavailable):
        export(services.store, receiver.sink, clock)
    export(services.store, receiver.sink, clock)

    assert receiver.told() == used


def test_many_records_are_told_in_batches(
    receiver: Receiver, services: Services, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No more at once than the sink takes."""
    sizes: list[int] = []
    send = receiver.sink.send

    def measured(records: list[UsageRecord]) -> Refusals:
        sizes.append(len(records))
        return send(records)

    monkeypatch.setattr(type(receiver.sink), "batch", 3)
    monkeypatch.setattr(receiver.sink, "send", measured)
    open_accounts(services)
    for name in ("customer", "reseller"):
        buy(services, name, {"directory": 1, "business": 1})
    clock.move(2 * HOUR)

    export(services.store, receiver.sink, clock)

    assert sizes == [3, 1]
    assert len(receiver.told()) == 4


class _Died(Exception):
    """The process ended here."""
