"""Whom we speak with at an account: our own register, of which we are the controller (M11).

Kept apart from the accounts and sealed with a key of its own, which goes with every change: what an
account no longer names cannot be opened any more, in copies neither. For its own administrators and
for operators only; given to nobody else.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from leadcloud.accounts.account import chain_of
from leadcloud.audit import AuditTrail
from leadcloud.data_key import DataKeys, RandomBytes, seal, unseal
from leadcloud.own_register import OwnRegister
from leadcloud.store.interface import Action, Delete, Key, PutIfAbsent, Record, Store, Update

Matter = Literal["contract", "billing", "privacy", "technical"]

MOST_PERSONS = 10
"""Of one account."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class ContactPerson:
    """A person at an account. No repr: it must not get into a log."""

    name: str
    matter: Matter
    """What to speak with them about."""
    email: str
    phone: str | None = None
    """E.164."""


class ContactPersons:
    """Keeps accounts' contact persons."""

    def __init__(
        self,
        store: Store,
        audit: AuditTrail,
        *,
        keys: DataKeys,
        own_register: OwnRegister,
        random_bytes: RandomBytes,
    ) -> None:
        self._store = store
        self._audit = audit
        self._keys = keys
        self._own_register = own_register
        self._random_bytes = random_bytes

    def of(self, account_id: str) -> tuple[ContactPerson, ...]:
        """Return an account's contact persons, in the order in which it named them."""
        record = self._store.get(_key(account_id))
        return self._open(account_id, record) if record else ()

    def replace(self, account_id: str, persons: Sequence[ContactPerson], *, by: str) -> None:
        """Put others in the place of an account's contact persons, or none at all."""

        def actions() -> list[Action]:
            record = self._store.get(_key(account_id))
            before = self._open(account_id, record) if record else ()
            return [
                *self._written(account_id, record, persons),
                *self._own_register.changes(
                    account_id, before=_channels(before), after=_channels(persons)
                ),
            ]

        self._audit.carry_out(
            actions,
            chain=chain_of(account_id),
            event="contact_persons_changed",
            details={"persons": len(persons), "by": by},
        )

    def _written(
        self, account_id: str, record: Record | None, persons: Sequence[ContactPerson]
    ) -> list[Action]:
        if not persons:
            return [Delete(key=record.key, version=record.version)] if record else []
        key = self._keys.make(_context(account_id))
        plain = json.dumps([asdict(person) for person in persons], ensure_ascii=False).encode()
        sealed = seal(plain, key.plain, _context(account_id), random_bytes=self._random_bytes)
        row = {
            "key": b64encode(key.wrapped).decode("ascii"),
            "sealed": b64encode(sealed).decode("ascii"),
        }
        if record is None:
            return [PutIfAbsent(key=_key(account_id), attributes=row)]
        return [Update(key=record.key, version=record.version, attributes=row)]

    def _open(self, account_id: str, record: Record) -> tuple[ContactPerson, ...]:
        context = _context(account_id)
        key = self._keys.unwrap(b64decode(str(record.attributes["key"])), context)
        plain = unseal(b64decode(str(record.attributes["sealed"])), key, context)
        return tuple(ContactPerson(**each) for each in json.loads(plain))


def _channels(persons: Sequence[ContactPerson]) -> list[str]:
    return [each for person in persons for each in (person.email, person.phone) if each]


def _key(account_id: str) -> Key:
    return Key(f"CONTACT-PERSONS#{account_id}", "CONTACT-PERSONS")


def _context(account_id: str) -> str:
    return f"contact-persons:{account_id}"
