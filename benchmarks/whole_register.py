"""A job on a whole register: a measured slice, and by calculation the 4.7 million of mission M3.

The slice goes through the deployed definition and steps, over files in a folder. What AWS adds is
calculated from prices (benchmarks/aws_prices.toml) and the function's memory in infra/needs.py.
"""

import csv
import json
import time
from collections.abc import Mapping
from dataclasses import replace
from itertools import cycle, islice
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks._aws_prices import Prices
from benchmarks.figure import Figure
from infra.needs import WHOLE_REGISTER_NEEDS
from leadcloud.exchange import ROOT
from leadcloud.settings import Settings
from leadcloud.wiring import Services
from local.demo import register_demo, seed
from local.demo_database import create_demo_database
from local.folder import Folder, draw_secrets
from local.synthetic.persons import draw_persons
from local.whole_register import work

REGISTER = 4_700_000
ROWS = 100_000
"""Of a part."""
PARTS = 2
TOGETHER = 40
"""Parts at once, as the definition has it."""

_SLOWER = 2.5
"""A Lambda with 1,024 MiB has a little over half a processor, and that is slower than this one."""

_COLUMNS = (
    "first_name",
    "last_name",
    "phone",
    "gender",
    "language",
    "postal_code",
    "municipality",
    "street",
)
_JOBS: Mapping[str, Any] = {
    "grouping": {"tell": ["age_group"]},
    "target group": {
        "criteria": {"age_group": {"in": ["55-64", "65-74"]}, "region": {"in": ["01"]}},
        "tell": ["age_group"],
    },
}


def run() -> list[Figure]:
    """Work on the slice, once for each kind of job, and reckon what the whole would take."""
    with TemporaryDirectory() as place:
        services = _service(Path(place))
        persons = list(draw_persons(20_000, seed=1))
        figures: list[Figure] = []
        for name, job in _JOBS.items():
            _lay(Path(place) / "customer" / ROOT / "job", persons, job)
            figures += _figures(name, _seconds(services))
        return figures


def _service(place: Path) -> Services:
    folder = Folder(place / "state")
    folder.root.mkdir()
    draw_secrets(folder)
    create_demo_database(folder.root)
    variables = {
        "LEADCLOUD_STORE": f"sqlite:{folder.store}",
        "LEADCLOUD_SECRETS": f"file:{folder.secrets}",
    }
    settings = Settings.from_environment(variables)
    services = Services(
        replace(settings, exchanges={"demo_customer": f"file:{place / 'customer'}"})
    )
    register_demo(services, "http://127.0.0.1:9")
    seed(folder, services)
    return services


def _lay(folder: Path, persons: list[Any], job: Mapping[str, Any]) -> None:
    (folder / "in").mkdir(parents=True, exist_ok=True)
    described = {"register": "demo_own_customers", "purpose": "telemarketing_b2c", **job}
    (folder / "job.json").write_text(json.dumps(described), encoding="utf-8")
    for part in range(PARTS):
        with (folder / f"in/part-{part:05}.csv").open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("ref", *_COLUMNS))
            for number, person in enumerate(islice(cycle(persons), ROWS)):
                cells = (getattr(person, column) for column in _COLUMNS)
                rows.writerow((part * ROWS + number, *cells))


def _seconds(services: Services) -> float:
    """Return the processor time of one part."""
    before = time.process_time()
    failed = work(services, "demo_customer", "job", progress=lambda _asked, _answered: None)
    assert failed is None, failed
    return (time.process_time() - before) / PARTS


def _figures(name: str, seconds: float) -> list[Figure]:
    parts, prices = ceil(REGISTER / ROWS), Prices.read()
    billed = seconds * _SLOWER
    # A child has its start, its one task and its end.
    transitions = 4 + parts * 2
    dollars = (
        parts * prices.lambda_call(WHOLE_REGISTER_NEEDS.memory, billed)
        + transitions * prices["states_transition"]
        + parts * 3 * prices["s3_put"]
    )
    reckoned = f"reckoned: {parts} parts, a Lambda taken to be {_SLOWER} times slower"
    return [
        _figure(f"{name}: rows a second of processor time", ROWS / seconds, "1/s", lower=False),
        _figure(f"{name}: one part of {ROWS:,} rows", seconds, "s"),
        _figure(
            f"{name}: {REGISTER:,} rows on one processor", seconds * parts, "s", against=reckoned
        ),
        _figure(
            f"{name}: {REGISTER:,} rows, {TOGETHER} parts at once",
            ceil(parts / TOGETHER) * billed,
            "s",
            against=reckoned,
        ),
        _figure(f"{name}: {REGISTER:,} rows on AWS", dollars, "$", against=reckoned),
    ]


def _figure(
    name: str, value: float, unit: str, *, against: str | None = None, lower: bool = True
) -> Figure:
    return Figure(name=name, value=value, unit=unit, lower_is_better=lower, against=against)
