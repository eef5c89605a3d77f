"""The service's secrets, by name; never printed."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path


class SecretMissing(Exception):
    """A secret is not there; the message holds its name."""


class Secrets:
    """Secrets by name. Has no repr that shows one."""

    __slots__ = ("_read", "_values")

    def __init__(self, values: Mapping[str, str], read: Callable[[], str] | None = None) -> None:
        self._values = dict(values)
        self._read = read

    @classmethod
    def read_by(cls, read: Callable[[], str]) -> "Secrets":
        """Read a JSON object of names to secrets, and again whenever one is missing.

        They are filled in while functions run that the clock calls every minute: a function that
        read once would go on missing them for as long as it is kept warm.
        """
        return cls(json.loads(read()), read)

    @classmethod
    def from_file(cls, path: Path) -> "Secrets":
        """Read them from a file."""
        return cls.read_by(lambda: path.read_text(encoding="utf-8"))

    def __getitem__(self, name: str) -> str:
        """Return the secret of that name.

        Raises:
            SecretMissing: There is none, or it cannot be read now.
        """
        if name not in self._values and self._read:
            # Of whatever fails the text may hold secrets; who needs none of them is to go on.
            with suppress(Exception):
                self._values = json.loads(self._read())
        try:
            return self._values[name]
        except KeyError:
            raise SecretMissing(name) from None
