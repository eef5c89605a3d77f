"""Our own register of customers' contact persons and prospects, for which we are the controller.

Kept here are keyed hashes of channels only: enough to tell that a request concerns it. Each says who
entered it, so that a person whom two accounts name is known until both have forgotten it.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from contextlib import suppress

from leadcloud.store.interface import Action, Delete, Key, PutIfAbsent, RecordExists, Store

OWN = "leadcloud"
"""Our own id in the register of controllers."""

BY_HAND = "operator"
"""Who has entered what is no account's."""


class OwnRegister:
    """Recognises persons of our own register."""

    def __init__(self, store: Store, secret: str) -> None:
        self._store = store
        self._secret = secret.encode()

    def add(self, channel: str) -> None:
        """Note that an e-mail address or number (E.164) belongs to a person of the register."""
        with suppress(RecordExists):
            self._store.put_if_absent(self._key(channel, BY_HAND), {})

    def remove(self, channel: str) -> None:
        """Forget an e-mail address or number (E.164)."""
        record = self._store.get(self._key(channel, BY_HAND))
        if record is not None:
            self._store.delete(record)

    def changes(
        self, account_id: str, *, before: Iterable[str], after: Iterable[str]
    ) -> Iterator[Action]:
        """Yield the actions by which an account names other channels than before."""
        had = {self._key(channel, account_id) for channel in before}
        has = {self._key(channel, account_id) for channel in after}
        for key in sorted(had - has):
            record = self._store.get(key)
            if record is not None:
                yield Delete(key=key, version=record.version)
        yield from (PutIfAbsent(key=key, attributes={}) for key in sorted(has - had))

    def holds(self, channels: Iterable[str]) -> bool:
        """Tell whether one of the channels belongs to a person of the register."""
        return any(self._store.query(self._partition(each), limit=1).records for each in channels)

    def _key(self, channel: str, by: str) -> Key:
        return Key(self._partition(channel), by)

    def _partition(self, channel: str) -> str:
        text = f"own register\n{channel.casefold()}"
        return f"OWN-REGISTER#{hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()}"
