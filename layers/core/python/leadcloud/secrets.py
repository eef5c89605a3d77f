"""The service's secrets, by name; read once, never printed."""

import json
from collections.abc import Mapping
from pathlib import Path


class SecretMissing(Exception):
    """A secret is not there; the message holds its name."""


class Secrets:
    """Secrets by name. Has no repr that shows one."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    @classmethod
    def from_file(cls, path: Path) -> "Secrets":
        """Read a JSON object of names to secrets."""
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def __getitem__(self, name: str) -> str:
        """Return the secret of that name.

        Raises:
            SecretMissing: There is none.
        """
        try:
            return self._values[name]
        except KeyError:
            raise SecretMissing(name) from None
