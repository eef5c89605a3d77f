"""Acceptance case 32: nothing is sent to an address that is not public."""

import socket
import ssl
from collections.abc import Sequence
from datetime import date
from threading import Thread

import pytest

from leadcloud.controllers import ControllerEntry
from leadcloud.forwarding.destination import Destination, Destinations, is_public
from leadcloud.forwarding.interface import (
    ControllerRefused,
    ControllerUnreachable,
    DestinationRefused,
)
from leadcloud.forwarding.outbound import post
from leadcloud.wiring import Services

INWARD = [
    "127.0.0.1",
    "0.0.0.0",  # noqa: S104 an address, not a binding
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001::1",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "no address",
]


@pytest.mark.parametrize("address", INWARD)
def test_an_inward_address_is_not_public(address: str) -> None:
    """Loopback, private, link-local, shared, mapped, tunnelled and multicast lead inside."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700:4700::1111"])
def test_a_public_address_is_public(address: str) -> None:
    """What the internet routes is public."""
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/",
        "https://169.254.169.254/",
        "https://localhost/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://0/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "http://controller.example/",
        "ftp://controller.example/",
        "file:///etc/passwd",
        "https://user@controller.example/",
        "https://controller.example@127.0.0.1/",
        "https:///path",
        "https://controller.example:99999/",
        "https://controller.example/a b",
        "https://controller.example/\r\nHost: x",
        "controller.example",
        "",
    ],
)
def test_case_32_such_a_url_is_refused(url: str) -> None:
    """Case 32: no such URL is registered or sent to."""
    with pytest.raises(DestinationRefused):
        Destinations(as_the_c_library).find(url)


def test_case_32_one_inward_address_among_public_ones_is_enough_to_refuse() -> None:
    """Case 32: a name that also resolves inside is refused."""
    resolve = lambda _host, _port: ["93.184.215.14", "10.0.0.1"]  # noqa: E731
    with pytest.raises(DestinationRefused):
        Destinations(resolve).find("https://controller.example/")


def as_the_c_library(host: str, _port: int) -> Sequence[str]:
    """Resolve as getaddrinfo does: numbers in all the ways of C, `localhost`, and one name."""
    known = {"controller.example": "93.184.215.14", "localhost": "127.0.0.1"}
    if host in known or ":" in host:
        return [known.get(host, host)]
    return [socket.inet_ntoa(socket.inet_aton(host))]


def test_case_32_registration_checks_the_url(services: Services) -> None:
    """Case 32: a controller with such an address does not get into the register."""
    services.destinations = Destinations(as_the_c_library)
    entry = ControllerEntry(
        id="c",
        name="C",
        role="source",
        privacy_email="p@c.example",
        contract="k",
        contract_from=date(2026, 1, 1),
        channel="webhook",
        url="https://127.0.0.1/",
    )
    with pytest.raises(DestinationRefused):
        services.controllers.put(entry)
    assert services.controllers.entry("c") is None


def test_case_32_what_was_checked_is_what_is_connected_to() -> None:
    """Case 32: a name that resolves elsewhere the second time does not matter: it is asked once."""
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])
    found = Destinations(lambda _host, _port: next(answers)).find(
        "https://controller.example/x?y=1"
    )
    assert (found.address, found.host, found.path) == (
        "93.184.215.14",
        "controller.example",
        "/x?y=1",
    )


class Server:
    """A server that answers each connection with the same bytes, and counts them."""

    def __init__(self, answer: bytes, drip: float = 0.0) -> None:
        self.answer, self.drip, self.seen = answer, drip, 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.requests: list[bytes] = []
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        import time

        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.seen += 1
            with connection:
                try:
                    request = b""
                    while not request.endswith(b"{}"):
                        request += connection.recv(65536)
                    self.requests.append(request)
                    for byte in self.answer:
                        connection.sendall(bytes([byte]))
                        time.sleep(self.drip)
                except OSError:
                    continue

    def destination(self) -> Destination:
        return Destination(
            secure=False,
            host="controller.example",
            port=self.port,
            path="/hook",
            address="127.0.0.1",
        )


OK = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.loopback
def test_a_message_goes_to_the_pinned_address_under_its_name() -> None:
    """The connection is to the address that was checked; the Host is the name."""
    server = Server(OK)
    assert post(server.destination(), b"{}", {"X": "y"}) == 202
    request = server.requests[0].lower()
    assert request.startswith(b"post /hook http/1.1\r\n")
    assert f"host: controller.example:{server.port}".encode() in request


@pytest.mark.loopback
def test_case_32_a_redirect_is_not_followed() -> None:
    """Case 32: an answer that points inside is a refusal; nobody is asked there."""
    canary = Server(OK)
    location = f"Location: http://127.0.0.1:{canary.port}/".encode()
    server = Server(b"HTTP/1.1 302 Found\r\n" + location + b"\r\nContent-Length: 0\r\n\r\n")
    with pytest.raises(ControllerRefused):
        post(server.destination(), b"{}", {})
    assert canary.seen == 0


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 503 Unavailable\r\n\r\n", ControllerUnreachable),
        (b"HTTP/1.1 429 Slow\r\n\r\n", ControllerUnreachable),
        (b"HTTP/1.1 400 Bad\r\n\r\n", ControllerRefused),
        (b"garbage\r\n\r\n", ControllerUnreachable),
        (b"", ControllerUnreachable),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", ControllerUnreachable),
    ],
)
def test_answers_count_by_their_status(answer: bytes, error: type[Exception]) -> None:
    """What says to try again is tried again; what is no answer too; the rest is a refusal."""
    with pytest.raises(error):
        post(Server(answer).destination(), b"{}", {})


@pytest.mark.loopback
def test_a_server_that_drips_is_left_in_time() -> None:
    """However slowly the answer comes, sending ends when its time is up."""
    from time import perf_counter

    started = perf_counter()
    with pytest.raises(ControllerUnreachable):
        post(Server(OK, drip=0.1).destination(), b"{}", {}, max_seconds=0.5)
    assert perf_counter() - started < 1.5


@pytest.mark.loopback
def test_a_certificate_of_nobody_is_not_accepted(tmp_path: object) -> None:
    """A secure destination has to prove its name; a plain answer proves nothing."""
    server = Server(OK)
    secure = Destination(
        secure=True, host="controller.example", port=server.port, path="/", address="127.0.0.1"
    )
    with pytest.raises(ControllerUnreachable):
        post(secure, b"{}", {}, max_seconds=2)
    assert ssl.create_default_context().check_hostname
