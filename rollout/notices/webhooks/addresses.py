"""Which addresses of other systems may be called, and how they stand on the line.

A name may lead somewhere else each time it is asked, so whoever calls asks once, has the answer
checked, and connects to that very machine (`machine_of`).
"""

import ipaddress
import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _

Machine = tuple[str, int]
"""Its number, and the port."""

# Prefixes of RFC 6052 and 8215 under which a translator of the network reaches IPv4 machines.
TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
COMPATIBLE = IPv6Network("::/96")  # how RFC 4291 once wrote IPv4 in IPv6


def in_ascii(url: str) -> str:
    """As it is called: letters beyond ASCII are written as `xn--` in the name, as `%` elsewhere.

    Raises ValueError for a name that no machine can have.
    """
    parts = urlsplit(url)
    name = parts.netloc.encode("idna").decode("ascii")
    return iri_to_uri(parts._replace(netloc=name).geturl())


def fault_of(url: str) -> str:
    """Why the address is not called; empty if it may be.

    Systems of the province stand in its own network, so private addresses may be called; this
    machine and what only machines on the same cable see may not.
    """
    try:
        parts = urlsplit(in_ascii(url))
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        return _(
            "Nothing can be called there: look at the machine's name and at the port, 1 to 65535."
        )
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return _("Give an address that begins with https://.")
    if parts.username or parts.password:
        return _("Leave name and password out of the address: calls are signed.")
    if not settings.PRODUCTION:
        return ""
    if parts.scheme != "https":
        return _("Give an address that begins with https://.")
    try:
        machine_of(url)
    except ValueError as error:
        return str(error)
    return ""


def machine_of(url: str) -> Machine:
    """The machine that the address leads to now: the first that its name has.

    Raises ValueError, with the reason, where there is none, or one of them may not be called.
    """
    parts = urlsplit(url)
    usual = 443 if parts.scheme == "https" else 80
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or usual, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ValueError(_("No machine answers to this name.")) from error
    machines = [(str(place[0]), int(place[1])) for *_rest, place in found]
    if settings.PRODUCTION and any(_is_near(number) for number, _port in machines):
        raise ValueError(_("This address leads back to this machine or its cable."))
    return machines[0]


def _is_near(number: str) -> bool:
    """Whether it is this machine, its cable, or nobody in particular, however it is written."""
    return any(
        one.is_loopback
        or one.is_link_local
        or one.is_multicast
        or one.is_unspecified
        or (one.version == 4 and one.is_reserved)
        for one in _meant(ipaddress.ip_address(number))
    )


def _meant(number: IPv4Address | IPv6Address) -> Iterator[IPv4Address | IPv6Address]:
    """The address, and every IPv4 address that it holds."""
    yield number
    if isinstance(number, IPv4Address):
        return
    yield from filter(None, (number.ipv4_mapped, number.sixtofour, *(number.teredo or ())))
    if any(number in network for network in (*TRANSLATED, COMPATIBLE)):
        yield IPv4Address(int(number) & 0xFFFFFFFF)
