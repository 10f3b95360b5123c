"""Calls: written with the alert in one transaction, made by the job, tried again until answered.

Any answer of the kind 2xx is success; 410 says that nobody wants more of it. Everything else, and no
answer at all, is tried again after a while, for three days. Addresses that redirect are not followed.
"""

import hashlib
import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from http import HTTPStatus

import structlog
from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from rollout.models import Alert, Webhook, WebhookCall
from rollout.models.reminders import WAITING
from rollout.notices.webhooks.signing import headers

log = structlog.get_logger(__name__)

TIMEOUT = 10  # seconds
CLAIM = timedelta(minutes=15)  # a worker that has not ended by then is dead
BACKOFF = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360))
GIVE_UP_AFTER = timedelta(days=3)
MOST_AT_ONCE = 500

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
    due = (
        WebhookCall.objects.filter(WAITING, _free(now), not_before__lte=now)
        .order_by("made_at", "pk")
        .values_list("pk", flat=True)[:MOST_AT_ONCE]
    )
    return sum(_call(pk, now) for pk in list(due))


def _free(now: datetime) -> Q:
    return Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - CLAIM)


def _call(pk: int, now: datetime) -> bool:
    claim = uuid.uuid4()
    rows = WebhookCall.objects.filter(WAITING, _free(now), pk=pk)
    if not rows.update(claimed_at=now, claim=claim, begun_at=now, attempts=F("attempts") + 1):
        return False  # somebody else has it
    call = WebhookCall.objects.select_related("webhook").get(pk=pk)
    mine = WebhookCall.objects.filter(pk=pk, claim=claim)
    answer, error = _post(call, now)
    if answer and HTTPStatus.OK <= answer < HTTPStatus.MULTIPLE_CHOICES:
        mine.update(sent_at=now, answer=answer, error="")
        return True
    log.warning("webhook_not_answered", call=pk, answer=answer, error=error)
    ended = {"answer": answer, "error": error[:300], "claimed_at": None, "claim": None}
    if answer == HTTPStatus.GONE or now - call.made_at > GIVE_UP_AFTER:
        mine.update(given_up_at=now, **ended)
    else:
        wait = BACKOFF[min(call.attempts - 1, len(BACKOFF) - 1)]
        mine.update(not_before=now + wait, begun_at=None, **ended)
    return False


def _post(call: WebhookCall, now: datetime) -> tuple[int | None, str]:
    """Status and what went wrong; no status without an answer."""
    from rollout.notices.webhooks.services import fault_of

    if fault := fault_of(call.webhook.url):
        return None, fault
    identifier = f"{call.webhook_id}.{call.key}"
    request = urllib.request.Request(  # noqa: S310 its scheme was looked at
        call.webhook.url,
        data=call.body.encode(),
        headers=headers(call.webhook, identifier, int(now.timestamp()), call.body),
        method="POST",
    )
    try:
        with _opener.open(request, timeout=TIMEOUT) as response:
            return response.status, ""
    except urllib.error.HTTPError as error:
        error.close()
        return error.code, f"HTTP {error.code}"
    except (OSError, ValueError) as error:
        return None, f"{type(error).__name__}: {error}"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A signed call goes to the address that was added, and nowhere else."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


# Without the proxy of the environment: what is inside the province's network is called directly.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def call_again(*, call: WebhookCall, now: datetime) -> None:
    """A person wants a call made once more, whatever became of it. Raises ValidationError."""
    again = WebhookCall.objects.filter(
        Q(sent_at__isnull=False) | Q(given_up_at__isnull=False),
        pk=call.pk,
        webhook__ended_at=None,
    ).update(
        sent_at=None,
        given_up_at=None,
        begun_at=None,
        claimed_at=None,
        claim=None,
        made_at=now,
        not_before=now,
        error="",
    )
    if not again:
        raise ValidationError(
            _("Only a call that is over, to an address still in use, is made again."), code="state"
        )
