"""What a sink will never take is kept for an operator."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import pytest

from leadcloud.clock import SetClock
from leadcloud.metering.export import TOO_LATE, Refused, export, refused_by
from leadcloud.metering.interface import Refusals, Sink, UsageRecord
from leadcloud.store.interface import Key
from leadcloud.wiring import Services
from tests.ledgers import buy, open_accounts

HOUR = 3_600


class PickySink(Sink):
    """Takes nothing of one register, and nothing that is older than three hours."""

    name = "picky"
    batch: ClassVar[int] = 10

    def __init__(self) -> None:
        self.told: list[str] = []

    def oldest(self, now: datetime) -> datetime:
        return now - timedelta(hours=3)

    def send(self, records: Sequence[UsageRecord]) -> Refusals:
        self.told += [each.id for each in records]
        return {each.id: "unknown" for each in records if each.register == "business"}


@pytest.fixture
def sink(services: Services) -> PickySink:
    """A sink, and accounts."""
    open_accounts(services)
    return PickySink()


def test_what_is_refused_is_kept_and_the_rest_goes_on(
    sink: PickySink, services: Services, clock: SetClock
) -> None:
    """It is not told again, nor does it hold up the hours that follow."""
    buy(services, "customer", {"directory": 1, "business": 2})
    clock.move(2 * HOUR)

    done = export(services.store, sink, clock)
    again = export(services.store, sink, clock)

    assert (done.told, done.refused) == (1, 1)
    assert (again.told, again.refused) == (0, 0)
    assert list(refused_by(services.store, sink)) == [
        Refused(id="2026-11-23T12:00:00Z/customer/business", reason="unknown", units=2)
    ]


def test_what_is_too_old_is_refused_without_being_sent(
    sink: PickySink, services: Services, clock: SetClock
) -> None:
    """After an outage: an operator bills it by hand, and the rest is told."""
    export(services.store, sink, clock)
    buy(services, "customer", {"directory": 1})
    clock.move(5 * HOUR)
    buy(services, "customer", {"directory": 2})
    clock.move(2 * HOUR)

    done = export(services.store, sink, clock)

    assert (done.told, done.refused) == (1, 1)
    assert sink.told == ["2026-11-23T17:00:00Z/customer/directory"]
    assert [each.reason for each in refused_by(services.store, sink)] == [TOO_LATE]


def test_a_new_sink_begins_with_what_it_still_takes(
    sink: PickySink, services: Services, clock: SetClock
) -> None:
    """What was used before it was there is none of its business, and not refused."""
    buy(services, "customer", {"directory": 1})
    clock.move(5 * HOUR)

    assert export(services.store, sink, clock).refused == 0


def test_somebody_else_who_exports_meanwhile_is_no_error(
    sink: PickySink, services: Services, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have told the same under the same ids; one of them notes it."""
    buy(services, "customer", {"directory": 1})
    clock.move(2 * HOUR)
    send = sink.send

    def overtaken(records: Sequence[UsageRecord]) -> Refusals:
        monkeypatch.setattr(sink, "send", send)
        export(services.store, sink, clock)
        return send(records)

    monkeypatch.setattr(sink, "send", overtaken)
    export(services.store, sink, clock)

    watermark = services.store.get(Key("METERING#picky", "WATERMARK"))
    assert watermark
    assert watermark.attributes["hour"] == "2026-11-23T13:00:00Z"
    assert sink.told == ["2026-11-23T12:00:00Z/customer/directory"] * 2
