"""Search, beside what others do with the same sources: in time, in processor time, in faults.

All runs are on one machine in one call, so that ratios say something where milliseconds do not. The
sources and the server run in processes of their own.
"""

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from benchmarks._load import requests_per_second
from benchmarks._own_database import own_database_figures
from benchmarks._postgres_fdw import fdw_query
from benchmarks._process_cpu import tree_seconds
from benchmarks._search_set import (
    careful,
    directory_sources,
    in_memory_source,
    make_services,
    put_registers,
    search_event,
)
from benchmarks._sources import SOURCES
from benchmarks.figure import Figure
from functions.search.handler import api
from leadcloud.registers.outbound import Outbound
from leadcloud.wiring import Services
from tests.plugins.postgres import running_server

_ROUNDS = 25
_PAGES = 100
_SERVED_SECONDS = 5.0


def run() -> list[Figure]:
    """Measure everything."""
    # What the service logs would stand between the figures; it is written all the same.
    with TemporaryDirectory() as name, Path(os.devnull).open("w") as log, redirect_stdout(log):
        return [
            *_fan_out(Path(name)),
            *_memory(Path(name)),
            *_served(),
            *own_database_figures(),
        ]


def _fan_out(folder: Path) -> Iterator[Figure]:
    """Five sources at once, 500 contacts in, at most 100 out, each once and in a fixed order."""
    with _process("benchmarks._sources") as ports:
        urls = [f"http://127.0.0.1:{port}/v2/contacts/search?limit=100" for port in ports]
        services = _directory_services(folder, ports)
        names = [f"source_{number}" for number in range(SOURCES)]
        ours = _timed(lambda number: _search(services, number, names))
        with httpx.Client(trust_env=False) as client, ThreadPoolExecutor(SOURCES) as pool:
            slowest = _timed(lambda _: client.get(urls[0]).content)
            peers: dict[str, tuple[float, float | None]] = {
                "loop over the sources": _timed(lambda _: _merged(map(client.get, urls))),
                "pool of threads": _timed(lambda _: _merged(pool.map(client.get, urls))),
            }
        with running_server() as postgres:
            peers["postgres_fdw"] = (_timed_wall(fdw_query(postgres)), None)
        hanging = _one_hanging(services, names)
    yield Figure(
        name="search, wall / slowest source",
        value=ours[0] / slowest[0],
        unit="times",
        lower_is_better=True,
    )
    yield Figure(name="search, processor", value=ours[1] * 1000, unit="ms", lower_is_better=True)
    for peer, (wall, processor) in peers.items():
        yield Figure(
            name=f"{peer}, wall / slowest source",
            value=wall / slowest[0],
            unit="times",
            lower_is_better=True,
            against="search",
        )
        if processor is not None:
            yield Figure(
                name=f"{peer}, processor",
                value=processor * 1000,
                unit="ms",
                lower_is_better=True,
                against="search",
            )
    yield hanging


def _directory_services(folder: Path, ports: list[int]) -> Services:
    services = make_services(folder / "fan_out")
    sources = directory_sources(ports, Outbound())
    put_registers(services, [careful(source, services) for source in sources])
    return services


def _search(services: Services, number: int, names: list[str]) -> str:
    """Return the answer as it goes out; to read it is the caller's work, not the service's."""
    body: str = api.answer(search_event(number, names), services)["body"]
    assert body.count('"state":"ok"') == SOURCES, body
    return body


def _one_hanging(services: Services, names: list[str]) -> Figure:
    """Let the first source hang and see whom the others deliver by the deadline."""
    register = services.registers.register(names[0])
    healthy = _delivered_by_others(_search(services, 10_000, names))
    inner: Any = register
    inner._register._manifest = inner._register._manifest.model_copy(  # noqa: SLF001 a fault, ordered
        update={
            "request": inner._register._manifest.request.model_copy(  # noqa: SLF001
                update={"parameters": {"hang": "1"}}
            )
        }
    )
    delivered = _delivered_by_others(api.answer(search_event(10_001, names), services)["body"])
    return Figure(
        name="one of five sources hangs: healthy contacts delivered by the deadline",
        value=100 * delivered / healthy,
        unit="%",
        lower_is_better=False,
    )


def _delivered_by_others(answer: str) -> int:
    return sum(source["returned"] for source in json.loads(answer)["sources"][1:])


def _merged(answers: Any) -> list[Any]:
    """Do to the answers what a script does: each number once, in order, a hundred of them."""
    contacts: dict[str, Any] = {}
    for answer in answers:
        for contact in answer.json()["contacts"]:
            if not contact["marketingBan"]:
                contacts.setdefault(contact["phoneNumber"], contact)
    return sorted(contacts.values(), key=lambda each: str(each["phoneNumber"]))[:100]


def _memory(folder: Path) -> Iterator[Figure]:
    """Follow the cursor through a hundred pages and compare the memory at the tenth and the last."""
    services = make_services(folder / "memory")
    put_registers(services, [in_memory_source(0, contacts=20_000)])
    cursor, sizes = None, []
    for page in range(_PAGES):
        event = search_event(page, ["memory_0"], cursor=cursor)
        cursor = json.loads(api.answer(event, services)["body"])["next_cursor"]
        gc.collect()
        sizes.append(_resident())
    yield Figure(
        name=f"memory after {_PAGES} pages / after 10",
        value=sizes[-1] / sizes[9],
        unit="times",
        lower_is_better=True,
    )


def _resident() -> int:
    """Return the process's resident pages. Source: proc(5)."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])


def _served() -> Iterator[Figure]:
    """Searches a second through the local server, register in memory, beside an empty ASGI app."""
    rates, processors = {}, {}
    with _process("benchmarks._service") as service:
        for name in ("search", "bare"):
            used = tree_seconds([service["process"]])
            rates[name] = requests_per_second(
                service[name], service["key"], search=name == "search", seconds=_SERVED_SECONDS
            )
            used = tree_seconds([service["process"]]) - used
            # The second of warming up is in it.
            processors[name] = used / (rates[name] * (_SERVED_SECONDS + 1))
    yield Figure(
        name="searches through the local server",
        value=rates["search"],
        unit="per second",
        lower_is_better=False,
    )
    yield Figure(
        name="bare ASGI app",
        value=rates["bare"],
        unit="per second",
        lower_is_better=False,
        against="searches through the local server",
    )
    yield Figure(
        name="the server's processor for a search",
        value=processors["search"] * 1000,
        unit="ms",
        lower_is_better=True,
    )
    yield Figure(
        name="the server's processor for a request to the bare ASGI app",
        value=processors["bare"] * 1000,
        unit="ms",
        lower_is_better=True,
        against="the server's processor for a search",
    )


def _timed(once: Callable[[int], Any]) -> tuple[float, float]:
    """Return the median wall and processor seconds of one call."""
    walls, processors = [], []
    for number in range(_ROUNDS):
        wall, processor = time.perf_counter(), time.process_time()
        once(number)
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return statistics.median(walls), statistics.median(processors)


def _timed_wall(once: Callable[[], Any]) -> float:
    return _timed(lambda _: once())[0]


@contextmanager
def _process(module: str) -> Iterator[Any]:
    """Run a module in a process of its own and yield the line of JSON that it begins with."""
    with subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
