"""API keys: a public id and a secret, of which only a keyed hash is kept.

A key reads `lc_<id>_<secret>`. The id finds the record; the secret has 160 random bits, so a
plain HMAC suffices where a password would need a slow hash.
"""

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from leadcloud.accounts.account import PARTITION, AccountKind, chain_of
from leadcloud.audit import AuditTrail, Details
from leadcloud.clock import Clock, rfc3339
from leadcloud.store.interface import (
    Action,
    Attributes,
    Key,
    PutIfAbsent,
    Record,
    Store,
    Update,
    Value,
)
from leadcloud.store.pages import every_record

SCOPES = frozenset({"search", "predict", "buildings", "billing", "admin", "operator"})

_ID = re.compile(r"[a-z2-7]{12}")
_FORM = re.compile(r"lc_([a-z2-7]{12})_([a-z2-7]{32})")
_ID_BYTES, _SECRET_BYTES = 8, 20

RandomBytes = Callable[[int], bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiKey:
    """What is known of a key besides its secret."""

    id: str
    account_id: str
    scopes: frozenset[str]
    name: str = ""
    """What its owner calls it."""
    issued_on: date | None = None
    expires_at: datetime | None = None
    """From this moment on it is not good any more; None where it is until it is revoked."""
    revoked_at: datetime | None = None
    last_used_on: date | None = None
    """In UTC; None where it was not used yet."""

    def is_good(self, now: datetime) -> bool:
        """Tell whether the key is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Replaced:
    """A key that a new one takes the place of."""

    id: str
    expires_at: datetime
    """Until then both are good, so that no request fails while programs change over."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewKey:
    """What an owner says of a key besides what it is good for."""

    name: str = ""
    expires_at: datetime | None = None
    """When it is no longer good, if ever."""
    replaces: Replaced | None = None
    """Another key of the same account."""


class KeyRing:
    """Issues, lists and revokes keys; each leaves an entry in the audit trail."""

    def __init__(
        self,
        store: Store,
        audit: AuditTrail,
        *,
        pepper: str,
        clock: Clock,
        random_bytes: RandomBytes,
    ) -> None:
        self._store = store
        self._audit = audit
        self._pepper = pepper.encode()
        self._clock = clock
        self._random_bytes = random_bytes

    def issue(
        self,
        account_id: str,
        scopes: frozenset[str],
        *,
        new: NewKey = NewKey(),
        by: str = "operator",
    ) -> str:
        """Keep a new key for an account and return it; it cannot be shown again.

        Args:
            account_id: The account that it stands for.
            scopes: What it is good for.
            new: What else its owner says.
            by: Id of the key that it was done with.

        Raises:
            ValueError: There is no such scope.
            LookupError: The account has no such key as is to be replaced.
        """
        if not scopes <= SCOPES:
            raise ValueError("there is a scope that does not exist")
        key_id = _base32(self._random_bytes(_ID_BYTES))[:12]
        secret = _base32(self._random_bytes(_SECRET_BYTES))
        key = ApiKey(
            id=key_id,
            account_id=account_id,
            scopes=scopes,
            name=new.name,
            issued_on=self._clock.now().date(),
            expires_at=new.expires_at,
        )

        def actions() -> tuple[Action, ...]:
            row = _row(key, self._hash(key_id, secret))
            return (
                PutIfAbsent(key=_key_of(key_id), attributes=row),
                PutIfAbsent(key=_listed_key(key), attributes={}),
                *(self._expiring(each, account_id) for each in (new.replaces,) if each),
            )

        details: Details = {"key": key_id, "scopes": ".".join(sorted(scopes)), "by": by}
        if new.replaces:
            until = rfc3339(new.replaces.expires_at)
            details = {**details, "replaces": new.replaces.id, "until": until}
        chain = chain_of(account_id)
        self._audit.carry_out(actions, chain=chain, event="key_issued", details=details)
        return f"lc_{key_id}_{secret}"

    def key(self, key_id: str) -> ApiKey | None:
        """Return a key by its id, or None where there is none."""
        record = self._store.get(_key_of(key_id))
        return _api_key(record) if record else None

    def keys_of(self, account_id: str) -> Iterator[ApiKey]:
        """Yield an account's keys, those that are no longer good included."""
        for record in every_record(self._store, f"{PARTITION}{account_id}", _LISTED):
            key = self.key(record.key.sort.removeprefix(_LISTED))
            if key is not None:
                yield key

    def revoke(self, key: ApiKey, *, by: str) -> None:
        """Make a key good for nothing, from now on and for ever; a second time changes nothing."""

        def actions() -> tuple[Action]:
            record = self._record(key.id)
            return (_update(record, revoked_at=rfc3339(self._clock.now())),)

        if key.revoked_at is None:
            details = {"key": key.id, "by": by}
            chain = chain_of(key.account_id)
            self._audit.carry_out(actions, chain=chain, event="key_revoked", details=details)

    def match(self, presented: str) -> ApiKey | None:
        """Return the key that was presented, good or not, or None if we never issued it."""
        form = _FORM.fullmatch(presented)
        if form is None:
            return None
        key_id, secret = form.groups()
        record = self._store.get(_key_of(key_id))
        expected = record.attributes["hash"] if record else ""
        # Compared in any case, so that an unknown id takes as long as a wrong secret.
        if not hmac.compare_digest(str(expected), self._hash(key_id, secret)):
            return None
        return _api_key(record) if record else None

    def note_use(self, key_id: str, day: date) -> None:
        """Note that a key was used on a day.

        Raises:
            StoreError: It could not be noted, or somebody else just changed the key.
        """
        record = self._store.get(_key_of(key_id))
        if record and record.attributes.get("last_used_on") != day.isoformat():
            self._store.update(record, {**record.attributes, "last_used_on": day.isoformat()})

    def _expiring(self, replaced: Replaced, account_id: str) -> Action:
        record = self._record(replaced.id)
        before = _api_key(record)
        if before.account_id != account_id:
            raise LookupError("there is no such key")
        # What was to go earlier goes as early.
        expires_at = min(replaced.expires_at, before.expires_at or replaced.expires_at)
        return _update(record, expires_at=rfc3339(expires_at))

    def _record(self, key_id: str) -> Record:
        record = self._store.get(_key_of(key_id))
        if record is None:
            raise LookupError("there is no such key")
        return record

    def _hash(self, key_id: str, secret: str) -> str:
        return hmac.new(self._pepper, f"{key_id}:{secret}".encode(), hashlib.sha256).hexdigest()


def scopes_of(kind: AccountKind) -> frozenset[str]:
    """Return what keys of such an account can be good for: an operator searches nothing."""
    return frozenset({"operator"}) if kind == "operator" else SCOPES - {"operator"}


def id_in(key: str) -> str:
    """Return the public id that stands in a key."""
    return key.split("_")[1]


def is_id(text: str) -> bool:
    """Tell whether a text has the form of a key's public id."""
    return _ID.fullmatch(text) is not None


_LISTED = "KEY#"


def _key_of(key_id: str) -> Key:
    return Key(f"KEY#{key_id}", "KEY")


def _listed_key(key: ApiKey) -> Key:
    """Return where a key is found among its account's."""
    return Key(f"{PARTITION}{key.account_id}", f"{_LISTED}{key.id}")


def _update(record: Record, **members: Value) -> Action:
    attributes: Attributes = {**record.attributes, **members}
    return Update(key=record.key, version=record.version, attributes=attributes)


def _row(key: ApiKey, hashed: str) -> dict[str, Value]:
    return {
        "account_id": key.account_id,
        "scopes": sorted(key.scopes),
        "hash": hashed,
        "name": key.name,
        "issued_on": key.issued_on.isoformat() if key.issued_on else None,
        "expires_at": rfc3339(key.expires_at) if key.expires_at else None,
        "revoked_at": None,
        "last_used_on": None,
    }


def _api_key(record: Record) -> ApiKey:
    row = cast("dict[str, str]", record.attributes)
    return ApiKey(
        id=record.key.partition.removeprefix("KEY#"),
        account_id=row["account_id"],
        scopes=frozenset(row["scopes"]),
        name=row.get("name", ""),
        issued_on=_day(row.get("issued_on")),
        expires_at=_moment(row.get("expires_at")),
        revoked_at=_moment(row.get("revoked_at")),
        last_used_on=_day(row.get("last_used_on")),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _base32(raw: bytes) -> str:
    return b32encode(raw).decode("ascii").lower().rstrip("=")
