"""Suppression lists: who may not be called, whatever a register says; kept as keyed hashes.

The public list (the Finnish telephone marketing restriction service, formerly Puhelin-Robinson) is
always on for consumers; an account's own do-not-call list for all its searches. A number is matched
in memory. What is kept is ten bytes of HMAC-SHA-256 under a secret of the service: without the
secret the hashes cannot be tried against the few hundred million numbers there can be.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from leadcloud.clock import Clock
from leadcloud.registers.contact import BusinessContact, ConsumerContact, Contact
from leadcloud.store.interface import Key, Record, Store, VersionConflict
from leadcloud.store.lookup import Lookup, Records
from leadcloud.store.pages import every_record

PUBLIC = "public"
"""The list that holds for every account."""

_HASH_BYTES = 10

_STILL_READ = timedelta(hours=1)
"""How long a list that another took the place of is there for searches that began with it."""


def own_list(account_id: str) -> str:
    """Return the id of an account's own do-not-call list."""
    return f"account#{account_id}"


class Prohibitions:
    """Keeps the lists and applies them."""

    def __init__(
        self, store: Store, clock: Clock, *, secret: str, random_bytes: Callable[[int], bytes]
    ) -> None:
        self._store = store
        self._clock = clock
        self._secret = secret.encode()
        self._random_bytes = random_bytes
        self._held: dict[str, _HeldList] = {}

    def load(self, list_id: str, phones: Iterable[str]) -> int:
        """Replace a list by these numbers (E.164) and return how many they are.

        Searches see the old list or the new one, whole.
        """
        buckets: dict[str, set[bytes]] = {}
        for phone in phones:
            digest = self._digest(phone)
            buckets.setdefault(_bucket(digest), set()).add(digest)
        edition = self._random_bytes(8).hex()
        for bucket, digests in buckets.items():
            packed = b64encode(b"".join(sorted(digests))).decode("ascii")
            key = Key(_partition(list_id), f"{_EDITION}{edition}#{bucket}")
            self._store.put_if_absent(key, {"hashes": packed})
        self._publish(list_id, edition)
        self._retire_other_editions(list_id, edition)
        return sum(len(digests) for digests in buckets.values())

    def of(self, account_id: str) -> "Allow":
        """Return what lets the contacts of an account's search through, by the lists as they are now."""
        return self.lookup(account_id).answer(self._store)

    def lookup(self, account_id: str) -> "Lookup[Allow]":
        """Return what finds the lists that hold for an account's search, as they are now."""
        lists = (PUBLIC, own_list(account_id))

        def allow(records: Records) -> Allow:
            public, own = (self._current(each, records) for each in lists)
            return Allow(self._digest, public=public, own=own)

        return Lookup(tuple(_head(each) for each in lists), allow)

    def _digest(self, phone: str) -> bytes:
        return hmac.digest(self._secret, phone.encode(), "sha256")[:_HASH_BYTES]

    def _current(self, list_id: str, records: Records) -> "_HeldList":
        head = records.get(_head(list_id))
        edition = str(head.attributes["edition"]) if head else ""
        held = self._held.get(list_id)
        if held is None or held.edition != edition:
            held = self._held[list_id] = _HeldList(self._store, list_id, edition)
        return held

    def _publish(self, list_id: str, edition: str) -> None:
        head = self._store.get(_head(list_id))
        if head is None:
            self._store.put_if_absent(_head(list_id), {"edition": edition})
        else:
            self._store.update(head, {"edition": edition})

    def _retire_other_editions(self, list_id: str, edition: str) -> None:
        """Let what earlier loads left expire, those that died half-way included."""
        expires_at = self._clock.now() + _STILL_READ
        for record in every_record(self._store, _partition(list_id), _EDITION):
            current = record.key.sort.startswith(f"{_EDITION}{edition}#")
            if not current and record.expires_at is None:
                with suppress(VersionConflict):
                    self._store.update(record, record.attributes, expires_at=expires_at)


class Allow:
    """Lets through whom an account may call."""

    def __init__(
        self, digest: Callable[[str], bytes], *, public: "_HeldList", own: "_HeldList"
    ) -> None:
        self._digest = digest
        self._public = public
        self._own = own

    def __call__(self, contact: Contact) -> Contact | None:
        """Return the contact, without those people in it who may not be called; None if nobody is left."""
        if isinstance(contact, ConsumerContact):
            return self._consumer(contact) if self._public or self._own else contact
        return self._business(contact) if self._own else contact

    @property
    def keeps_no_company_back(self) -> bool:
        """Whether every company is let through: the account has no list of its own."""
        return not self._own

    def read_ahead(self, contacts: Iterable[Contact | None]) -> None:
        """Read at once what the contacts' numbers are looked up in, as far as it is not held yet."""
        wanting = [each for each in (self._public, self._own) if not each.is_whole]
        if wanting:
            digests = {self._digest(phone) for each in contacts if each for phone in _phones(each)}
            for each in wanting:
                each.read_ahead(digests)

    def _consumer(self, contact: ConsumerContact) -> Contact | None:
        digest = self._digest(contact.phone)
        return None if digest in self._public or digest in self._own else contact

    def _business(self, contact: BusinessContact) -> Contact | None:
        if contact.phone and self._digest(contact.phone) in self._own:
            return None
        callable_ones = tuple(
            maker
            for maker in contact.decision_makers
            if not (maker.phone and self._digest(maker.phone) in self._own)
        )
        return replace(contact, decision_makers=callable_ones)


def _phones(contact: Contact) -> Iterator[str]:
    if contact.phone:
        yield contact.phone
    if not isinstance(contact, ConsumerContact):
        yield from (maker.phone for maker in contact.decision_makers if maker.phone)


class _HeldList:
    """One edition of a list, read into memory part by part as numbers are looked up."""

    def __init__(self, store: Store, list_id: str, edition: str) -> None:
        self.edition = edition
        self._store = store
        self._partition = _partition(list_id)
        self._buckets: dict[str, frozenset[bytes]] = {}

    def __bool__(self) -> bool:
        return bool(self.edition)

    def __contains__(self, digest: bytes) -> bool:
        if not self.edition:
            return False
        bucket = _bucket(digest)
        if bucket not in self._buckets:
            self.read_ahead((digest,))
        return digest in self._buckets[bucket]

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it is left to read."""
        return not self.edition or len(self._buckets) == _BUCKETS

    def read_ahead(self, digests: Iterable[bytes]) -> None:
        """Read the parts that these would be in, but for those that are held."""
        keys = {
            bucket: Key(self._partition, f"{_EDITION}{self.edition}#{bucket}")
            for bucket in map(_bucket, digests)
            if bucket not in self._buckets
        }
        if keys:
            records = self._store.get_many(keys.values())
            self._buckets |= {bucket: _unpacked(records.get(key)) for bucket, key in keys.items()}


_EDITION = "EDITION#"


def _partition(list_id: str) -> str:
    return f"PROHIBITION#{list_id}"


def _head(list_id: str) -> Key:
    return Key(_partition(list_id), "HEAD")


_BUCKETS = 256


def _bucket(digest: bytes) -> str:
    return digest[:1].hex()


def _unpacked(record: Record | None) -> frozenset[bytes]:
    if record is None:
        return frozenset()
    packed = b64decode(str(record.attributes["hashes"]))
    return frozenset(
        packed[start : start + _HASH_BYTES] for start in range(0, len(packed), _HASH_BYTES)
    )
