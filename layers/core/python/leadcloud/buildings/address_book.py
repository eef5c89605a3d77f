"""Finds the buildings that stand at an address."""

from leadcloud.buildings.address import Address
from leadcloud.buildings.store import BuildingStore

MOST_BUILDINGS = 10_000
"""Buildings that one address is answered with; a street without a number can have more."""


def buildings_at(store: BuildingStore, address: Address) -> tuple[int, ...]:
    """Return the row ids of the buildings at an address.

    A letter that no building has is an entrance's, not a building's, and is left aside. Without a
    number, all buildings of the street are meant.
    """
    found = _numbered(store, address)
    if address.number is None:
        return tuple(dict.fromkeys(row for row, _ in found))
    exact = [row for row, letter in found if letter == address.number.letter]
    plain = [row for row, letter in found if not letter]
    return tuple(dict.fromkeys(exact or plain or [row for row, _ in found]))


def _numbered(store: BuildingStore, address: Address) -> list[tuple[int, str]]:
    """Return the rows of the buildings at a street and number, each with its letter there."""
    values: dict[str, str | int] = {"street": address.street}
    where = ""
    if address.postal_code is not None:
        values["code"] = address.postal_code
        where += " AND postal_code = :code"
    if address.municipality is not None:
        values["municipality"] = address.municipality
        where += " AND municipality = :municipality"
    if address.number is not None:
        values["number"] = address.number.first
        where += " AND number = :number"
    in_a_language = (
        f"SELECT rid, letter FROM place JOIN address USING (place) WHERE {name} = :street{where}"
        for name in ("folded", "folded_sv")
    )
    rows = store.query(
        f"{' UNION '.join(in_a_language)} ORDER BY rid LIMIT {MOST_BUILDINGS}", values
    )
    return [(row[0], row[1]) for row in rows]
