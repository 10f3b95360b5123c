"""Calls: written with the alert in one transaction, made by the job, tried again until answered.

Any answer of the kind 2xx is success; 410 says that nobody wants more of it. Everything else, and no
answer at all, is tried again after a while, for three days. Addresses that redirect are not followed.
"""

import hashlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date, datetime, timedelta
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from rollout.models import Alert, Webhook, WebhookCall
from rollout.notices.delivery import Outcome, Parcel, Result, Transport, deliver, said
from rollout.notices.webhooks.addresses import Machine, fault_of, machine_of
from rollout.notices.webhooks.signing import headers

SILENCE = 10  # seconds without a word
LONGEST_CALL = 30  # seconds, also for who says a word now and then
BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360))

RAISED, CLEARED = "alert.raised", "alert.cleared"


def announce(raised: Iterable[Alert], cleared: Iterable[Alert], on: date) -> None:
    """Write the calls for alerts that were raised and cleared on a day. The caller's transaction."""
    events = [
        *((RAISED, alert) for alert in raised),
        *((CLEARED, alert) for alert in cleared),
    ]
    if not events or not (webhooks := list(Webhook.objects.filter(ended_at=None))):
        return
    at = timezone.now()
    said = [(event, _key(event, alert, at), _said(alert, on)) for event, alert in events]
    write(webhooks, said, at)


def write(
    webhooks: Iterable[Webhook],
    events: Iterable[tuple[str, str, dict[str, object]]],
    at: datetime | None = None,
) -> None:
    """`events`: name, key, what is said. The same event twice is one call."""
    at = at or timezone.now()
    WebhookCall.objects.bulk_create(
        [
            WebhookCall(
                webhook=webhook,
                key=key,
                event=event,
                made_at=at,
                not_before=at,
                body=json.dumps(
                    {"type": event, "timestamp": at.isoformat(), "data": said}, ensure_ascii=False
                ),
            )
            for webhook in webhooks
            for event, key, said in events
        ],
        batch_size=500,
        ignore_conflicts=True,
    )


def _key(event: str, alert: Alert, at: datetime) -> str:
    # With the moment: what is cleared and raised again on one day is told each time. That each of
    # these happens once is settled by whoever writes the alerts, in this transaction.
    place = f"{alert.rule}|{alert.subject}|{alert.due_on}|{alert.level}|{at.isoformat()}"
    return f"{event}:{hashlib.sha256(place.encode()).hexdigest()[:32]}"


def _said(alert: Alert, on: date) -> dict[str, object]:
    return {
        "rule": alert.rule,
        "subject": alert.subject,
        "facility": alert.facility.code if alert.facility else None,
        "due_on": alert.due_on.isoformat(),
        "level": alert.level,
        "severity": alert.severity,
        "what": {"vi": alert.what_vi, "en": alert.what_en},
        "on": on.isoformat(),
    }


def call_waiting(now: datetime) -> int:
    """Make the calls that are due; returns how many were answered well."""
    return deliver(WebhookCall.objects.select_related("webhook"), _Calls(), now)


class _Calls(Transport[WebhookCall]):
    """A call in doubt is made again: the receiver knows by its identifier what it has had."""

    receiver = "webhook"
    backoff = BACKOFF
    repeats_doubtful = True

    def pack(self, call: WebhookCall) -> Parcel | None:
        webhook = call.webhook
        if webhook.ended_at:
            return None
        signed = headers(webhook, f"{webhook.pk}.{call.key}", int(time.time()), call.body)
        return Parcel(partial(_call, webhook.url, call.body.encode(), signed), {"answer": None})


def _call(url: str, body: bytes, signed: dict[str, str]) -> Result:
    if fault := fault_of(url):
        return Result(Outcome.REFUSED_FOR_NOW, fault)
    try:
        machine = machine_of(url)
    except ValueError as error:
        return Result(Outcome.REFUSED_FOR_NOW, str(error))
    try:
        answer = _post(url, machine, body, signed)
    except (OSError, HTTPException) as error:
        return Result(Outcome.IN_DOUBT, said(error))
    noted = {"answer": answer}
    if HTTPStatus.OK <= answer < HTTPStatus.MULTIPLE_CHOICES:
        return Result(Outcome.DELIVERED, noted=noted)
    gone = answer == HTTPStatus.GONE
    outcome = Outcome.REFUSED_FOR_GOOD if gone else Outcome.REFUSED_FOR_NOW
    return Result(outcome, f"HTTP {answer}", noted)


def _post(url: str, machine: Machine, body: bytes, signed: dict[str, str]) -> int:
    """The status of the answer.

    To the machine that was checked and nowhere else: the name is not asked a second time, redirects
    are not followed, and no proxy of the environment is asked, for what is inside the province's
    network is called directly.
    """
    parts = urlsplit(url)
    name = parts.hostname or ""
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with closing(kind(name, parts.port, timeout=SILENCE)) as connection:
        connection.sock = socket.create_connection(machine, timeout=SILENCE)
        with _at_most(LONGEST_CALL, connection.sock):
            if parts.scheme == "https":
                trusted = ssl.create_default_context()
                connection.sock = trusted.wrap_socket(connection.sock, server_hostname=name)
            connection.request("POST", target, body, signed)
            return connection.getresponse().status


@contextmanager
def _at_most(seconds: float, line: socket.socket) -> Iterator[None]:
    """Hang up then: the timeout of a socket begins anew with every byte."""

    def hang_up() -> None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, hang_up)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def call_again(*, call: WebhookCall, now: datetime) -> None:
    """A person wants a call made once more, whatever became of it. Raises ValidationError."""
    over = Q(sent_at__isnull=False) | Q(given_up_at__isnull=False)
    rows = WebhookCall.objects.filter(over, pk=call.pk, webhook__ended_at=None)
    if not rows.queue_again(now):
        raise ValidationError(
            _("Only a call that is over, to an address still in use, is made again."), code="state"
        )
