"""Completion of addresses while they are typed, in Finnish or Swedish, one typo forgiven."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from functions.buildings.town import town_of, towns_beginning
from leadcloud.buildings.address import fold
from leadcloud.buildings.store import BuildingStore
from leadcloud.buildings.street_key import LENGTH, begins_within_one_typo, keys_to_ask

MAX_TYPED = 100
MOST = 20
_MOST_CANDIDATES = 5_000
_NUMBER = re.compile(
    r"(?P<street>.*?\D)\s+(?P<number>[0-9]{1,4})"
    r"(?:\s?-\s?[0-9]{1,4})?(?:\s?[a-zåäö]|\s(?:as|bst))?(?:\s?[0-9]{1,4})?\W*"
)
"""A street and a house number; the end of its range, stairs and flat may follow."""


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
    towns: tuple[str, ...] = ()
    """Municipalities, by what stands after a comma; empty where that says nothing."""


def suggestions(store: BuildingStore, typed: str, limit: int) -> list[Suggestion]:
    """Return the addresses that what was typed may become, the likeliest first."""
    for asked in _readings(typed):
        found = _found(store, asked, limit)
        if found:
            return found
    return []


def _found(store: BuildingStore, asked: _Typed, limit: int) -> list[Suggestion]:
    if not asked.street:
        return []
    found: list[Suggestion] = []
    for name in _names(store, asked.street, limit):
        found += _in_street(store, name, asked, limit=limit)
        if len(found) >= limit and asked.postal_code is None:
            break
    # Letters with and without dots are different letters: those typed come first.
    found.sort(key=lambda each: not each.street.lower().startswith(asked.text[: len(each.street)]))
    return found[:limit]


def _readings(typed: str) -> Iterator[_Typed]:
    """Yield what may have been meant: an address, or one with a town after it."""
    text = " ".join(typed[:MAX_TYPED].lower().split())
    code = re.search(r"(?<![0-9])[0-9]{5}(?![0-9])", text)
    if code:
        yield _typed(text[: code.start()].rstrip(" ,"), postal_code=code[0])
        return
    address, _, town = text.partition(",")
    yield _typed(address, towns=towns_beginning(town))
    before, _, last = address.rpartition(" ")
    named = town_of(last)
    if named is not None:
        yield _typed(before, towns=(named,))


def _typed(address: str, *, postal_code: str | None = None, towns: tuple[str, ...] = ()) -> _Typed:
    match = _NUMBER.fullmatch(address)
    street = match["street"] if match else address
    number = int(match["number"]) if match else None
    return _Typed(street, fold(street), number, postal_code, towns)


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
    town = "AND municipality IN (SELECT value FROM json_each(:towns))" if asked.towns else ""
    house, counted, found_in, number = "NULL", "sum(buildings)", "place", ""
    if asked.number is not None:
        house, counted, number = "number || letter", "count(DISTINCT rid)", "AND number = :number"
        found_in = "place JOIN address USING (place)"
    rows = store.query(
        f"SELECT iif(folded = :name, street, street_sv) AS shown, {house} AS house, postal_code,"
        f" municipality, {counted} AS n FROM {found_in}"
        f" WHERE (folded = :name OR folded_sv = :name) {number} {code} {town}"
        " GROUP BY 1, 2, 3, 4 HAVING n > 0 ORDER BY n DESC, 3, 2 LIMIT :limit",
        {
            "name": name,
            "number": asked.number,
            "code": asked.postal_code,
            "towns": json.dumps(asked.towns),
            "limit": limit,
        },
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
