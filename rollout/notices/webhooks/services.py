"""Addresses of other systems: added, tried, ended."""

import ipaddress
import secrets
import socket
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from facilities.models import User
from rollout.models import Webhook, WebhookCall
from rollout.notices.webhooks.calls import write


def add(*, name: str, url: str, by: User) -> Webhook:
    """Raises ValidationError naming the field."""
    if fault := fault_of(url):
        raise ValidationError({"url": fault}, code="address")
    webhook = Webhook(name=name, url=url, salt=secrets.token_hex(16), made_by=by)
    webhook.full_clean(exclude=["salt"])
    webhook.save()
    return webhook


def fault_of(url: str) -> str:
    """Why the address is not called; empty if it may be.

    Systems of the province stand in its own network, so private addresses may be called; this
    machine and what only machines on the same cable see may not.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return _("Give an address that begins with https://.")
    if parts.username or parts.password:
        return _("Leave name and password out of the address: calls are signed.")
    if not settings.PRODUCTION:
        return ""
    if parts.scheme != "https":
        return _("Give an address that begins with https://.")
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
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


def end(*, webhook: Webhook, by: User, at: datetime) -> None:
    """It is called no more; what waits for it is not sent."""
    Webhook.objects.filter(pk=webhook.pk, ended_at=None).update(ended_at=at, ended_by=by)
    WebhookCall.objects.filter(webhook=webhook, sent_at=None, given_up_at=None).update(
        cancelled_at=at
    )


def test(*, webhook: Webhook, at: datetime) -> None:
    """A call that says no more than that calls arrive."""
    write([webhook], [("test", f"test:{secrets.token_hex(8)}", {})], at)
