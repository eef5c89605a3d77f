"""JSON on its way to a parser that would take all memory: too deep, or one feature without end.

The parser (ijson 3.6) keeps the path to each level, so its memory grows with the square of the depth:
200 kB of brackets take 25 GB.
"""

import re
from typing import Protocol

DEEPEST = 200
"""Levels; GeoJSON has eight, and properties few more."""
LONGEST = 1_000_000
"""Bytes of one feature; a building's footprint has some thousand."""
STEP = 4_096
"""Bytes read at once: within them depth is not seen, but cannot be much either."""

_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_NO_MARKS = bytes(set(range(256)).difference(b'"[]{}'))


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class TooLarge(Exception):
    """The text has too many levels, or a feature too many bytes; the message says which."""


class BoundedJson:
    """A file to read JSON from, which is refused as soon as it goes too far.

    Whoever takes features out of it says so with `feature_taken`.
    """

    def __init__(self, content: _Readable) -> None:
        self._content = content
        self._depth = 0
        self._since = 0
        self._quoted = False
        self._begun = b""
        """The backslash of an escape that goes on in the next part."""

    def feature_taken(self) -> None:
        """Begin to count the next feature."""
        self._since = 0

    def read(self, size: int) -> bytes:
        """Return the next part.

        Raises:
            TooLarge: The text goes too far.
        """
        part = self._content.read(min(size, STEP))
        self._since += len(part)
        self._depth += self._descended(part)
        if self._depth > DEEPEST:
            raise TooLarge(f"There is something nested more than {DEEPEST} deep.")
        if self._since > LONGEST:
            raise TooLarge(f"There is no whole feature in {LONGEST:,} bytes of it.")
        return part

    def _descended(self, part: bytes) -> int:
        """Return by how many levels a part goes deeper, not counting brackets in texts."""
        text = self._begun + part
        if b"\\" in text:
            text = _ESCAPED.sub(b"", text)
        self._begun = text[-1:] if text.endswith(b"\\") else b""
        texts = text.translate(None, _NO_MARKS).split(b'"')
        bare = b"".join(texts[self._quoted :: 2])
        self._quoted ^= len(texts) % 2 == 0
        return sum(map(bare.count, (b"[", b"{"))) - sum(map(bare.count, (b"]", b"}")))
