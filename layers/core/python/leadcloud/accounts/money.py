"""Money: exact amounts in euros, counted in ten-thousandths, written as decimal texts."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

CURRENCY: Final = "EUR"

FORM = r"^[0-9]{1,9}(\.[0-9]{1,4})?$"
"""How an amount is written that is not below zero."""

# In ten-thousandths of a euro, the least that an amount can differ by.
_PER_EURO = 10_000
_PER_CENT = 100


@dataclass(frozen=True, order=True, slots=True)
class Money:
    """An amount in euros."""

    ten_thousandths: int

    @classmethod
    def of(cls, euros: Decimal) -> "Money":
        """Return so many euros, half a ten-thousandth rounded up."""
        return cls(int((euros * _PER_EURO).to_integral_value(ROUND_HALF_UP)))

    @classmethod
    def read(cls, text: str) -> "Money":
        """Return the amount that a decimal text such as 0.05 names.

        Raises:
            ValueError: The text names no amount, or a negative one.
        """
        if re.fullmatch(FORM, text) is None:
            raise ValueError("this is no amount of money")
        return cls.of(Decimal(text))

    def __str__(self) -> str:
        sign = "-" if self.ten_thousandths < 0 else ""
        euros, rest = divmod(abs(self.ten_thousandths), _PER_EURO)
        decimals = f"{rest:04}"
        return f"{sign}{euros}.{decimals[:2]}{decimals[2:].rstrip('0')}"

    def __add__(self, other: "Money") -> "Money":
        return Money(self.ten_thousandths + other.ten_thousandths)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.ten_thousandths - other.ten_thousandths)

    def __neg__(self) -> "Money":
        return Money(-self.ten_thousandths)

    def __mul__(self, times: int) -> "Money":
        return Money(self.ten_thousandths * times)

    def percent(self, percent: Decimal) -> "Money":
        """Return so many hundredths of the amount, half a ten-thousandth rounded up."""
        return Money.of(self.ten_thousandths * percent / 100 / _PER_EURO)

    def to_cents(self) -> "Money":
        """Return the amount that can be paid, half a cent rounded up."""
        cents = (Decimal(self.ten_thousandths) / _PER_CENT).to_integral_value(ROUND_HALF_UP)
        return Money(int(cents) * _PER_CENT)


NOTHING = Money(0)
