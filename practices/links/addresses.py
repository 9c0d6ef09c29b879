"""Which servers may be asked: those of the public internet, on the ports of the web.

Whoever writes a practice chooses what is asked, from inside the network of the platform; so
nothing in there may be reachable by a link, by a name, or by a server's redirect.
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.conf import settings

PORTS = {"http": 80, "https": 443}
MOST_ADDRESSES = 2  # of one name, tried one after the other


class AddressRefused(Exception):
    """An address that is not asked."""


@dataclass(frozen=True)
class Target:
    """Where a request goes: *addresses* are those of *host*, and nothing else is connected to."""

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple

    @property
    def host_header(self):
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def is_public(address):
    """Whether *address* (``ipaddress``) is one that anybody on the internet can reach."""
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        # Ways through which other addresses are reached.
        or getattr(address, "is_site_local", False)
        or getattr(address, "sixtofour", None)
        or getattr(address, "teredo", None)
    )


def _may_be_asked(address, port):
    return (port in PORTS.values() and is_public(address)) or (
        f"{address}:{port}" in settings.LINKS_ALSO_ASKED
    )


def target_of(address):
    """Where the web address *address* leads. Raises ``AddressRefused``, ``OSError`` for a name
    that is not found, and ``ValueError`` for what is no address.
    """
    parts = urlsplit(address)
    if parts.scheme not in PORTS or not parts.hostname:
        raise AddressRefused(address)
    port = parts.port or PORTS[parts.scheme]
    host = parts.hostname
    if ":" not in host:
        host = host.encode("idna").decode()
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    numbers = dict.fromkeys(entry[4][0] for entry in found)
    # With one address among several that is not public, something is up: none is asked.
    if not numbers or not all(_may_be_asked(ipaddress.ip_address(each), port) for each in numbers):
        raise AddressRefused(address)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    if parts.query:
        path += "?" + quote(parts.query, safe="/?%:@!$&'()*+,;=~")
    return Target(parts.scheme, host, port, path, tuple(numbers)[:MOST_ADDRESSES])
