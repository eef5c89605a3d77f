"""The local gateway over a register in memory, and a bare ASGI app, each on a port of its own."""

import json
import os
import socket
import sys
import threading
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
from local.run import HANDLER_THREADS
from local.server import serve


async def _bare(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})


def _listener() -> socket.socket:
    # With the protocol named, or asyncio leaves Nagle's algorithm on and each answer waits for an
    # acknowledgement that the other side delays by 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(256)
    return listener


def _serve(folder: Path) -> None:
    os.environ.update(environment(folder))
    put_registers(services(), [in_memory_source(0, contacts=100)])
    gateway = Gateway(
        {"search": functions.search.handler.lambda_handler},
        functions.authorizer.handler.lambda_handler,
    )
    key = services().keys.issue("buyer", frozenset(SCOPES))
    config = uvicorn.Config(_bare, access_log=False, log_level="warning", lifespan="off")
    ours, bare = _listener(), _listener()
    threading.Thread(target=uvicorn.Server(config).run, args=([bare],), daemon=True).start()
    ports = {"search": ours.getsockname()[1], "bare": bare.getsockname()[1]}
    print(json.dumps({"key": key, "process": os.getpid(), **ports}), flush=True)
    # From here on the log goes to standard error, which nobody reads.
    sys.stdout = sys.stderr
    serve(gateway, ours, threads=HANDLER_THREADS)


if __name__ == "__main__":
    with TemporaryDirectory() as name:
        _serve(Path(name))
