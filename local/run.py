"""`./run`: the whole service on this machine."""

import argparse
import os
import socket
import sys
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

from functions.accounts.sweeper import sweep_once
from functions.authorizer.handler import lambda_handler
from leadcloud.http.routes import ROUTES
from leadcloud.store.interface import StoreUnavailable
from leadcloud.wiring import services
from local.demo import announce, register_demo, seed
from local.demo_controllers import register_demo_controllers, start_demo_controllers
from local.demo_database import create_demo_database
from local.directory_provider import start_directory_provider
from local.folder import Folder, StartError, draw_secrets, named_folder
from local.gateway import Gateway, Handler
from local.server import WAITING_CONNECTIONS, serve
from local.subject_requests import run_subject_requests
from local.synthetic_buildings import ensure_buildings
from local.upkeep import repeat

_EXEMPT = "LEADCLOUD_EXEMPT_DESTINATIONS"

_MACHINE_LIMITS = {"LEADCLOUD_FILINGS_AN_HOUR": "100000"}
"""One machine is one network, whoever asks."""

HANDLER_THREADS = 64
"""Requests being answered at once; most of them wait for registers."""


def main() -> None:
    """Start the service, say where it listens, and serve until told to stop."""
    options = _options()
    try:
        _run(Folder(options.data), options.port)
    except StartError as error:
        sys.exit(f"LeadCloud did not start. {error}")


def _run(folder: Folder, port: int) -> None:
    """Serve out of a folder.

    Raises:
        StartError: It cannot be used, or the port is taken.
    """
    lock = folder.open()
    listener = _listen(port)
    secrets = draw_secrets(folder)
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    controllers = start_demo_controllers(folder)
    os.environ |= {
        "LEADCLOUD_STORE": f"sqlite:{folder.store}",
        "LEADCLOUD_SECRETS": f"file:{folder.secrets}",
        "LEADCLOUD_BASE_URL": base_url,
        "LEADCLOUD_MAIL": f"smtp:127.0.0.1:{controllers.smtp_port}",
        "LEADCLOUD_MAIL_SENDER": "no-reply@leadcloud.example",
        "LEADCLOUD_TEXTS": f"http:{controllers.text_provider}",
        "LEADCLOUD_PRIVACY_CONTACT": "privacy@leadcloud.example",
        "LEADCLOUD_ANCHORS": f"file:{folder.anchors}",
        _EXEMPT: " ".join((f"127.0.0.1:{controllers.http_port}", os.environ.get(_EXEMPT, ""))),
    } | {name: value for name, value in _MACHINE_LIMITS.items() if name not in os.environ}
    ensure_buildings(services().settings.buildings)
    provider = start_directory_provider(
        client_id=secrets["demo_directory_client_id"],
        client_secret=secrets["demo_directory_client_secret"],
    )
    create_demo_database(folder.root)
    keys = _seeded(folder)
    register_demo(services(), provider.base_url)
    controller_keys = register_demo_controllers(services(), controllers)
    announce(folder, base_url, keys=keys, controller_keys=controller_keys)
    gateway = Gateway(_handlers(), lambda_handler)
    with ExitStack() as beside:
        _greet(base_url, keys["customer"])
        beside.callback(run_subject_requests(services()))
        beside.callback(repeat(lambda: sweep_once(services()), seconds=60, name="sweeper"))
        serve(gateway, listener, threads=HANDLER_THREADS)
    os.close(lock)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="port on 127.0.0.1 (8000)")
    parser.add_argument(
        "--data",
        type=named_folder,
        default=Path(".local"),
        metavar="DIR",
        help="where state lies (.local)",
    )
    return parser.parse_args()


def _listen(port: int) -> socket.socket:
    """Take the port.

    Raises:
        StartError: Somebody else has it.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(WAITING_CONNECTIONS)
    except (OSError, OverflowError):
        raise StartError(
            f"Port {port} cannot be had on 127.0.0.1. Choose another with --port."
        ) from None
    return listener


def _seeded(folder: Folder) -> dict[str, str]:
    """Return the keys of the demo accounts.

    Raises:
        StartError: The store cannot be used.
    """
    try:
        return seed(folder, services())
    except StoreUnavailable as unavailable:
        raise StartError(
            f"{folder.store} cannot be used ({unavailable}). Put a copy of it in its place, or "
            "choose another folder with --data DIR."
        ) from None


def _handlers() -> dict[str, Handler]:
    functions = {route.function for route in ROUTES}
    return {
        function: import_module(f"functions.{function}.handler").lambda_handler
        for function in functions
    }


def _greet(base_url: str, key: str) -> None:
    print(f"LeadCloud is listening on {base_url}")
    print(_FIRST_REQUEST.format(base_url=base_url, key=key), flush=True)


_FIRST_REQUEST = """
The first request, ready to paste:

curl {base_url}/v1/search \\
  -H 'X-API-Key: {key}' \\
  -H 'Idempotency-Key: first-request' \\
  -H 'Content-Type: application/json' \\
  -d '{{"purpose": "telemarketing_b2c",
       "registers": ["demo_directory_consumers", "demo_own_customers"],
       "criteria": {{"municipality": {{"in": ["092"]}}, "language": {{"in": ["fi"]}}}},
       "page_size": 4}}'
"""


if __name__ == "__main__":
    main()
