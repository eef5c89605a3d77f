"""Where we may send: public addresses only, decided on the address that is then connected to.

A name is resolved once. What it resolves to is checked and pinned, so that it cannot point inside
between the check and the connection.
"""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from leadcloud.forwarding.interface import ControllerUnreachable, DestinationRefused

Resolve = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host; raises OSError where there are none."""

_PORTS = {"http": 80, "https": 443}

# is_global is True for these, and each leads inside or nowhere: NAT64, 6to4, Teredo, and the
# protocol assignments of IPv4. Source: IANA special-purpose address registries.
_INWARD = tuple(
    ipaddress.ip_network(network)
    for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "192.0.0.0/24")
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Destination:
    """A place to send to, with the address that was checked."""

    secure: bool
    host: str
    port: int
    path: str
    """With the query, where there is one."""
    address: str


class Destinations:
    """Checks the addresses of controllers."""

    def __init__(self, resolve: Resolve, exempt: frozenset[str] = frozenset()) -> None:
        """Take a resolver, and `host:port` of places exempt from the rules (a demo's own)."""
        self._resolve = resolve
        self._exempt = exempt

    def find(self, url: str) -> Destination:
        """Return the place that a URL names.

        Raises:
            DestinationRefused: It is no HTTPS URL, or leads to an address that is not public.
            ControllerUnreachable: The name does not resolve.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError:
            raise DestinationRefused from None
        exempt = f"{host}:{port}" in self._exempt
        if "@" in parts.netloc or not host or _unusable(url):
            raise DestinationRefused
        if parts.scheme != "https" and not (exempt and parts.scheme == "http"):
            raise DestinationRefused
        return Destination(
            secure=parts.scheme == "https",
            host=host,
            port=port,
            path=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
            address=self._address(host, port, exempt=exempt),
        )

    def _address(self, host: str, port: int, *, exempt: bool) -> str:
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError):
            raise ControllerUnreachable from None
        if not addresses or not (exempt or all(is_public(address) for address in addresses)):
            raise DestinationRefused
        return addresses[0]


def system_resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host as the operating system finds them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public internet."""
    try:
        ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    inward = any(ip.version == network.version and ip in network for network in _INWARD)
    return ip.is_global and not ip.is_multicast and not inward


def _unusable(url: str) -> bool:
    return any(character.isspace() or not character.isprintable() for character in url)
