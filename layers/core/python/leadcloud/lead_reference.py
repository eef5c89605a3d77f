"""The lead reference: a short code that every contact of one delivery from one source carries.

Whoever was called reads it out to ask where the number came from. It leads to the source and the
buyer, and to no person: the same code stands on all contacts of the delivery, and its record
names none of them. Ten Crockford symbols and a check symbol, written ABCDE-FGHJK-M.

Source: D. Crockford, "Base 32" (alphabet without I, L, O, U; check symbol modulo 37).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leadcloud.clock import rfc3339
from leadcloud.store.interface import Action, Key, PutIfAbsent, Store
from leadcloud.store.pages import every_record

_SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHECK_SYMBOLS = _SYMBOLS + "*~$=U"
_LENGTH = 10


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

    def draw(self, deliveries: Sequence[Delivery]) -> tuple[list[str], tuple[Action, ...]]:
        """Return the codes that the contacts of deliveries carry, and what keeps them.

        The codes are in the order of the deliveries; the actions are to be done together.
        """
        numbers = (int.from_bytes(self._random_bytes(8), "big") % 32**_LENGTH for _ in deliveries)
        codes = [write(_speakable(number)) for number in numbers]
        records = (
            action
            for code, delivery in zip(codes, deliveries, strict=True)
            for action in _records(code, delivery)
        )
        return codes, tuple(records)

    def delivery(self, code: str) -> Delivery | None:
        """Return what a code stands for, or None where it was never drawn."""
        record = self._store.get(Key(f"DELIVERY#{code}", "DELIVERY"))
        return delivery_from(record.attributes) if record else None

    def delivered(
        self, *, after: datetime, until: datetime, buyer: str | None = None, source: str = ""
    ) -> Iterator[Delivery]:
        """Yield the deliveries to a buyer, or from a source's controller, in a span of time."""
        partition = f"DELIVERIES-TO#{buyer}" if buyer else f"DELIVERIES-FROM#{source}"
        for record in every_record(self._store, partition, after=f"{rfc3339(after)}~"):
            delivery = delivery_from(record.attributes)
            if delivery.at > until:
                return
            yield delivery


def _speakable(number: int) -> int:
    """Return a number near this one whose check symbol people can name on the telephone.

    Five of the 37 are * ~ $ = and U, which is taken for V or Y; every 37th number has each.
    """
    beyond = number % len(_CHECK_SYMBOLS) - len(_SYMBOLS)
    return number - beyond - 1 if beyond >= 0 else number


def _records(code: str, delivery: Delivery) -> Iterator[Action]:
    row = delivery_row(delivery)
    listing = f"{row['at']}#{code}"
    for key in (
        Key(f"DELIVERY#{code}", "DELIVERY"),
        Key(f"DELIVERIES-TO#{delivery.buyer}", listing),
        Key(f"DELIVERIES-FROM#{delivery.controller}", listing),
    ):
        yield PutIfAbsent(key=key, attributes=row)


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
