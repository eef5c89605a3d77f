"""Phone numbers that nobody has.

Finland reserves no range for fiction, as far as we could find (looked for at Traficom, its
predecessors Viestintävirasto and Ficora, and in the numbering regulation M32; November 2026).
So these stand where no subscriber is:

- mobile: 049 5xx xxxx. All of 04 is for mobile networks, but 049 went out of use with the NMT
  network in 2002, and libphonenumber 9.0.42 knows no valid number in it.
- landline: 09 9xx xxxx, wherever the household is. Subscriber numbers in the Helsinki area begin
  with 1 to 8, and libphonenumber knows no valid number beyond. (In other areas there is no such
  gap: 029 and 039 are companies' numbers.)
"""

from random import Random

_WRITTEN_MOBILE = ("049 5{0} {1}", "+358 49 5{0}{1}", "0495{0}{1}", "(049) 5{0}-{1}")
_WRITTEN_LANDLINE = ("09 9{0}", "+358 9 9{0}", "09-9{0}")


def mobile_numbers(count: int, rng: Random) -> list[str]:
    """Draw so many different mobile numbers, written in the various ways people write them."""
    return [
        rng.choice(_WRITTEN_MOBILE).format(f"{number // 10_000:02}", f"{number % 10_000:04}")
        for number in rng.sample(range(1_000_000), count)
    ]


def landline_number(rng: Random) -> str:
    """Draw a landline number; a household may share one."""
    return rng.choice(_WRITTEN_LANDLINE).format(f"{rng.randrange(1_000_000):06}")
