"""Other systems that are told of alerts, and the log of the calls."""

import uuid
from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from facilities.models import ChangeSet
from facilities.permissions import Access
from rollout.day import Day
from rollout.models import Webhook, WebhookCall
from rollout.notices.webhooks import calls, services
from rollout.notices.webhooks.signing import secret_of
from rollout.pages.actions import Action, Sent
from rollout.pages.desk.page import desk
from rollout.pages.forms.reminding import SeenForm
from rollout.pages.forms.webhooks import WebhookForm
from rollout.pages.listing import paged
from rollout.pages.page import Page, SignedIn
from rollout.registers.catalogue import REGISTERS


@desk(of_province=True)
def webhook_list(request: SignedIn, day: Day, access: Access) -> Page:
    """All addresses, a form for another one, and the calls, the newest first."""
    now = timezone.now()
    sent = Sent(request)
    made: dict[str, Webhook] = {}
    actions = _actions(request, sent, made, now)
    status = 200
    if request.method == "POST":
        done = sent.carry_out(actions, here=reverse("rollout:webhooks"))
        if done and not made:
            return done
        status = 200 if made else 400
    found = paged(request, WebhookCall.objects.select_related("webhook"))
    context = {
        "registers": REGISTERS.values(),
        "place": "webhooks",
        "webhooks": Webhook.objects.select_related("made_by").filter(ended_at=None),
        "made": made.get("webhook"),
        "secret": secret_of(made["webhook"]) if made else "",
        "actions": {} if made else {"add": actions["add"]},
        "page": found,
        "rows": found,
        "waiting": WebhookCall.objects.waiting().count(),
        "change_set": uuid.uuid4(),
    }
    return "desk/webhooks.html", context, status


def _actions(
    request: SignedIn, sent: Sent, made: dict[str, Webhook], now: datetime
) -> dict[str, Action]:
    def add(given: dict[str, Any], change_set: ChangeSet) -> None:
        made["webhook"] = services.add(name=given["name"], url=given["url"], by=request.user)

    def webhook(given: dict[str, Any]) -> Webhook:
        return get_object_or_404(Webhook, pk=given["row"])

    return {
        "add": Action(sent.form("add", WebhookForm), add, _("Add an address")),
        "test": Action(
            sent.form("test", SeenForm),
            lambda given, change_set: services.test(webhook=webhook(given), at=now),
            answers_by_message=True,
        ),
        "end": Action(
            sent.form("end", SeenForm),
            lambda given, change_set: services.end(webhook=webhook(given), by=request.user, at=now),
            answers_by_message=True,
        ),
        "again": Action(
            sent.form("again", SeenForm),
            lambda given, change_set: calls.call_again(
                call=get_object_or_404(WebhookCall, pk=given["row"]), now=now
            ),
            answers_by_message=True,
        ),
    }
