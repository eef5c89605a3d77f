"""The personal part of a request: sealed with a key of its own, and gone when the key is gone."""

import base64
import json
from datetime import datetime
from typing import Any

from leadcloud.data_key import DataKey, DataKeys, RandomBytes, seal, unseal
from leadcloud.store.interface import Key, PutIfAbsent, Record, Store, VersionConflict

Payload = dict[str, Any]


class Payloads:
    """Seals, opens and destroys the payloads of requests."""

    def __init__(self, store: Store, keys: DataKeys, random_bytes: RandomBytes) -> None:
        self._store = store
        self._keys = keys
        self._random_bytes = random_bytes

    def sealed(self, reference: str, payload: Payload, expires_at: datetime) -> PutIfAbsent:
        """Return the action that keeps a payload under a new key."""
        key = self._keys.make(reference)
        return PutIfAbsent(
            key=_key(reference),
            attributes={"key": _text(key.wrapped), "sealed": self._seal(key, reference, payload)},
            expires_at=expires_at,
        )

    def open(self, reference: str) -> Payload | None:
        """Return the payload of a request, None if it was destroyed."""
        record = self._store.get(_key(reference))
        return self._open(reference, record) if record else None

    def add(self, reference: str, name: str, value: str) -> None:
        """Put one more text into the payload; nothing happens if that was destroyed."""
        record = self._store.get(_key(reference))
        if record is None:
            return
        wrapped = _bytes(record.attributes["key"])
        key = DataKey(plain=self._keys.unwrap(wrapped, reference), wrapped=wrapped)
        payload = self._open(reference, record) | {name: value}
        sealed = self._seal(key, reference, payload)
        attributes = {**record.attributes, "sealed": sealed}
        try:
            self._store.update(record, attributes, expires_at=record.expires_at)
        except VersionConflict:
            self.add(reference, name, value)

    def keep_until(self, reference: str, moment: datetime) -> None:
        """Let the payload go at a moment, unless it goes earlier."""
        record = self._store.get(_key(reference))
        if record is None or (record.expires_at and record.expires_at <= moment):
            return
        self._store.update(record, record.attributes, expires_at=moment)

    def destroy(self, reference: str) -> bool:
        """Destroy a payload and its key; return whether there was one."""
        record = self._store.get(_key(reference))
        if record is None:
            return False
        # Overwritten first: a store may keep the bytes of what it deletes for a while.
        emptied = self._store.update(record, {"key": "", "sealed": ""})
        self._store.delete(emptied)
        return True

    def _seal(self, key: DataKey, reference: str, payload: Payload) -> str:
        plain = json.dumps(payload, ensure_ascii=False).encode()
        return _text(seal(plain, key.plain, reference, random_bytes=self._random_bytes))

    def _open(self, reference: str, record: Record) -> Payload:
        key = self._keys.unwrap(_bytes(record.attributes["key"]), reference)
        sealed = _bytes(record.attributes["sealed"])
        payload: Payload = json.loads(unseal(sealed, key, reference))
        return payload


def _key(reference: str) -> Key:
    return Key(f"REQUEST#{reference}", "PAYLOAD")


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _bytes(text: object) -> bytes:
    return base64.b64decode(str(text))
