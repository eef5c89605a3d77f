"""What AWS charges: benchmarks/aws_prices.toml, each price with its source and day."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).with_name("aws_prices.toml")


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices in dollars."""

    _each: Mapping[str, float]

    @classmethod
    def read(cls) -> "Prices":
        """Read the prices."""
        rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))
        return cls({name: row["price"] / row["for"] for name, row in rows.items()})

    def __getitem__(self, name: str) -> float:
        """Return the price of one unit."""
        return self._each[name]

    def lambda_call(self, memory: int, seconds: float, architecture: str = "arm64") -> float:
        """Return what one call of a function costs.

        Args:
            memory: MiB.
            seconds: Until it answers.
            architecture: As the template names it.
        """
        unit = self[f"lambda_gb_second_{architecture}"]
        return self["lambda_request"] + memory / 1024 * seconds * unit
