"""What a person was told, what they do about it, and how they are written to."""

import uuid
from datetime import date

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from facilities.working_days import working_days
from rollout.feeds import addresses
from rollout.forms.reminding import BoxForm, FeedForm, PutOffForm, SeenForm, said
from rollout.forms.reporting import OnceForm
from rollout.models import Alert, FeedAddress, Handling, Message, PostBox
from rollout.reminding import handling, outbox
from rollout.reminding.inbox import by_rule, solved, standing
from rollout.reminding.ladder import RULES
from rollout.views.listing import paged
from rollout.views.page import page
from rollout.views.verbs import Sent, Verb

FEEDS = {FeedAddress.Kind.CALENDAR: "calendar-feed", FeedAddress.Kind.NEWS: "news-feed"}


@page(lambda access: access.sees_summary, section="inbox", stored=False)
def inbox(request, day, access):
    person = request.user
    sent = Sent(request)
    made: dict[str, str] = {}
    verbs = _verbs(request, sent, made, day.today)
    status = 200
    if request.method == "POST":
        done = sent.carry_out(verbs, here=reverse("rollout:inbox"))
        if done and made:
            address = reverse(made["name"], args=[made["secret"]])
            return "rollout/feed_secret.html", {"address": request.build_absolute_uri(address)}
        if done:
            return done
        status = 400
    everything = standing(person, day.today, working_days())
    rules = by_rule(everything)
    show = request.GET.get("show", "")
    show = show if show in dict(rules) else ""
    found = paged(request, [one for one in everything if show in ("", one.alert.rule)])
    handled = {
        (one.alert_id, one.kind): one
        for one in Handling.objects.filter(alert__in=[one.alert.pk for one in found])
        .select_related("by")
        .order_by("pk")
    }
    open_causes = {(one.alert.rule, one.alert.subject, one.alert.due_on) for one in everything}
    refused = verbs["put-off"].form if status == 400 and sent.do == "put-off" else None
    context = {
        "page": found,
        "rows": [
            {
                "told": one,
                "notice": one.notice,
                "seen_to": handled.get((one.alert.pk, Handling.Kind.ACKNOWLEDGED)),
                "put_off": handled.get((one.alert.pk, Handling.Kind.SNOOZED)),
                "refused": refused if refused and refused.is_about(one.alert.pk) else None,
            }
            for one in found
        ],
        "solved": [
            notice
            for notice in solved(person)
            if (notice.alert.rule, notice.alert.subject, notice.alert.due_on) not in open_causes
        ],
        "show": show,
        "rules": [("", gettext_lazy("all"), len(everything))]
        + [(rule, RULES.get(rule, rule), count) for rule, count in rules],
        "verbs": {"box": verbs["box"]},
        "feed": verbs["feed"],
        "feeds": [
            (one, said(one) if one.role else "") for one in addresses.standing(person, day.today)
        ],
        "act": uuid.uuid4(),
        "today": day.today,
        "mails": settings.MAILS,
        "last_mail": Message.objects.filter(person=person).first(),
    }
    return "rollout/inbox.html", context, status


def _verbs(request, sent: Sent, made: dict[str, str], today: date) -> dict[str, Verb]:
    person = request.user
    box = PostBox.objects.filter(person=person).first() or PostBox(person=person)
    names = ("by_mail", "digest_hour", "quiet_from", "quiet_until", "ceiling")

    def told(given) -> Alert:
        """Only what this person was told can be handled by them."""
        alert = Alert.objects.filter(pk=given["row"], notices__person=person).first()
        if alert is None:
            raise Http404
        return alert

    def store_box(given, act):
        PostBox.objects.update_or_create(
            person=person, defaults={name: given[name] for name in names}
        )
        person.email = given["email"]
        person.save(update_fields=["email"])

    def give_address(given, act):
        address, made["secret"] = addresses.issue(
            person=person, kind=given["kind"], language=given["language"], of=given["of"]
        )
        made["name"] = FEEDS[address.kind]

    return {
        "feed": Verb(
            sent.form(
                "feed",
                FeedForm,
                initial={"language": person.language},
                held=addresses.held(person, today),
            ),
            give_address,
            gettext_lazy("A new address to subscribe to"),
        ),
        "revoke-feed": Verb(
            sent.form("revoke-feed", SeenForm),
            lambda given, act: addresses.revoke(
                address=get_object_or_404(addresses.standing(person, today), pk=given["row"])
            ),
            answers_by_message=True,
        ),
        "seen": Verb(
            sent.form("seen", SeenForm),
            lambda given, act: handling.acknowledge(alert=told(given), by=person),
            answers_by_message=True,
        ),
        "put-off": Verb(
            sent.form("put-off", PutOffForm),
            lambda given, act: handling.put_off(
                alert=told(given), until=given["until"], because=given["because"], by=person
            ),
        ),
        "read": Verb(
            sent.form("read", OnceForm),
            lambda given, act: handling.read(by=person),
            answers_by_message=True,
        ),
        "test": Verb(
            sent.form("test", OnceForm),
            lambda given, act: outbox.trial_message(person=person, now=timezone.now()),
            answers_by_message=True,
        ),
        "box": Verb(
            sent.form(
                "box",
                BoxForm,
                initial={"email": person.email} | {name: getattr(box, name) for name in names},
            ),
            store_box,
            gettext_lazy("How I am written to"),
        ),
    }
