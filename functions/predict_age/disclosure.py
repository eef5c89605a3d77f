"""What may be said about a whole register without pointing at anybody in it.

Four rules, each against an attack that works without it:
- a cohort has at least 50 persons and a published cell at least 10, against small cohorts;
- a count carries noise that depends on the cohort and nothing else, and is rounded to 5, so that
  asking again, in another order or with another key, tells nothing more;
- a cohort that differs from an earlier one of the same register by a handful of persons is
  refused, against subtracting one answer from another;
- copies of one person make a cohort no larger.

Source: ABS 1352.0.55.072, "Confidentiality protections and the differencing problem"; SDC handbook,
chapter 5 (cell-key method).
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import NormalDist
from typing import cast

from leadcloud.ages.names import key_of, plain
from leadcloud.clock import Clock
from leadcloud.errors import CohortTooSmall
from leadcloud.store.interface import Key, RecordExists, Store

SMALLEST_COHORT = 50
SMALLEST_CELL = 10
ROUNDED_TO = 5
MOST_ALIKE = 5
"""Persons of the same name, sex and postal code that count towards the size of a cohort."""

NEAREST = 15
"""Persons by which two cohorts of a register must differ, as estimated from their sketches: ten
by the rule, and half as much again for the estimate's own error of an eighth."""

REMEMBERED = timedelta(days=365)

_NOISE = NormalDist(0, 2)
_SKETCH_BITS = 128


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Person:
    """What tells one contact from another. Personal data, for memory only."""

    first_name: str
    sex: str | None
    postal_code: str | None

    @property
    def identity(self) -> str:
        """Return the same text for the same person, however it was typed."""
        name = plain(key_of(self.first_name))
        return f"{name}|{(self.sex or '')[:1].upper()}|{self.postal_code or ''}"


class Cohort:
    """The persons of one request, whatever their order."""

    def __init__(self, persons: Iterable[Person], secret: str) -> None:
        self._secret = secret.encode()
        self._persons = Counter(person.identity for person in persons)
        every = "\n".join(sorted(self._persons.elements()))
        self.id = self._keyed("cohort", every).hex()
        """Keyed digest of all persons."""

    @property
    def size(self) -> int:
        """Persons, of whom a few alike are taken for copies."""
        return sum(min(count, MOST_ALIKE) for count in self._persons.values())

    def sketch(self) -> list[int]:
        """Return a sum of random directions, one per person; no person can be read from it.

        The squared distance of two sketches estimates how many persons two cohorts differ by.
        Source: Alon, Matias, Szegedy, "The space complexity of approximating the frequency
        moments", 1996.
        """
        bits = [self._bits(identity) for identity in self._persons.elements()]
        return [2 * column.count("1") - len(bits) for column in zip(*bits, strict=True)]

    def blurred(self, group: str, expected: float) -> int | None:
        """Return a count that may be published, or None for a cell that is too small."""
        draw = int.from_bytes(self._keyed("noise", f"{self.id}|{group}")[:8], "big")
        noisy = expected + _NOISE.inv_cdf((draw + 0.5) / 2**64)
        if min(expected, noisy) < SMALLEST_CELL:
            return None
        return ROUNDED_TO * round(noisy / ROUNDED_TO)

    def _bits(self, identity: str) -> str:
        number = int.from_bytes(self._keyed("sketch", identity)[: _SKETCH_BITS // 8], "big")
        return f"{number:0{_SKETCH_BITS}b}"

    def _keyed(self, use: str, text: str) -> bytes:
        return hmac.new(self._secret, f"{use}|{text}".encode(), hashlib.sha256).digest()


class CohortLog:
    """Remembers the sketches of the cohorts that were answered, and nothing of a person."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def admit(self, account_id: str, register_id: str, cohort: Cohort) -> None:
        """Let a cohort be answered about.

        It is written down before the others are read: of two that come at once and differ by
        one person, each finds the other, and neither is answered.

        Raises:
            CohortTooSmall: It is small, or next to one that was answered before.
        """
        if cohort.size < SMALLEST_COHORT:
            raise CohortTooSmall(f"At least {SMALLEST_COHORT} different persons are needed.")
        partition = f"AGE-COHORTS#{account_id}#{register_id}"
        sketch = cohort.sketch()
        written = self._write(Key(partition, cohort.id), sketch)
        if any(0 < distance(sketch, other) < NEAREST for other in self._sketches(partition)):
            if written:
                self._forget(Key(partition, cohort.id))
            raise CohortTooSmall("This differs by too few persons from an earlier request.")

    def _write(self, key: Key, sketch: list[int]) -> bool:
        try:
            self._store.put_if_absent(
                key, {"sketch": sketch}, expires_at=self._clock.now() + REMEMBERED
            )
        except RecordExists:
            return False
        return True

    def _forget(self, key: Key) -> None:
        record = self._store.get(key)
        if record is not None:
            self._store.delete(record)

    def _sketches(self, partition: str) -> Iterable[Sequence[int]]:
        after: str | None = None
        while True:
            page = self._store.query(partition, limit=1000, after=after)
            for record in page.records:
                yield cast("Sequence[int]", record.attributes["sketch"])
            after = page.after
            if after is None:
                return


def distance(sketch: Sequence[int], other: Sequence[int]) -> float:
    """Estimate by how many persons two cohorts differ; exactly zero for the same cohort."""
    return sum((a - b) ** 2 for a, b in zip(sketch, other, strict=True)) / len(sketch)
