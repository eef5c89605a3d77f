"""Which registers there are, and the adapter of each.

A register is a record in the store: which adapter reads it and with what configuration. It can be
added or changed while the service runs; its secrets stay in the secret store and are named here.
"""

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from leadcloud.events import Event, log
from leadcloud.registers.interface import Register, RegisterDescription, RegisterMisconfigured
from leadcloud.store.interface import Attributes, Key, Record, RecordExists, Store
from leadcloud.store.lookup import Lookup

Build = Callable[[str, Attributes], Register]
"""Makes a register from its id and configuration; raises RegisterMisconfigured where it cannot."""

Describe = Callable[[str, Attributes], RegisterDescription]
"""Says what a register is, without what it takes to ask it; raises as Build does."""

T = TypeVar("T")

_PARTITION = "REGISTER"


class RegisterCatalogue:
    """Finds registers by id."""

    def __init__(
        self, store: Store, adapters: Mapping[str, Build], describe: Describe | None = None
    ) -> None:
        """Take the store and, by name, the adapters that records may ask for.

        Args:
            store: Where the records are.
            adapters: What builds a register, by the name in its record.
            describe: What reads a description off a record; by default a register is built for it.
        """
        self._store = store
        self._adapters = adapters
        self._built = _Kept(self._build)
        self._described = _Kept(describe or self._describe)

    def put(self, register_id: str, configuration: Attributes) -> None:
        """Add a register, or replace the configuration of the one with that id."""
        key = Key(_PARTITION, register_id)
        try:
            self._store.put_if_absent(key, configuration)
        except RecordExists:
            record = self._store.get(key)
            if record and record.attributes != configuration:
                self._store.update(record, configuration)

    def __contains__(self, register_id: str) -> bool:
        """Tell whether there is a register of that id, be it one that cannot be used."""
        return self._store.get(Key(_PARTITION, register_id)) is not None

    def register(self, register_id: str) -> Register | None:
        """Return a register, or None where there is none, or none that can be used."""
        return self.lookup(register_id).answer(self._store)

    def lookup(self, register_id: str) -> Lookup[Register | None]:
        """Return what finds a register.

        What cannot be used is logged for the operator, and costs no other register anything.
        """
        key = Key(_PARTITION, register_id)
        return Lookup.at(key, lambda record: self._built.of(register_id, record))

    def described(self, register_id: str) -> Lookup[RegisterDescription | None]:
        """Return what finds out what a register is, for who asks nothing of it and has no secrets."""
        key = Key(_PARTITION, register_id)
        return Lookup.at(key, lambda record: self._described.of(register_id, record))

    def _build(self, register_id: str, row: Attributes) -> Register:
        return self._adapters[str(row["adapter"])](register_id, row)

    def _describe(self, register_id: str, row: Attributes) -> RegisterDescription:
        return self._build(register_id, row).description


class _Kept(Generic[T]):
    """What is made of registers' records, each kept for as long as its record does not change."""

    def __init__(self, make: Callable[[str, Attributes], T]) -> None:
        self._make = make
        self._made: dict[str, tuple[int, T]] = {}

    def of(self, register_id: str, record: Record | None) -> T | None:
        """Return it, or None where there is no record, or none that can be used."""
        if record is None:
            return None
        made = self._made.get(register_id)
        if made is None or made[0] != record.version:
            try:
                made = (record.version, self._make(register_id, record.attributes))
            except RegisterMisconfigured:
                log(Event.REGISTER_MISCONFIGURED, register=register_id)
                return None
            self._made[register_id] = made
        return made[1]
