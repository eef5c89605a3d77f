"""Value added tax: the standard rate in Finland, by the day from which it holds.

Source: Finland's Value Added Tax Act (arvonlisäverolaki 1501/1993), section 84, as it was until and
as it is from 1 September 2024. The rate has only ever changed with a month.
"""

from bisect import bisect_right
from datetime import date
from decimal import Decimal
from typing import Final

RATES: Final = (
    (date(2013, 1, 1), Decimal(24)),
    (date(2024, 9, 1), Decimal("25.5")),
)
"""In per cent."""


def rate_on(day: date) -> Decimal:
    """Return the rate of a day, in per cent.

    Raises:
        LookupError: Of a day before the first that is listed.
    """
    number = bisect_right([begins for begins, _ in RATES], day)
    if number == 0:
        raise LookupError("there is no rate of that day")
    return RATES[number - 1][1]
