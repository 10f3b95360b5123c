"""Other systems that are told of alerts, and the log of the calls."""

import uuid

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rollout.books import BOOKS
from rollout.forms.reminding import SeenForm
from rollout.forms.webhooks import WebhookForm
from rollout.models import Webhook, WebhookCall
from rollout.models.reminders import WAITING
from rollout.views.desk.page import desk
from rollout.views.listing import paged
from rollout.views.verbs import Sent, Verb
from rollout.webhooks import calls, keeping
from rollout.webhooks.signing import secret_of


@desk()
def webhook_list(request, day, access):
    """All addresses, a form for another one, and the calls, the newest first."""
    now = timezone.now()
    sent, made = Sent(request), {}
    verbs = _verbs(request, sent, made, now)
    status = 200
    if request.method == "POST":
        done = sent.carry_out(verbs, here=reverse("rollout:webhooks"))
        if done and not made:
            return done
        status = 200 if made else 400
    found = paged(request, WebhookCall.objects.select_related("webhook"))
    context = {
        "books": BOOKS.values(),
        "place": "webhooks",
        "webhooks": Webhook.objects.select_related("made_by").filter(ended_at=None),
        "made": made.get("webhook"),
        "secret": secret_of(made["webhook"]) if made else "",
        "verbs": {} if made else {"add": verbs["add"]},
        "page": found,
        "rows": found,
        "waiting": WebhookCall.objects.filter(WAITING).count(),
        "act": uuid.uuid4(),
    }
    return "desk/webhooks.html", context, status


def _verbs(request, sent: Sent, made: dict, now) -> dict[str, Verb]:
    def add(given, act):
        made["webhook"] = keeping.add(name=given["name"], url=given["url"], by=request.user)

    def webhook(given):
        return get_object_or_404(Webhook, pk=given["row"])

    return {
        "add": Verb(sent.form("add", WebhookForm), add, _("Add an address")),
        "test": Verb(
            sent.form("test", SeenForm),
            lambda given, act: keeping.test(webhook=webhook(given), at=now),
            answers_by_message=True,
        ),
        "end": Verb(
            sent.form("end", SeenForm),
            lambda given, act: keeping.end(webhook=webhook(given), by=request.user, at=now),
            answers_by_message=True,
        ),
        "again": Verb(
            sent.form("again", SeenForm),
            lambda given, act: calls.call_again(
                call=get_object_or_404(WebhookCall, pk=given["row"]), now=now
            ),
            answers_by_message=True,
        ),
    }
