"""Reads one record of a register's answer as a contact, or finds it unusable."""

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload

from leadcloud.registers import enhetsregisteret_enhet, ytj_company
from leadcloud.registers.contact import BusinessContact, ConsumerContact, Contact, DecisionMaker
from leadcloud.registers.manifest import Manifest
from leadcloud.registers.manifest_part import DecisionMakers, Extract
from leadcloud.registers.paging import member, member_at
from leadcloud.registers.phone import e164

_LONGEST_TEXT = 300

_CONTROL = re.compile("[\x00-\x1f]")


class RecordUnusable(Exception):
    """A record is not what a contact can be made of. Says nothing about it."""


def reader(manifest: Manifest) -> Callable[[Any], Contact]:
    """Return what reads the records of a register.

    What it returns raises RecordUnusable for a record of wrong types, one that lacks a name or, of
    a person, a number that can be called, and for a company that has ceased.
    """
    extract = manifest.extract
    fields = fields_of(extract)
    build = _consumer if manifest.kind == "consumer" else _business
    return lambda record: build(_typed(fields(record), extract), manifest)


def fields_of(extract: Extract) -> Callable[[Any], dict[str, Any]]:
    """Return what finds the fields in a record, by our names of them; no value is checked yet.

    What it returns raises RecordUnusable for what is no record at all.
    """
    match extract.reader:
        case "fields":
            return _fields_by_table(extract)
        case "ytj_company":
            return ytj_company.fields
        case "enhetsregisteret_enhet":
            return enhetsregisteret_enhet.fields


def _fields_by_table(extract: Extract) -> Callable[[Any], dict[str, Any]]:
    places = dict(extract.fields)
    if extract.decision_makers is not None:
        places["decision_makers"] = extract.decision_makers.records
    # Taken apart once: a search reads hundreds of records of ten fields.
    whole = [(name, place) for name, place in places.items() if "." not in place]
    parted = [(name, tuple(place.split("."))) for name, place in places.items() if "." in place]

    def read(record: Any) -> dict[str, Any]:
        if not isinstance(record, dict):
            raise RecordUnusable
        found = {name: record.get(place) for name, place in whole}
        for name, path in parted:
            found[name] = member_at(record, path)
        return {**found, **extract.constants} if extract.constants else found

    return read


def _typed(found: dict[str, Any], extract: Extract) -> dict[str, Any]:
    """Check types, translate codes, leave out what is not there."""
    typed, codes = {}, extract.codes
    for name, value in found.items():
        if name in _NO_TEXTS:
            typed[name] = value
        elif (text := _text(value)) is not None:
            typed[name] = codes[name].get(text) if name in codes else text
    return typed


_NO_TEXTS = frozenset({"marketing_ban", "decision_makers"})


def _text(value: Any) -> str | None:
    """Return a text without its margins, None where there is none."""
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise RecordUnusable
    text = value.strip()
    if not text.isprintable() and _CONTROL.search(text):
        raise RecordUnusable
    return text or None


def _consumer(found: dict[str, Any], manifest: Manifest) -> ConsumerContact:
    phone = _phone(found.pop("phone", None), manifest)
    # A register that keeps bans and does not say whether there is one leaves no right to call.
    ban = found.get("marketing_ban", False)
    if phone is None or not isinstance(ban, bool) or not _has(found, "first_name", "last_name"):
        raise RecordUnusable
    return ConsumerContact(phone=phone, **found)


def _business(found: dict[str, Any], manifest: Manifest) -> BusinessContact:
    if not _has(found, "business_id", "name") or found.get("status") == "ceased":
        raise RecordUnusable
    makers = found.pop("decision_makers", None)
    phone = _phone(found.pop("phone", None), manifest)
    return BusinessContact(
        phone=phone, decision_makers=tuple(_decision_makers(makers, manifest)), **found
    )


def _decision_makers(makers: Any, manifest: Manifest) -> Iterator[DecisionMaker]:
    places = manifest.extract.decision_makers
    if places is None or makers is None:
        return
    if not isinstance(makers, list):
        raise RecordUnusable
    for maker in makers:
        with contextlib.suppress(RecordUnusable):
            yield _decision_maker(maker, places, manifest)


def _decision_maker(maker: Any, places: DecisionMakers, manifest: Manifest) -> DecisionMaker:
    name, role = _text(member(maker, places.name)), _text(member(maker, places.role))
    if name is None or role is None:
        raise RecordUnusable
    written = _text(member(maker, places.phone)) if places.phone else None
    codes = manifest.extract.codes.get("role")
    known = role if codes is None else codes.get(role, "other")
    return DecisionMaker(name=name, role=known, phone=_phone(written, manifest))


def _phone(written: str | None, manifest: Manifest) -> str | None:
    return e164(written, manifest.country) if written else None


def _has(found: dict[str, Any], *names: str) -> bool:
    return all(found.get(name) for name in names)


class ReadOnDemand(Sequence[Contact | None]):
    """The records of a page, each read when it is looked at; None where it is unusable.

    Many registers have pages of a fixed size, of which a search often wants a fifth.
    """

    def __init__(self, records: Sequence[Any], read: Callable[[Any], Contact]) -> None:
        self._records = records
        self._read = read

    def __len__(self) -> int:
        return len(self._records)

    @overload
    def __getitem__(self, which: int) -> Contact | None: ...

    @overload
    def __getitem__(self, which: slice) -> Sequence[Contact | None]: ...

    def __getitem__(self, which: int | slice) -> Contact | Sequence[Contact | None] | None:
        if isinstance(which, slice):
            return ReadOnDemand(self._records[which], self._read)
        return self._usable(self._records[which])

    def __iter__(self) -> Iterator[Contact | None]:
        return map(self._usable, self._records)

    def _usable(self, record: Any) -> Contact | None:
        try:
            return self._read(record)
        except RecordUnusable:
            return None
