"""Our own register of customers' contact persons and prospects, for which we are the controller.

Kept here are keyed hashes of channels only: enough to tell that a request concerns it.
"""

from collections.abc import Iterable
from contextlib import suppress

from functions.dsar_router.request import References
from leadcloud.store.interface import Key, RecordExists, Store

OWN = "leadcloud"
"""Our own id in the register of controllers."""


class OwnRegister:
    """Recognises persons of our own register."""

    def __init__(self, store: Store, references: References) -> None:
        self._store = store
        self._references = references

    def add(self, channel: str) -> None:
        """Note that an e-mail address or number (E.164) belongs to a person of the register."""
        with suppress(RecordExists):
            self._store.put_if_absent(self._key(channel), {})

    def remove(self, channel: str) -> None:
        """Forget an e-mail address or number (E.164)."""
        record = self._store.get(self._key(channel))
        if record is not None:
            self._store.delete(record)

    def holds(self, channels: Iterable[str]) -> bool:
        """Tell whether one of the channels belongs to a person of the register."""
        return any(self._store.get(self._key(channel)) for channel in channels)

    def _key(self, channel: str) -> Key:
        return Key("OWN-REGISTER", self._references.hidden("channel", channel.casefold()))
