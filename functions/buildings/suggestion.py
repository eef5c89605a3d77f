"""Completion of addresses while they are typed, in Finnish or Swedish, one typo forgiven."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leadcloud.buildings.address import fold
from leadcloud.buildings.store import BuildingStore
from leadcloud.buildings.street_key import LENGTH, begins_within_one_typo, keys_to_ask

MAX_TYPED = 100
MOST = 20
_MOST_CANDIDATES = 5_000
_NUMBER = re.compile(r"^(?P<street>.*?\D)\s+(?P<number>[0-9]{1,4})(?P<letter>\s?[a-zåäö]?)\W*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A street in a postal code, or a house in it."""

    street: str
    """In the language in which it was typed."""
    house_number: str | None
    postal_code: str | None
    municipality: str | None
    buildings: int


@dataclass(frozen=True, slots=True)
class _Typed:
    text: str
    """As typed, lower case."""
    street: str
    """Folded."""
    number: int | None
    postal_code: str | None


def suggestions(store: BuildingStore, typed: str, limit: int) -> list[Suggestion]:
    """Return the addresses that what was typed may become, the likeliest first."""
    asked = _read(typed)
    if not asked.street:
        return []
    names = _names(store, asked.street, limit)
    found: list[Suggestion] = []
    for name in names:
        found += _in_street(store, name, asked, limit=limit)
        if len(found) >= limit and asked.postal_code is None:
            break
    # Letters with and without dots are different letters: those typed come first.
    found.sort(key=lambda each: not each.street.lower().startswith(asked.text[: len(each.street)]))
    return found[:limit]


def _read(typed: str) -> _Typed:
    text = " ".join(typed[:MAX_TYPED].lower().split())
    code = re.search(r"(?<![0-9])[0-9]{5}(?![0-9])", text)
    before = text[: code.start()].rstrip(" ,") if code else text
    match = _NUMBER.match(before)
    street = match["street"] if match else before
    return _Typed(
        street, fold(street), int(match["number"]) if match else None, code[0] if code else None
    )


def _names(store: BuildingStore, street: str, limit: int) -> list[str]:
    """Return folded names that begin so; where those are few, also those one typo away."""
    exact = store.query(
        "SELECT folded FROM street WHERE folded >= ? AND folded < ? ORDER BY buildings DESC LIMIT ?",
        (street, street + "\x7f", limit),
    )
    names = [row[0] for row in exact]
    if len(names) < limit and len(street) >= LENGTH - 1:
        names += [name for name in _near_names(store, street) if name not in names]
    return names[: 2 * limit]


def _near_names(store: BuildingStore, street: str) -> Iterator[str]:
    keys = sorted(keys_to_ask(street))
    candidates = store.query(
        "SELECT DISTINCT folded FROM street_key JOIN street USING (street)"
        f" WHERE key IN ({', '.join('?' * len(keys))}) ORDER BY buildings DESC LIMIT ?",
        (*keys, _MOST_CANDIDATES),
    )
    for (name,) in candidates:
        if begins_within_one_typo(name, street):
            yield name


def _in_street(
    store: BuildingStore, name: str, asked: _Typed, *, limit: int
) -> Sequence[Suggestion]:
    code = "" if asked.postal_code is None else "AND postal_code = :code"
    house, counted, found_in, number = "NULL", "sum(buildings)", "place", ""
    if asked.number is not None:
        house, counted, number = "number || letter", "count(DISTINCT rid)", "AND number = :number"
        found_in = "place JOIN address USING (place)"
    rows = store.query(
        f"SELECT iif(folded = :name, street, street_sv) AS shown, {house} AS house, postal_code,"
        f" municipality, {counted} AS n FROM {found_in}"
        f" WHERE (folded = :name OR folded_sv = :name) {number} {code}"
        " GROUP BY 1, 2, 3, 4 HAVING n > 0 ORDER BY n DESC, 3, 2 LIMIT :limit",
        {"name": name, "number": asked.number, "code": asked.postal_code, "limit": limit},
    )
    return [
        Suggestion(
            street=row["shown"],
            house_number=row["house"],
            postal_code=row["postal_code"],
            municipality=row["municipality"],
            buildings=row["n"],
        )
        for row in rows
    ]
