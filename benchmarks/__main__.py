"""`./bench NAME [--json FILE]`: run one benchmark, print a table, and write the figures as JSON."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from benchmarks.figure import Figure

BENCHMARKS = sorted(
    path.stem.replace("_", "-")
    for path in Path(__file__).parent.glob("*.py")
    if path.stem not in {"__init__", "__main__", "figure"} and not path.stem.startswith("_")
)


def main() -> None:
    """Run the benchmark that is named."""
    parser = argparse.ArgumentParser(prog="./bench", description=__doc__)
    parser.add_argument("name", choices=BENCHMARKS)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures here")
    options = parser.parse_args()
    figures: Sequence[Figure] = import_module(f"benchmarks.{options.name.replace('-', '_')}").run()
    print(table(figures))
    if options.json:
        rows = [asdict(figure) for figure in figures]
        options.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as lines for people."""
    rows = [(each.name, f"{each.value:,.3g}", each.unit, each.against or "") for each in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        f"{name:<{widths[0]}}  {value:>{widths[1]}}  {unit:<{widths[2]}}  {against}".rstrip()
        for name, value, unit, against in rows
    )


if __name__ == "__main__":
    main()
