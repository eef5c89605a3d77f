"""The demo's controllers and everybody's mailbox and telephone: what they get appears as files.

They are synthetic: a directory and the demo's customers. Their interface takes whatever is posted
and acknowledges nothing by itself, so that each step can be tried by hand.
"""

import json
import re
import time
from dataclasses import dataclass
from datetime import date
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from aiosmtpd.controller import Controller

from leadcloud.controllers import Broadcasts, ControllerEntry
from leadcloud.forwarding.signature import key_to_text
from leadcloud.own_register import OWN
from leadcloud.wiring import Services
from local.folder import Folder

_HOST = "127.0.0.1"
_LONGEST = 1024 * 1024
"""Bytes that are read of a body."""
_UNSAFE = re.compile(r"[^A-Za-z0-9.@-]")

_TEXTS = "/text-messages"

_BY_WEBHOOK = ("demo-directory", "demo_customer")
_BROADCASTS: dict[str, Broadcasts] = {"demo-directory": "whole", "demo_customer": "hashed"}


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoControllers:
    """Where the demo's controllers and mail server listen."""

    http_port: int
    smtp_port: int

    @property
    def text_provider(self) -> str:
        """Where text messages are handed over."""
        return f"http://{_HOST}:{self.http_port}{_TEXTS}"


def start_demo_controllers(folder: Folder) -> DemoControllers:
    """Listen for mails, webhooks and text messages, and write each into a file."""
    server = ThreadingHTTPServer((_HOST, 0), partial(_Receiver, folder))
    Thread(target=server.serve_forever, daemon=True, name="demo controllers").start()
    mail = _AnyPort(_Mailbox(folder.mail), hostname=_HOST, port=0)
    mail.start()
    return DemoControllers(http_port=server.server_address[1], smtp_port=mail.port)


def register_demo_controllers(services: Services, demo: DemoControllers) -> dict[str, str]:
    """Enter the demo's controllers; return the signing key of each that has an interface."""
    at = f"http://{_HOST}:{demo.http_port}"
    for entry in _entries(at):
        services.controllers.put(entry)
    return {name: key_to_text(services.controller_keys.key(name, 1)) for name in _BY_WEBHOOK}


def _entries(at: str) -> tuple[ControllerEntry, ...]:
    directory = _entry("demo-directory", "Demo Directory (synthetic)", role="source", at=at)
    customers = (
        ("demo_customer", "Demo customer (synthetic)"),
        ("demo_other_customer", "Demo other customer (synthetic)"),
        ("demo_reseller", "Demo reseller (synthetic)"),
        ("demo_sub_account_1", "First sub-account of the demo reseller (synthetic)"),
        ("demo_sub_account_2", "Second sub-account of the demo reseller (synthetic)"),
    )
    buyers = (_entry(name, title, role="buyer", at=at) for name, title in customers)
    own = _entry(OWN, "LeadCloud", role="own", at=at, channel="manual")
    return (directory, *buyers, own)


def _entry(controller_id: str, name: str, *, at: str, **members: Any) -> ControllerEntry:
    by_webhook = controller_id in _BY_WEBHOOK
    return ControllerEntry(
        id=controller_id,
        name=name,
        privacy_email=f"privacy@{controller_id.replace('_', '-')}.example",
        contract=f"demo-{controller_id}",
        contract_from=date(2026, 1, 1),
        url=f"{at}/{controller_id}" if by_webhook else None,
        broadcasts=_BROADCASTS.get(controller_id, "none"),
        categories=("searching and delivering contacts for telemarketing",),
        language="fi",
        **{"channel": "webhook" if by_webhook else "email", **members},
    )


class _Mailbox:
    """Keeps every mail as a file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802 the library's name
        """Take a mail."""
        name = _UNSAFE.sub("_", "-".join(envelope.rcpt_tos))[:80]
        _write(self._folder, f"{name}.eml", envelope.content)
        return "250 Message accepted"


class _AnyPort(Controller):
    """A mail server that knows which port it was given."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class _Receiver(BaseHTTPRequestHandler):
    """Keeps everything posted as a file."""

    def __init__(self, folder: Folder, *arguments: Any) -> None:
        self._folder = folder
        super().__init__(*arguments)

    def do_POST(self) -> None:
        """Take a message."""
        body = self.rfile.read(min(int(self.headers.get("Content-Length", "0")), _LONGEST))
        kept = {
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": body.decode("utf-8", "replace"),
        }
        if self.path == _TEXTS:
            _write(self._folder.texts, f"{_UNSAFE.sub('_', json.loads(body)['to'])}.json", body)
        else:
            name = _UNSAFE.sub("_", self.headers.get("webhook-id", "message"))[:120]
            as_json = json.dumps(kept, ensure_ascii=False).encode()
            _write(self._folder.webhooks, f"{name}.json", as_json)
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Write no line: a path or an agent is nobody's business here."""


def _write(folder: Path, name: str, content: bytes) -> None:
    """Write a file that appears as a whole, later ones sorting after earlier ones."""
    path = folder / f"{time.time_ns()}-{name}"
    part = path.with_name(f".{path.name}")
    part.write_bytes(content)
    part.rename(path)
