"""Filing requests at a service that is killed again and again, with controllers that misbehave.

`python -m benchmarks._dsar_ordeal 10000 100` files ten thousand and kills a hundred times. The
controllers fail, drip, hang up after taking a message, and report twice. At the end every accepted
filing must be on record and either with both its controllers or still under way.
"""

import json
import os
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlsplit

from benchmarks._killed_service import KilledService
from functions.dsar_router.case import Case
from functions.dsar_router.dossier import Dossier
from functions.dsar_router.request import OPEN
from leadcloud.audit import AuditTrail
from leadcloud.clock import SystemClock
from leadcloud.controllers import ControllerBook, ControllerEntry, ControllerKeys
from leadcloud.forwarding.signature import sign
from leadcloud.lead_reference import Delivery, LeadReferences
from leadcloud.secrets import Secrets

FILERS = 4
_FAILS, _HANGS_UP, _DRIPS = 0.03, 0.05, 0.06
"""Below which part of the messages meets such a fate: 3 % fail, 2 % are taken without a word."""
CONTROLLERS = ("demo-directory", "demo_customer")
_PATIENCE = 900
"""Seconds for what is under way to arrive at the end."""


@dataclass
class Ordeal:
    """What came of it."""

    accepted: set[str] = field(default_factory=set)
    kills: int = 0
    seconds: float = 0.0
    forwarded: int = 0
    still_open: int = 0
    """An interface failed; it is tried again in a quarter of an hour."""
    lost: int = 0
    doubled: int = 0
    """Pairs of request and controller that were sent messages under more than one id."""
    repeated: int = 0
    """Messages that arrived more than once under the same id, as they may."""


class Controllers:
    """Interfaces that misbehave, and remember which message ids they got."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 nothing secret is drawn
        self._lock = Lock()
        self.got: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.reports: SimpleQueue[tuple[str, str, str]] = SimpleQueue()
        receiver = type("Receiver", (_Receiver,), {"controllers": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), receiver)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        """Where they listen."""
        return self.server.server_address[1]

    def fate(self) -> float:
        """Draw what becomes of a message, between 0 and 1."""
        with self._lock:
            return self._random.random()

    def take(self, controller: str, message_id: str, data: Any) -> None:
        """Remember a message, and report on it twice."""
        with self._lock:
            self.got[data["reference"], controller].append(message_id)
        path = urlsplit(data["callback_url"]).path
        for status in ("acknowledged", "acknowledged"):
            self.reports.put((controller, path, status))


class _Receiver(BaseHTTPRequestHandler):
    controllers: Controllers

    def do_POST(self) -> None:
        """Take a message, or fail in one of many ways."""
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        if len(raw) < int(self.headers["Content-Length"]):
            return  # whoever sent it was killed
        body = json.loads(raw)
        fate = self.controllers.fate()
        if fate < _FAILS:
            self.send_error(503)
            return
        controller = self.path.strip("/")
        if body["type"].endswith("forwarded"):
            self.controllers.take(controller, self.headers["webhook-id"], body["data"])
        if fate < _HANGS_UP:
            self.close_connection = True
            return
        answer = b"HTTP/1.0 202 Accepted\r\nContent-Length: 0\r\n\r\n"
        with suppress(OSError):  # whoever sends it may have been killed
            for byte in (answer,) if fate >= _DRIPS else map(bytes, zip(answer, strict=False)):
                self.wfile.write(byte)
                time.sleep(0.0 if fate >= _DRIPS else 0.02)

    def log_message(self, *_arguments: object) -> None:
        """Write no line."""


class Service(KilledService):
    """`./run`, whose controllers are the ones that misbehave."""

    def __init__(self, folder: Path, controllers: Controllers) -> None:
        self.controllers = controllers
        exempt = f"127.0.0.1:{controllers.port}"
        super().__init__(folder, {"LEADCLOUD_EXEMPT_DESTINATIONS": exempt})

    def start(self) -> None:
        """Start it, and lead its controllers to the ones that misbehave."""
        super().start()
        book = ControllerBook(self.store(), lambda _url: None)
        for controller in CONTROLLERS:
            book.put(_entry(controller, self.controllers.port))


def undergo(*, filings: int, kills: int, folder: Path, seed: int = 1) -> Ordeal:
    """File, kill, and count."""
    ordeal = Ordeal()
    controllers = Controllers(seed)
    service = Service(folder / "data", controllers)
    code = _delivery(service)
    reporting = Thread(target=_report, args=(service, controllers), daemon=True)
    reporting.start()
    started = time.monotonic()
    with _filing(service, ordeal, filings=filings, code=code):
        _kill_at_random(service, ordeal, filings=filings, kills=kills, seed=seed)
    ordeal.seconds = time.monotonic() - started
    _await_attempts(service, ordeal)
    service.kill()
    _count(service, ordeal, controllers)
    return ordeal


def _kill_at_random(
    service: Service, ordeal: Ordeal, *, filings: int, kills: int, seed: int
) -> None:
    points = sorted(random.Random(seed).sample(range(filings), kills))  # noqa: S311 as above
    for point in points:
        while len(ordeal.accepted) < point:
            time.sleep(0.005)
        service.kill()
        ordeal.kills += 1
        service.start()


@contextmanager
def _filing(service: Service, ordeal: Ordeal, *, filings: int, code: str) -> Iterator[None]:
    waiting: SimpleQueue[int] = SimpleQueue()
    for number in range(filings):
        waiting.put(number)

    def file() -> None:
        while True:
            try:
                number = waiting.get_nowait()
            except Empty:
                return
            ordeal.accepted.add(_file(service, number, code))

    threads = [Thread(target=file) for _ in range(FILERS)]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join()


def _file(service: Service, number: int, code: str) -> str:
    filing = {
        "right": "objection",
        "reply_to": {"phone": f"+35845700{number:06}"},
        "lead_reference": code,
        "language": "fi",
    }
    headers = {"Idempotency-Key": f"ordeal-{number}"}
    status, answer = service.post("/v1/subject-requests", json.dumps(filing).encode(), headers)
    if status != HTTPStatus.ACCEPTED:
        raise RuntimeError(f"a filing was answered {status}")
    return str(answer["reference"])


def _report(service: Service, controllers: Controllers) -> None:
    keys = ControllerKeys(Secrets.from_file(service.folder / "secrets.json")["controller_keys"])
    while True:
        controller, path, status = controllers.reports.get()
        body = json.dumps({"status": status}).encode()
        headers = sign(
            body,
            message_id=os.urandom(8).hex(),
            at=SystemClock().now(),
            keys=[keys.key(controller, 1)],
        )
        service.post(path, body, headers)


def _await_attempts(service: Service, ordeal: Ordeal) -> None:
    """Give each accepted request the time to be tried at both controllers."""
    dossier = _dossier(service)
    end = time.monotonic() + _PATIENCE
    untried = set(ordeal.accepted)
    while untried and time.monotonic() < end:
        untried = {each for each in untried if not _tried(dossier.cases(each))}
        time.sleep(2)


def _count(service: Service, ordeal: Ordeal, controllers: Controllers) -> None:
    """Count what is where."""
    dossier = _dossier(service)
    for reference in ordeal.accepted:
        request, cases = dossier.request(reference), dossier.cases(reference)
        arrived = [bool(controllers.got.get((reference, each))) for each in CONTROLLERS]
        if all(arrived) and all(case.sent_at for case in cases):
            ordeal.forwarded += 1
        elif request is not None and request.state in OPEN:
            ordeal.still_open += 1
        else:
            ordeal.lost += 1
    ordeal.doubled = sum(len(set(ids)) > 1 for ids in controllers.got.values())
    ordeal.repeated = sum(len(ids) > len(set(ids)) for ids in controllers.got.values())


def _dossier(service: Service) -> Dossier:
    store = service.store()
    return Dossier(store, AuditTrail(store, SystemClock()), SystemClock())


def _tried(cases: tuple[Case, ...]) -> bool:
    return len(cases) == len(CONTROLLERS) and all(case.sent_at or case.attempts for case in cases)


def _delivery(service: Service) -> str:
    delivery = Delivery(
        register="demo",
        controller=CONTROLLERS[0],
        buyer=CONTROLLERS[1],
        purpose="telemarketing_b2c",
        at=SystemClock().now(),
    )
    store = service.store()
    (reference,), kept = LeadReferences(store, os.urandom).draw([delivery])
    store.transact(*kept)
    return reference


def _entry(controller: str, port: int) -> ControllerEntry:
    return ControllerEntry(
        id=controller,
        name=controller,
        role="source",
        privacy_email=f"privacy@{controller.replace('_', '-')}.example",
        contract="ordeal",
        contract_from=date(2026, 1, 1),
        channel="webhook",
        url=f"http://127.0.0.1:{port}/{controller}",
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        outcome = undergo(filings=int(sys.argv[1]), kills=int(sys.argv[2]), folder=Path(place))
    print(
        f"accepted {len(outcome.accepted)}, killed {outcome.kills} times in "
        f"{outcome.seconds:.0f} s, forwarded {outcome.forwarded}, open {outcome.still_open}, "
        f"lost {outcome.lost}, "
        f"under two ids {outcome.doubled}, repeated under one id {outcome.repeated}"
    )
