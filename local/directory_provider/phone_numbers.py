"""Phone numbers that nobody has.

Finland reserves no range for fiction, as far as we could find (looked for at Traficom, its
predecessors Viestintävirasto and Ficora, and in the numbering regulation M32; November 2026).
So these stand where no subscriber is:

- mobile: 049 5xx xxxx. All of 04 is for mobile networks, but 049 went out of use with the NMT
  network in 2002, and libphonenumber 9.0.42 knows no valid number in it.
- landline: the area code, then a 9. Subscriber numbers begin with 1 to 8; 9 was the trunk prefix
  until 1996 and libphonenumber knows no valid number there either.
"""

from random import Random

_WRITTEN_MOBILE = ("049 5{0} {1}", "+358 49 5{0}{1}", "0495{0}{1}", "(049) 5{0}-{1}")
_WRITTEN_LANDLINE = ("0{0} 9{1}", "+358 {0} 9{1}", "0{0}-9{1}")


def mobile_numbers(count: int, rng: Random) -> list[str]:
    """Draw so many different mobile numbers, written in the various ways people write them."""
    return [
        rng.choice(_WRITTEN_MOBILE).format(f"{number // 10_000:02}", f"{number % 10_000:04}")
        for number in rng.sample(range(1_000_000), count)
    ]


def landline_number(area_code: str, rng: Random) -> str:
    """Draw a landline number of the area."""
    return rng.choice(_WRITTEN_LANDLINE).format(area_code, f"{rng.randrange(1_000_000):06}")
