"""The building look-up at a million synthetic buildings, beside pygeoapi and tipg on PostGIS.

The release and the peers' environment are kept in .local/bench, so that only the first run makes
them. Costs are processor time of whole process trees, the database's included: wall time on a
shared machine says little.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from benchmarks._building_peers import Peer, PeersMissing, running_peers
from benchmarks._process_cpu import measure, wait_for
from benchmarks.figure import Figure
from leadcloud.buildings.grid import UNITS
from leadcloud.buildings.store import BuildingStore

BUILDINGS = 1_000_000
_FOLDER = Path(".local/bench")
_ROOT = Path(__file__).parents[1]
_ITEMS = "/v1/buildings/collections/buildings/items"
_REQUESTS = 150
_ROUNDS = 8
_OURS = "LeadCloud"
_START_SECONDS = 60
_BARE = 2_000
_MEGABYTE = 1_000_000


def run() -> list[Figure]:
    """Measure the look-up by itself, over HTTP, and beside its peers."""
    release = _release()
    store = BuildingStore(release)
    questions = _questions(store)
    figures = [*_file_figures(release), *_bare_figures(release, questions)]
    with ExitStack() as stack:
        servers = [stack.enter_context(_our_server(release))]
        try:
            servers += stack.enter_context(running_peers(release, _FOLDER.resolve()))
        except PeersMissing as missing:
            print(f"Peers are not measured: {missing}", file=sys.stderr)
        costs = _costs(servers, questions)
    return figures + [each for question in questions for each in _http_figures(question, costs)]


def _release() -> Path:
    """Return the release to measure; make it where there is none."""
    target = _FOLDER / f"buildings-{BUILDINGS}.sqlite"
    if not target.exists():
        from collect.collection import Collection, Feed
        from collect.profile import profile
        from collect.synthetic import synthetic_rows

        _FOLDER.mkdir(parents=True, exist_ok=True)
        invented = Feed(profile=profile("synthetic"), origin=synthetic_rows(BUILDINGS))
        Collection(target=target, today=datetime.now(UTC).date()).release([invented])
    return target


Questions = dict[str, list[str]]
"""What is asked: ids, and boxes by size."""


def _questions(store: BuildingStore) -> Questions:
    random = Random(7)  # noqa: S311 the same questions every time
    rows = store.query(
        f"SELECT id, lon, lat FROM building WHERE rid IN ({', '.join('?' * _REQUESTS)})",
        random.sample(range(1, BUILDINGS + 1), _REQUESTS),
    )
    return {
        "id": [row[0] for row in rows],
        "1 km box": [_box(row[1], row[2], 0.5) for row in rows],
        "page of 100 with count": [_box(row[1], row[2], 5) for row in rows],
    }


def _box(lon: int, lat: int, half: float) -> str:
    """Return the box of a position, so many kilometres to each side."""
    across, up = half / 55.6, half / 111.4
    x, y = lon / UNITS, lat / UNITS
    return f"{x - across:.6f},{y - up:.6f},{x + across:.6f},{y + up:.6f}"


def _file_figures(release: Path) -> list[Figure]:
    """Measure the file, and opening it in a fresh process."""
    code = (
        "import time, resource, sys\n"
        "from pathlib import Path\n"
        "import leadcloud.buildings.store as s\n"
        "before = resource.getrusage(resource.RUSAGE_SELF)\n"
        "began = time.process_time()\n"
        "store = s.BuildingStore(Path(sys.argv[1]))\n"
        "opened = time.process_time() - began\n"
        "from leadcloud.clock import Deadline, SystemClock\n"
        "for n in range(0, 1000000, 500):\n"
        "    store.features(s.EVERYTHING, s.Slice(limit=100, after=n),\n"
        "                   deadline=Deadline.after(60, SystemClock()))\n"
        "after = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(opened * 1000, (after.ru_maxrss - before.ru_maxrss) / 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(release)],
        check=True, capture_output=True, text=True, cwd=_ROOT,
        env=os.environ | {"PYTHONPATH": str(_ROOT / "layers/core/python")},
    )  # fmt: skip
    opened, grown = map(float, done.stdout.split())
    return [
        _figure("file for a million buildings", release.stat().st_size / _MEGABYTE, "MB"),
        _figure("opening: CPU", opened, "ms"),
        _figure("memory after 2,000 pages", grown, "MiB more"),
    ]


def _bare_figures(release: Path, questions: Questions) -> list[Figure]:
    """Measure the handlers without a server: parsing, validation, links and counts included."""
    os.environ["LEADCLOUD_BUILDINGS"] = str(release)
    os.environ.setdefault("LEADCLOUD_STORE", f"sqlite:{_FOLDER / 'no-store.sqlite'}")
    os.environ.setdefault("LEADCLOUD_SECRETS", "file:none")
    from functions.buildings.handler import api
    from leadcloud.http.guard import admit, knock
    from leadcloud.wiring import services

    def ask(question: str, text: str) -> Callable[[], object]:
        event = _event(question, text)
        at_door = knock(event)
        operation = api.operations[at_door.route.operation]
        parameters = operation.contract.parameters

        def answer() -> object:
            call = admit(event, at_door, parameters=parameters, request=None)
            return operation.handle(call, services())

        return answer

    figures = []
    for question, texts in questions.items():
        asks = [ask(question, text) for text in texts]
        figures.append(_figure(f"bare handler, {question}: CPU", _cpu(asks), "µs"))
    return figures


def _event(question: str, text: str) -> dict[str, Any]:
    path = f"{_ITEMS}/{text}" if question == "id" else _ITEMS
    return {
        "httpMethod": "GET",
        "path": path,
        "headers": {"Host": "api.example"},
        "multiValueQueryStringParameters": None if question == "id" else {"bbox": [text]},
        "requestContext": {
            "requestId": "bench",
            "authorizer": {"account_id": "a", "key_id": "k", "scopes": "buildings"},
        },
    }


def _cpu(asks: Sequence[Callable[[], object]]) -> float:
    """Return microseconds of processor time for each call; the best of three rounds."""
    rounds = []
    for _ in range(3):
        began, count = time.process_time(), 0
        while count < _BARE:
            for ask in asks:
                ask()
            count += len(asks)
        rounds.append((time.process_time() - began) / count * 1e6)
    return min(rounds)


@contextmanager
def _our_server(release: Path) -> Iterator[Peer]:
    """Run the whole local service on the release."""
    with tempfile.TemporaryDirectory(prefix="leadcloud-bench-") as name:
        folder = Path(name)
        # A pipe that nobody reads fills up with log lines, and then the server waits.
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "local.run", "--port", "0", "--data", str(folder / "data")],
                cwd=_ROOT,
                stdout=log,
                stderr=log,
                env=os.environ
                | {"LEADCLOUD_BUILDINGS": str(release.resolve()), "PYTHONUNBUFFERED": "1"},
            )
        try:
            wait_for(lambda: b"listening on" in (folder / "log").read_bytes(), _START_SECONDS)
            demo = json.loads((folder / "data" / "demo.json").read_text(encoding="utf-8"))
            yield Peer(
                name=_OURS,
                headers={"X-API-Key": demo["keys"]["customer"]},
                port=int(demo["base_url"].rpartition(":")[2]),
                roots=(process.pid,),
                item=_ITEMS + "/{id}",
                box=_ITEMS + "?limit=100&bbox={bbox}",
            )
        finally:
            process.terminate()
            process.wait()


Costs = dict[tuple[str, str], float]
"""Milliseconds of processor time by server and question."""


def _costs(servers: Sequence[Peer], questions: Questions) -> Costs:
    """Ask all servers in turn, several times over; the least counts: the rest is other work."""
    costs: Costs = {}
    for _ in range(_ROUNDS):
        for question, texts in questions.items():
            for server in servers:
                form = server.item if question == "id" else server.box
                paths = [form.format(id=text, bbox=text) for text in texts]
                cost = measure(server.port, paths, roots=server.roots, headers=server.headers)
                known = costs.get((server.name, question), cost)
                costs[server.name, question] = min(known, cost)
    return costs


def _http_figures(question: str, costs: Costs) -> Iterator[Figure]:
    """Yield what a question costs each server, and how many times ours that is."""
    mine = costs[_OURS, question]
    yield _figure(f"HTTP, {question}: CPU", mine, "ms")
    for (server, asked), cost in costs.items():
        if asked == question and server != _OURS:
            yield _figure(f"HTTP, {question}: CPU of {server}", cost, "ms")
            yield Figure(
                name=f"HTTP, {question}: times less CPU",
                value=cost / mine,
                unit="times",
                lower_is_better=False,
                against=server,
            )


def _figure(name: str, value: float, unit: str) -> Figure:
    return Figure(name=name, value=value, unit=unit, lower_is_better=True)
