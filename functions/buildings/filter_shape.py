"""The shape that a filter must have before the parser sees it.

The parser (cql2 0.6) recurses in native code: 2,000 parentheses, or 8,000 minus signs in a row, end
the whole process. Within these bounds it gets by in a stack of 512 KiB.
"""

import re
from itertools import accumulate

from functions.buildings.parameter import fault

MAX_LENGTH = 8_192
"""Characters of a filter."""
MAX_DEPTH = 40
MAX_NEGATIVES = 100
MAX_WORDS = 1_000

_QUOTED = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"")
_ARITHMETIC = re.compile(r"[+*/^%]|-(?![0-9.])")
_WORD = re.compile(r"[^\W\d]\w*|[<>=]+")
_NOT = re.compile(r"\bnot\b", re.IGNORECASE)


def check_shape(text: str, name: str = "filter") -> None:
    """Refuse a filter that is too long, too deep or too wordy.

    Raises:
        ParameterInvalid: It is.
    """
    if len(text) > MAX_LENGTH:
        raise fault(name, f"A filter has at most {MAX_LENGTH} characters.")
    if text.lstrip().startswith("{"):
        return  # JSON: its parser has a bound of its own
    bare = _QUOTED.sub("''", text)
    if _ARITHMETIC.search(bare) or bare.count("-") > MAX_NEGATIVES:
        raise fault(
            name, f"Arithmetic is not offered, nor more than {MAX_NEGATIVES} negative numbers."
        )
    if len(_WORD.findall(bare)) > MAX_WORDS:
        raise fault(name, f"A filter has at most {MAX_WORDS} words.")
    depth = max(accumulate((mark == "(") - (mark == ")") for mark in bare), default=0)
    if depth > MAX_DEPTH or len(_NOT.findall(bare)) > MAX_DEPTH:
        raise fault(name, f"A filter is nested at most {MAX_DEPTH} deep.")
