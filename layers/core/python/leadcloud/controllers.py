"""The register of controllers: who decides about data, and how a request reaches them.

Source registers and buyers of target groups both stand here, a buyer under its account's id. An
entry whose contract has ended stays: requests about its time still go there.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, cast

from leadcloud.store.interface import Key, Record, Store, Value
from leadcloud.store.pages import every_record

Channel = Literal["webhook", "opendsr", "email", "manual"]
Role = Literal["source", "buyer", "own"]
"""Own: we are the controller ourselves (mission M11)."""

Language = Literal["fi", "sv", "en"]

Country = Literal["FI", "SE", "NO"]

Broadcasts = Literal["none", "whole", "hashed"]
"""Hashed: it is asked by keyed hashes first whether it knows the person (docs/adr/0016)."""

OVERLAP = timedelta(days=14)
"""How long a key is still good after another took its place."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,50}")
"""An execution's name holds a reference, this id and a number: 80 characters in all on AWS."""

_ADDRESS = re.compile(r"[^\s@,;<>]{1,64}@[^\s@,;<>]+\.[^\s@,;<>]+")

_COMPANY_FORMS = frozenset({"oy", "oyj", "ab", "abp", "ky", "tmi", "ltd", "inc", "as", "osk"})


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningKey:
    """One of a controller's keys; the key itself is derived, never stored."""

    number: int
    good_until: datetime | None = None
    """None for the one in use."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenDsr:
    """How a controller speaks OpenDSR; its versions differ in names."""

    path: str = "/opendsr_requests"
    header_family: Literal["OpenDSR", "OpenGDPR"] = "OpenDSR"
    public_key: str | None = None
    """PEM. With it, callbacks are OpenDSR's, signed by RSA with SHA-256; without, they are ours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ControllerEntry:
    """A controller, and what we have agreed with it."""

    id: str
    name: str
    role: Role
    privacy_email: str
    """Of its data protection officer or privacy desk."""
    contract: str
    """Our reference of the processing agreement (GDPR art. 28(3))."""
    contract_from: date
    contract_until: date | None = None
    instructions: str = "1"
    """Version of its documented instructions (art. 28(3)(a))."""
    language: Language = "en"
    """Of mails and pages."""
    holidays: Country = "FI"
    """Whose public holidays prolong its periods (Regulation 1182/71 art. 2(1)): where it acts."""
    channel: Channel = "email"
    url: str | None = None
    opendsr: OpenDsr = OpenDsr()
    keys: tuple[SigningKey, ...] = (SigningKey(number=1),)
    """Newest first."""
    other_names: tuple[str, ...] = ()
    calling_numbers: tuple[str, ...] = ()
    """E.164, from which it telephones."""
    broadcasts: Broadcasts = "none"
    """Its policy on requests that a person asks us to send to everybody."""
    categories: tuple[str, ...] = ()
    """Categories of processing carried out for it (art. 30(2)(b))."""
    transfers: tuple[str, ...] = ()
    """To third countries (art. 30(2)(c))."""

    def goes_by(self, name: str) -> bool:
        """Tell whether a person who writes this name means this controller."""
        names = {_plain(each) for each in (self.name, *self.other_names)}
        return bool(_plain(name)) and _plain(name) in names


class ControllerBook:
    """Keeps the register of controllers."""

    def __init__(self, store: Store, check_url: Callable[[str], object]) -> None:
        """Take a store, and what raises for a URL to which we do not send."""
        self._store = store
        self._check_url = check_url

    def put(self, entry: ControllerEntry) -> None:
        """Keep a new or changed entry.

        Raises:
            ForwardingError: Its URL is none to which we send.
            ValueError: Its id or address cannot be used, or its channel needs a URL.
        """
        if not _ID.fullmatch(entry.id):
            raise ValueError("the id is not made of at most 50 letters, digits, hyphens and _")
        if not _ADDRESS.fullmatch(entry.privacy_email):
            raise ValueError("the privacy contact is no e-mail address")
        if entry.channel in ("webhook", "opendsr") and entry.url is None:
            raise ValueError("the channel needs a URL")
        if entry.broadcasts == "hashed" and entry.channel != "webhook":
            raise ValueError("hashes go to a webhook only")
        if entry.url is not None:
            self._check_url(entry.url)
        record = self._store.get(_key(entry.id))
        if record is None:
            self._store.put_if_absent(_key(entry.id), _row(entry))
        else:
            self._store.update(record, _row(entry))

    def rotate_key(self, controller_id: str, now: datetime) -> ControllerEntry:
        """Put a new key into use; the ones before stay good for a while.

        Raises:
            LookupError: There is no such controller.
        """
        entry = self.entry(controller_id)
        if entry is None:
            raise LookupError(controller_id)
        older = tuple(
            key if key.good_until else replace(key, good_until=now + OVERLAP) for key in entry.keys
        )
        newest = SigningKey(number=entry.keys[0].number + 1)
        changed = replace(entry, keys=(newest, *older))
        self.put(changed)
        return changed

    def entry(self, controller_id: str) -> ControllerEntry | None:
        """Return a controller, or None where there is none."""
        record = self._store.get(_key(controller_id))
        return _entry(record) if record else None

    def entries(self) -> Iterator[ControllerEntry]:
        """Yield every controller, by id."""
        for record in every_record(self._store, _PARTITION):
            yield _entry(record)

    def caller(self, *, name: str | None, number: str | None) -> ControllerEntry | None:
        """Return the controller that called, by its name or the number that was shown."""
        for entry in self.entries():
            if number and number in entry.calling_numbers:
                return entry
            if name and entry.goes_by(name):
                return entry
        return None


class ControllerKeys:
    """Derives the controllers' signing keys from one secret of ours."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def key(self, controller_id: str, number: int) -> bytes:
        """Return a key of a controller: 32 bytes."""
        name = f"controller key\n{controller_id}\n{number}"
        return hmac.new(self._secret, name.encode(), hashlib.sha256).digest()

    def good(self, entry: ControllerEntry, now: datetime) -> Sequence[bytes]:
        """Return the keys of a controller that are good now, the newest first."""
        return [
            self.key(entry.id, key.number)
            for key in entry.keys
            if key.good_until is None or key.good_until > now
        ]


_PARTITION = "CONTROLLERS"


def _key(controller_id: str) -> Key:
    return Key(_PARTITION, controller_id)


def _plain(name: str) -> str:
    """Return a company's name as people hear it: no case, accents, points or legal form."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    words = "".join(each if each.isalnum() else " " for each in letters if each.isprintable())
    return " ".join(word for word in words.split() if word not in _COMPANY_FORMS)


def _row(entry: ControllerEntry) -> dict[str, Value]:
    return {
        "name": entry.name,
        "role": entry.role,
        "privacy_email": entry.privacy_email,
        "contract": entry.contract,
        "contract_from": entry.contract_from.isoformat(),
        "contract_until": entry.contract_until.isoformat() if entry.contract_until else None,
        "instructions": entry.instructions,
        "language": entry.language,
        "holidays": entry.holidays,
        "channel": entry.channel,
        "url": entry.url,
        "opendsr": [
            entry.opendsr.path,
            entry.opendsr.header_family,
            entry.opendsr.public_key,
        ],
        "keys": [
            [key.number, key.good_until.isoformat() if key.good_until else None]
            for key in entry.keys
        ],
        "other_names": list(entry.other_names),
        "calling_numbers": list(entry.calling_numbers),
        "broadcasts": entry.broadcasts,
        "categories": list(entry.categories),
        "transfers": list(entry.transfers),
    }


def _entry(record: Record) -> ControllerEntry:
    row = cast("dict[str, str]", record.attributes)
    opendsr = cast("list[Any]", record.attributes["opendsr"])
    keys = cast("list[tuple[int, str | None]]", row["keys"])
    until = row["contract_until"]
    return ControllerEntry(
        id=record.key.sort,
        name=row["name"],
        role=cast("Role", row["role"]),
        privacy_email=row["privacy_email"],
        contract=row["contract"],
        contract_from=date.fromisoformat(row["contract_from"]),
        contract_until=date.fromisoformat(until) if until else None,
        instructions=row["instructions"],
        language=cast("Language", row.get("language", "en")),
        holidays=cast("Country", row.get("holidays", "FI")),
        channel=cast("Channel", row["channel"]),
        url=row["url"],
        opendsr=OpenDsr(path=opendsr[0], header_family=opendsr[1], public_key=opendsr[2]),
        keys=tuple(
            SigningKey(number=number, good_until=datetime.fromisoformat(good) if good else None)
            for number, good in keys
        ),
        other_names=tuple(row["other_names"]),
        calling_numbers=tuple(row["calling_numbers"]),
        broadcasts=cast("Broadcasts", row.get("broadcasts", "none")),
        categories=tuple(row["categories"]),
        transfers=tuple(row["transfers"]),
    )
