"""Which addresses of other systems may be called, and how they stand on the line."""

import ipaddress
import socket
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _


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
        found = socket.getaddrinfo(parts.hostname, port or 443, type=socket.SOCK_STREAM)
    except OSError:
        return _("No machine answers to this name.")
    for *_rest, place in found:
        machine = ipaddress.ip_address(place[0])
        if (
            machine.is_loopback
            or machine.is_link_local
            or machine.is_multicast
            or machine.is_unspecified
        ):
            return _("This address leads back to this machine or its cable.")
    return ""
