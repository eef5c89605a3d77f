"""The lead reference: a short code that every contact of one delivery from one source carries.

Whoever was called reads it out to ask where the number came from. It leads to the source and the
buyer, and to no person: the same code stands on all contacts of the delivery, and its record
names none of them. Ten Crockford symbols and a check symbol, written ABCDE-FGHJK-M.

The deliveries of one page share a record and the first nine symbols (docs/adr/0021). Who was given
data of whom is listed besides, once for a day.

Source: D. Crockford, "Base 32" (alphabet without I, L, O, U; check symbol modulo 37).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import cast

from leadcloud.clock import rfc3339
from leadcloud.store.interface import (
    Action,
    Attributes,
    Key,
    PutIfAbsent,
    Record,
    RecordExists,
    Store,
    Value,
)
from leadcloud.store.pages import every_record

_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHECK_SYMBOLS = _SYMBOLS + "*~$=U"
_LENGTH = 10

_REMEMBERED = 10_000
"""Lines of the lists that an instance knows to be there; one that was forgotten is looked up again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """What a lead reference stands for."""

    register: str
    controller: str
    buyer: str
    """Account id; the controller of what was delivered (mission M10)."""
    purpose: str
    at: datetime


class LeadReferences:
    """Draws lead references and remembers what each stands for."""

    def __init__(self, store: Store, random_bytes: Callable[[int], bytes]) -> None:
        self._store = store
        self._random_bytes = random_bytes
        self._listed: set[Key] = set()

    def draw(self, deliveries: Sequence[Delivery]) -> tuple[list[str], tuple[Action, ...]]:
        """Return the codes that the contacts of a page carry, and what keeps them.

        The codes are in the order of the deliveries, of which there are at most 27: of 32 codes with
        the same beginning, five may have to be left out.
        """
        if not deliveries:
            return [], ()
        number = int.from_bytes(self._random_bytes(8), "big") % 32**_LENGTH
        codes = [write(each) for each in islice(_of_a_page(number), len(deliveries))]
        rows: dict[str, Value] = {
            code: delivery_row(delivery) for code, delivery in zip(codes, deliveries, strict=True)
        }
        return codes, (PutIfAbsent(key=_page_key(codes[0]), attributes=rows),)

    def delivery(self, code: str) -> Delivery | None:
        """Return what a code stands for, or None where it was never drawn."""
        page = self._store.get(_page_key(code))
        if page is None or code not in page.attributes:
            return None
        return delivery_from(cast("Mapping[str, object]", page.attributes[code]))

    def list_by_day(self, deliveries: Iterable[Delivery]) -> None:
        """List who is given data of whom today, before it is given.

        The first delivery of a day is listed and stands for those that follow.
        """
        lines = dict(line for delivery in deliveries for line in _lines(delivery))
        if not (new := lines.keys() - self._listed):
            return
        for key in new - self._store.get_many(new).keys():
            with suppress(RecordExists):
                self._store.put_if_absent(key, lines[key])
        if len(self._listed) > _REMEMBERED:
            self._listed.clear()
        self._listed |= new

    def sources_of(self, buyer: str, *, first: date, last: date) -> tuple[str, ...]:
        """Return the controllers whose data a buyer was given from one day to another."""
        lines = self._between(_given_to(buyer), first, last)
        return tuple(dict.fromkeys(str(line.attributes["controller"]) for line in lines))

    def buyers_of(self, source: str, *, first: date, last: date) -> tuple[str, ...]:
        """Return those who were given a controller's data from one day to another."""
        lines = self._between(_given_by(source), first, last)
        return tuple(dict.fromkeys(str(line.attributes["buyer"]) for line in lines))

    def _between(self, partition: str, first: date, last: date) -> Iterator[Record]:
        for line in every_record(self._store, partition, after=first.isoformat()):
            if line.key.sort[: len("yyyy-mm-dd")] > last.isoformat():
                return
            yield line


def _of_a_page(number: int) -> Iterator[int]:
    """Yield the numbers that differ in the last symbol only, this one's being the first.

    Left out are those whose check symbol people cannot name on the telephone: * ~ $ = and U, which
    is taken for V or Y; every 37th number has each.
    """
    stem, last = divmod(number, len(_SYMBOLS))
    for step in range(len(_SYMBOLS)):
        near = stem * len(_SYMBOLS) + (last + step) % len(_SYMBOLS)
        if near % len(_CHECK_SYMBOLS) < len(_SYMBOLS):
            yield near


def _page_key(code: str) -> Key:
    """Say where the deliveries lie whose codes begin with the same nine symbols."""
    return Key(f"DELIVERY#{code[: -len('K-M')]}", "PAGE")


def _lines(delivery: Delivery) -> Iterator[tuple[Key, Attributes]]:
    day = delivery.at.astimezone(UTC).date().isoformat()
    line = {"buyer": delivery.buyer, "controller": delivery.controller}
    yield Key(_given_to(delivery.buyer), f"{day}#{delivery.controller}"), line
    yield Key(_given_by(delivery.controller), f"{day}#{delivery.buyer}"), line


def _given_to(buyer: str) -> str:
    return f"DELIVERIES-TO#{buyer}"


def _given_by(source: str) -> str:
    return f"DELIVERIES-FROM#{source}"


def delivery_row(delivery: Delivery) -> dict[str, str]:
    """Return a delivery as texts."""
    return {
        "register": delivery.register,
        "controller": delivery.controller,
        "buyer": delivery.buyer,
        "purpose": delivery.purpose,
        "at": rfc3339(delivery.at),
    }


def delivery_from(row: Mapping[str, object]) -> Delivery:
    """Return the delivery that was written as texts."""
    return Delivery(
        register=str(row["register"]),
        controller=str(row["controller"]),
        buyer=str(row["buyer"]),
        purpose=str(row["purpose"]),
        at=datetime.fromisoformat(str(row["at"])),
    )


def write(number: int) -> str:
    """Write a number as a lead reference."""
    digits = []
    rest = number
    for _ in range(_LENGTH):
        rest, digit = divmod(rest, 32)
        digits.append(_SYMBOLS[digit])
    symbols = "".join(reversed(digits))
    return f"{symbols[:5]}-{symbols[5:]}-{_CHECK_SYMBOLS[number % 37]}"


def read(text: str) -> str | None:
    """Return the code as we write it, or None if it cannot be one of ours.

    Lower case, missing hyphens, and O for 0, I or L for 1 are understood, as Crockford has it.
    """
    symbols = text.upper().replace("-", "").replace(" ", "").translate(_HEARD)
    if len(symbols) != _LENGTH + 1 or not set(symbols[:-1]) <= set(_SYMBOLS):
        return None
    number = 0
    for symbol in symbols[:-1]:
        number = number * 32 + _SYMBOLS.index(symbol)
    code = write(number)
    return code if code[-1] == symbols[-1] else None


_HEARD = str.maketrans({"O": "0", "I": "1", "L": "1"})
