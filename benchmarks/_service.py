"""The local gateway over a register in memory, and a bare ASGI app, each on a port of its own."""

import asyncio
import json
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn

import functions.authorizer.handler
import functions.search.handler
from benchmarks._search_set import environment, in_memory_source, put_registers
from leadcloud.accounts.key import SCOPES
from leadcloud.wiring import services
from local.gateway import Gateway


async def _bare(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})


def _listening(app: Any) -> tuple[uvicorn.Server, socket.socket]:
    # With the protocol named, or asyncio leaves Nagle's algorithm on and each answer waits for an
    # acknowledgement that the other side delays by 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(256)
    config = uvicorn.Config(app, access_log=False, log_level="warning", lifespan="off")
    return uvicorn.Server(config), listener


async def _serve(folder: Path) -> None:
    os.environ.update(environment(folder))
    put_registers(services(), [in_memory_source(0, contacts=100)])
    gateway = Gateway(
        {"search": functions.search.handler.lambda_handler},
        functions.authorizer.handler.lambda_handler,
        ThreadPoolExecutor(64),
    )
    key = services().keys.issue("buyer", frozenset(SCOPES))
    servers = [_listening(gateway), _listening(_bare)]
    ports = [listener.getsockname()[1] for _, listener in servers]
    print(
        json.dumps({"key": key, "search": ports[0], "bare": ports[1], "process": os.getpid()}),
        flush=True,
    )
    # From here on the log goes to standard error, which nobody reads.
    sys.stdout = sys.stderr
    await asyncio.gather(*(server.serve(sockets=[listener]) for server, listener in servers))


if __name__ == "__main__":
    with TemporaryDirectory() as name:
        asyncio.run(_serve(Path(name)))
