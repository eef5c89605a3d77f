"""The same effect once: one record per account and Idempotency-Key.

The record holds a keyed hash of the request and a state, never the answer: an answer may hold
contacts, and those are not kept. Within the re-run window the same request is carried out again
without a second effect; after it, the caller is told that the result was not kept.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from leadcloud.clock import Clock
from leadcloud.errors import IdempotencyKeyInProgress, IdempotencyKeyReused, ResultNotRetained
from leadcloud.store.interface import (
    Action,
    Key,
    Record,
    RecordExists,
    Store,
    Update,
    Value,
    VersionConflict,
)

LONGEST_RUN = timedelta(seconds=30)
"""API Gateway ends a request after 29 s; whoever has run longer has died."""

RERUN_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A request with an effect that may now be carried out."""

    record: Record
    replayed: bool
    """Its effect was had before."""


class Idempotency:
    """Lets each request with an effect through once."""

    def __init__(self, store: Store, clock: Clock, secret: str) -> None:
        self._store = store
        self._clock = clock
        self._secret = secret.encode()

    def begin(self, account_id: str, idempotency_key: str, request: Any) -> Run:
        """Let a request through, or say why not.

        Args:
            account_id: Keys of different accounts do not meet.
            idempotency_key: As the caller sent it.
            request: The whole request as JSON; only its keyed hash is kept.

        Raises:
            IdempotencyKeyReused: The key was used with another request.
            IdempotencyKeyInProgress: The same request is still running.
            ResultNotRetained: The same request was answered too long ago.
        """
        key = Key(f"ACCOUNT#{account_id}", f"OPERATION#{self._digest(idempotency_key)}")
        attributes = self._attributes("running", self._digest(request))
        try:
            return Run(record=self._store.put_if_absent(key, attributes), replayed=False)
        except RecordExists:
            return self._again(key, attributes)

    def finishing(self, run: Run) -> Action:
        """Return the action that notes that the request was answered, to be done with its effect."""
        return Update(
            key=run.record.key,
            version=run.record.version,
            attributes=self._attributes("answered", str(run.record.attributes["request"])),
        )

    def abandon(self, run: Run) -> None:
        """Forget a request that had no effect, so that the key can be used again."""
        self._store.delete(run.record)

    def _again(self, key: Key, attributes: dict[str, Value]) -> Run:
        record = self._store.get(key)
        if record is None:
            raise IdempotencyKeyInProgress(retry_after=1)
        if record.attributes["request"] != attributes["request"]:
            raise IdempotencyKeyReused
        age = self._clock.now() - datetime.fromisoformat(str(record.attributes["at"]))
        answered = record.attributes["state"] == "answered"
        if not answered and age < LONGEST_RUN:
            raise IdempotencyKeyInProgress(retry_after=1)
        if answered and age >= RERUN_WINDOW:
            raise ResultNotRetained
        try:
            return Run(record=self._store.update(record, attributes), replayed=answered)
        except VersionConflict:
            raise IdempotencyKeyInProgress(retry_after=1) from None

    def _attributes(self, state: str, request: str) -> dict[str, Value]:
        return {"state": state, "request": request, "at": self._clock.now().isoformat()}

    def _digest(self, value: Any) -> str:
        canonical = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
        return hmac.new(self._secret, canonical, hashlib.sha256).hexdigest()
