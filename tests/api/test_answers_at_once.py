"""The local service's connection: an answer does not wait for the caller's network stack."""

import time
from http.client import HTTPConnection

import pytest

from tests.plugins.running_service import RunningService


@pytest.mark.loopback
def test_answers_leave_at_once(running_service: RunningService) -> None:
    """Requests on one connection take far less than the 40 ms of a delayed acknowledgement.

    asyncio and uvloop switch Nagle's algorithm off only for sockets that say they are TCP.
    """
    connection = HTTPConnection("127.0.0.1", running_service.port, timeout=30)
    waits = []
    for _ in range(15):
        started = time.monotonic()
        connection.request("GET", "/health")
        connection.getresponse().read()
        waits.append(time.monotonic() - started)
    connection.close()

    assert sorted(waits)[len(waits) // 2] < 0.03
