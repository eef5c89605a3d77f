"""Which registers there are, and the adapter of each.

A register is a record in the store: which adapter reads it and with what configuration. It can be
added or changed while the service runs; its secrets stay in the secret store and are named here.
"""

from collections.abc import Callable, Mapping

from leadcloud.events import Event, log
from leadcloud.registers.interface import Register, RegisterMisconfigured
from leadcloud.store.interface import Attributes, Key, Record, RecordExists, Store
from leadcloud.store.lookup import Lookup

Build = Callable[[str, Attributes], Register]
"""Makes a register from its id and configuration; raises RegisterMisconfigured where it cannot."""

_PARTITION = "REGISTER"


class RegisterCatalogue:
    """Finds registers by id. Each adapter is kept for as long as its record does not change."""

    def __init__(self, store: Store, adapters: Mapping[str, Build]) -> None:
        """Take the store and, by name, the adapters that records may ask for."""
        self._store = store
        self._adapters = adapters
        self._built: dict[str, tuple[int, Register]] = {}

    def put(self, register_id: str, configuration: Attributes) -> None:
        """Add a register, or replace the configuration of the one with that id."""
        key = Key(_PARTITION, register_id)
        try:
            self._store.put_if_absent(key, configuration)
        except RecordExists:
            record = self._store.get(key)
            if record and record.attributes != configuration:
                self._store.update(record, configuration)

    def register(self, register_id: str) -> Register | None:
        """Return a register, or None where there is none, or none that can be used."""
        return self.lookup(register_id).answer(self._store)

    def lookup(self, register_id: str) -> Lookup[Register | None]:
        """Return what finds a register.

        What cannot be used is logged for the operator, and costs no other register anything.
        """
        key = Key(_PARTITION, register_id)
        return Lookup.at(key, lambda record: self._register(register_id, record))

    def _register(self, register_id: str, record: Record | None) -> Register | None:
        if record is None:
            return None
        version, register = self._built.get(register_id, (0, None))
        if register is None or version != record.version:
            build = self._adapters[str(record.attributes["adapter"])]
            try:
                register = build(register_id, record.attributes)
            except RegisterMisconfigured:
                log(Event.REGISTER_MISCONFIGURED, register=register_id)
                return None
            self._built[register_id] = (record.version, register)
        return register
