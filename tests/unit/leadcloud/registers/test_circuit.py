"""A register that fails is left alone by all instances, and tried again by one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from leadcloud.clock import SetClock
from leadcloud.registers.circuit import FAILURES, PROBE, REST, Circuit
from leadcloud.registers.interface import RegisterOpenCircuit, RegisterRateLimited
from leadcloud.store.interface import Store, StoreUnavailable
from leadcloud.store.sqlite import SqliteStore

Instance = Callable[[], Circuit]


@pytest.fixture
def store(tmp_path: Path, clock: SetClock) -> Store:
    """Return a store that instances share."""
    return SqliteStore(tmp_path / "store.sqlite", clock)


@pytest.fixture
def instance(store: Store, clock: SetClock) -> Instance:
    """Return what starts another instance of the service."""
    return lambda: Circuit(store, "r", clock)


def fail(circuit: Circuit, times: int = FAILURES) -> None:
    """Let a register fail."""
    for _ in range(times):
        circuit.failed()


def test_failures_in_a_row_open_it_for_all_instances(instance: Instance) -> None:
    """Five, wherever they happened; and it says when to come back."""
    first, second = instance(), instance()
    fail(first, 3)
    fail(second, 2)

    with pytest.raises(RegisterOpenCircuit) as refused:
        instance().admit()
    assert refused.value.retry_after == REST.total_seconds()


def test_a_success_between_failures_starts_the_count_anew(instance: Instance) -> None:
    """Only failures in a row speak of a register that is down."""
    circuit = instance()
    fail(circuit, FAILURES - 1)
    circuit.succeeded()
    fail(circuit, FAILURES - 1)

    instance().admit()


def test_an_open_circuit_is_known_elsewhere_within_seconds(
    instance: Instance, clock: SetClock
) -> None:
    """An instance that thinks all is well looks again every five seconds."""
    calm = instance()
    calm.admit()
    fail(instance())

    calm.admit()
    clock.move(5)
    with pytest.raises(RegisterOpenCircuit):
        calm.admit()


def test_after_the_rest_one_call_tries(instance: Instance, clock: SetClock) -> None:
    """The others keep away until it has succeeded; if it dies, another tries."""
    fail(instance())
    clock.move(REST.total_seconds())
    prober, other = instance(), instance()

    prober.admit()
    with pytest.raises(RegisterOpenCircuit):
        other.admit()
    clock.move(PROBE.total_seconds())
    other.admit()


def test_a_probe_that_succeeds_closes_it(instance: Instance, clock: SetClock) -> None:
    """From then on everybody calls again."""
    fail(instance())
    clock.move(REST.total_seconds())
    prober = instance()
    prober.admit()
    prober.succeeded()

    instance().admit()


def test_a_probe_that_fails_opens_it_again(instance: Instance, clock: SetClock) -> None:
    """For another rest, after one failure."""
    fail(instance())
    clock.move(REST.total_seconds())
    prober = instance()
    prober.admit()
    prober.failed()

    with pytest.raises(RegisterOpenCircuit) as refused:
        instance().admit()
    assert refused.value.retry_after == REST.total_seconds()


def test_a_register_that_asks_to_be_left_alone_is(instance: Instance, clock: SetClock) -> None:
    """For as long as its Retry-After said, by all; and then it is called as before."""
    instance().leave_alone(7)

    with pytest.raises(RegisterRateLimited) as refused:
        instance().admit()
    assert refused.value.retry_after == 7
    clock.move(7)
    instance().admit()
    instance().admit()


def test_a_store_that_is_down_stops_no_call(
    store: Store, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The health of a register is not worth failing a search for."""

    def down(*_: object, **__: object) -> None:
        raise StoreUnavailable

    monkeypatch.setattr(store, "get", down)
    circuit = Circuit(store, "r", clock)

    circuit.admit()
    fail(circuit)
    circuit.succeeded()
    circuit.admit()
