"""What a server costs: processor time of its whole process tree for each request."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_NANOSECONDS = 1_000_000_000
_WARM_UP = 20


def tree_seconds(roots: Sequence[int]) -> float:
    """Return the processor time so far of processes and all their descendants, ended ones too.

    What runs is read from the scheduler, in nanoseconds; a tick of the kernel's other clock is as
    long as twenty requests. Only of children that ended is there no more than that.
    """
    left, seconds = list(roots), 0.0
    while left:
        process = left.pop()
        try:
            stat = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
            for task in Path(f"/proc/{process}/task").iterdir():
                seconds += int((task / "schedstat").read_text().split()[0]) / _NANOSECONDS
                left += map(int, (task / "children").read_text().split())
        except FileNotFoundError:
            continue
        seconds += sum(map(int, stat.rpartition(")")[2].split()[13:15])) / _TICKS
    return seconds


def measure(
    port: int, paths: Sequence[str], *, roots: Sequence[int], headers: Mapping[str, str]
) -> float:
    """Ask for paths over one connection and return what each cost the server, in milliseconds.

    Raises:
        RuntimeError: An answer was not 200.
    """
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for path in paths[:_WARM_UP]:
            _ask(connection, path, headers)
        began = tree_seconds(roots)
        for path in paths:
            _ask(connection, path, headers)
        used = tree_seconds(roots) - began
    return used / len(paths) * 1000


def _ask(connection: HTTPConnection, path: str, headers: Mapping[str, str]) -> None:
    connection.request("GET", path, headers=dict(headers))
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:  # noqa: PLR2004 OK
        raise RuntimeError(f"a server answered {answer.status} in the benchmark: {body[:200]!r}")


def wait_for(ready: Callable[[], bool], seconds: float) -> None:
    """Wait until something is ready.

    Raises:
        TimeoutError: It was not in so many seconds.
    """
    give_up = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > give_up:
            raise TimeoutError("a server did not start")
        time.sleep(0.2)
