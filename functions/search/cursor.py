"""The cursor: where each source goes on, and whom the caller has been given already.

Nothing of a search is kept between two pages. What the next page needs travels with the caller,
sealed, because a provider's position may be the key of a person. Those delivered are remembered as
keyed hashes of three bytes, the latest 4,000 of them: a hit is flagged as a possible duplicate,
never dropped, so the rare false hit costs the caller nothing.
"""

import hashlib
import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from functions.search.federation import Place
from leadcloud.errors import CursorInvalid, Fault
from leadcloud.seal import SealBroken, Sealer

LIFETIME = timedelta(minutes=15)
REMEMBERED = 4000
_HASH_BYTES = 3


class Seen:
    """Whom the caller has been given, as keyed hashes in the order of delivery."""

    def __init__(self, salt: bytes, hashes: bytes = b"") -> None:
        self._salt = salt
        self._order = [hashes[i : i + _HASH_BYTES] for i in range(0, len(hashes), _HASH_BYTES)]
        self._hashes = set(self._order)

    def hash(self, identity: str) -> bytes:
        """Return what an identity is remembered by."""
        return hashlib.blake2b(identity.encode(), key=self._salt, digest_size=_HASH_BYTES).digest()

    def holds_any(self, hashes: Iterable[bytes]) -> bool:
        """Tell whether somebody of these hashes was probably delivered before."""
        return not self._hashes.isdisjoint(hashes)

    def add(self, hashes: Iterable[bytes]) -> None:
        """Remember whom these hashes are of."""
        self._order += hashes
        self._hashes.update(self._order)

    def to_bytes(self) -> bytes:
        """Return the salt and the latest hashes."""
        return self._salt + b"".join(self._order[-REMEMBERED:])

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Seen":
        """Return what was written by `to_bytes`."""
        return cls(raw[:SALT_BYTES], raw[SALT_BYTES:])


SALT_BYTES = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Cursor:
    """Where a search goes on."""

    places: Mapping[str, Place]
    """Per register that is not read to its end."""
    seen: Seen

    def limited_to(self, registers: Container[str]) -> "Cursor":
        """Return the same without registers that may not be read any more."""
        places = {name: place for name, place in self.places.items() if name in registers}
        return replace(self, places=places)


@dataclass(frozen=True, kw_only=True, slots=True)
class CursorSeal:
    """Seals the cursors of one search: this account, this purpose, these criteria."""

    sealer: Sealer
    context: str = field(repr=False)
    now: datetime

    def write(self, cursor: Cursor) -> str:
        """Return the token that the caller brings back."""
        places = {
            register: (place.position, place.skip, place.failures)
            for register, place in cursor.places.items()
        }
        head = json.dumps(places, separators=(",", ":")).encode()
        payload = len(head).to_bytes(4, "big") + head + cursor.seen.to_bytes()
        return self.sealer.seal(payload, self.context, self.now + LIFETIME)

    def read(self, token: str) -> Cursor:
        """Return the cursor of a token.

        Raises:
            CursorInvalid: It has expired or belongs to another search.
        """
        try:
            payload = self.sealer.open(token, self.context, self.now)
        except SealBroken:
            fault = Fault(
                field="cursor", code="cursor_invalid", detail="Start again without a cursor."
            )
            raise CursorInvalid(faults=[fault]) from None
        end = 4 + int.from_bytes(payload[:4], "big")
        places = json.loads(payload[4:end])
        return Cursor(
            places={
                register: Place(position=position, skip=skip, failures=failures)
                for register, (position, skip, failures) in places.items()
            },
            seen=Seen.from_bytes(payload[end:]),
        )


def search_context(account_id: str, asked: Mapping[str, object]) -> str:
    """Return the text that names one search: the account and a digest of what it asked."""
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
    return f"cursor:{account_id}:{digest}"
