"""The postal codes that exist, where the operator has loaded the list.

The list belongs to the postal service, whose terms the operator accepts; we ship none.
"""

from collections.abc import Iterable

from leadcloud.store.interface import Key, Record, Store
from leadcloud.store.lookup import Lookup

_KEY = Key("CODES", "POSTAL-CODES")
_DIGITS = 5


class PostalCodeList:
    """Keeps the list: some 3,000 codes in one record."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: tuple[int, frozenset[str]] | None = None

    def load(self, codes: Iterable[str]) -> None:
        """Put a list in the place of the one before."""
        attributes = {"codes": "".join(sorted(set(codes)))}
        record = self._store.get(_KEY)
        if record is None:
            self._store.put_if_absent(_KEY, attributes)
        else:
            self._store.update(record, attributes)

    def existing(self) -> frozenset[str] | None:
        """Return the codes that exist, or None where nobody has loaded a list."""
        return self.lookup().answer(self._store)

    def lookup(self) -> Lookup[frozenset[str] | None]:
        """Return what finds the codes that exist."""
        return Lookup.at(_KEY, self._read)

    def _read(self, record: Record | None) -> frozenset[str] | None:
        if record is None:
            return None
        if self._held is None or self._held[0] != record.version:
            self._held = (record.version, _codes(record))
        return self._held[1]


def _codes(record: Record) -> frozenset[str]:
    text = str(record.attributes["codes"])
    return frozenset(text[start : start + _DIGITS] for start in range(0, len(text), _DIGITS))
