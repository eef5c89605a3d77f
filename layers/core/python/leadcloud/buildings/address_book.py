"""Finds the buildings that stand at an address."""

from leadcloud.buildings.address import Address
from leadcloud.buildings.store import BuildingStore

MOST_BUILDINGS = 1_000
"""Buildings that one address is answered with; a street without a number can have more."""


def buildings_at(store: BuildingStore, address: Address) -> tuple[int, ...]:
    """Return the row ids of the buildings at an address.

    A letter that no building has is an entrance's, not a building's, and is left aside. Without a
    number, all buildings of the street are meant.
    """
    places = _places(store, address)
    if address.number is None:
        return tuple(row for place in places for row, _ in _numbered(store, place, None))
    found = [item for place in places for item in _numbered(store, place, address.number.first)]
    exact = [row for row, letter in found if letter == address.number.letter]
    plain = [row for row, letter in found if not letter]
    return tuple(dict.fromkeys(exact or plain or [row for row, _ in found]))


def _places(store: BuildingStore, address: Address) -> list[int]:
    postal_code = "" if address.postal_code is None else " AND postal_code = ?2"
    values = [address.street] + ([address.postal_code] if address.postal_code else [])
    rows = store.query(
        f"SELECT place FROM place WHERE folded = ?1{postal_code}"
        f" UNION SELECT place FROM place WHERE folded_sv = ?1{postal_code} ORDER BY 1",
        values,
    )
    return [row[0] for row in rows]


def _numbered(store: BuildingStore, place: int, number: int | None) -> list[tuple[int, str]]:
    which = "" if number is None else "AND number = ?"
    values = [place] if number is None else [place, number]
    rows = store.query(
        f"SELECT rid, letter FROM address WHERE place = ? {which} LIMIT {MOST_BUILDINGS}", values
    )
    return [(row[0], row[1]) for row in rows]
