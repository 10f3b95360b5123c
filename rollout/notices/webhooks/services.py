"""Addresses of other systems: added, tried, ended."""

import secrets
from datetime import datetime

from django.core.exceptions import ValidationError

from facilities.models import User
from rollout.models import Webhook, WebhookCall
from rollout.notices.webhooks.addresses import fault_of, in_ascii
from rollout.notices.webhooks.calls import write


def add(*, name: str, url: str, by: User) -> Webhook:
    """Raises ValidationError naming the field."""
    if fault := fault_of(url):
        raise ValidationError({"url": fault}, code="address")
    webhook = Webhook(name=name, url=in_ascii(url), salt=secrets.token_hex(16), made_by=by)
    webhook.full_clean(exclude=["salt"])
    webhook.save()
    return webhook


def end(*, webhook: Webhook, by: User, at: datetime) -> None:
    """It is called no more; what waits for it is not sent."""
    Webhook.objects.filter(pk=webhook.pk, ended_at=None).update(ended_at=at, ended_by=by)
    WebhookCall.objects.waiting().filter(webhook=webhook).update(cancelled_at=at)


def test(*, webhook: Webhook, at: datetime) -> None:
    """A call that says no more than that calls arrive."""
    write([webhook], [("test", f"test:{secrets.token_hex(8)}", {})], at)
