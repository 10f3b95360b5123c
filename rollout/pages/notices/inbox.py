"""What a person was told, what they do about it, and how they are written to."""

import uuid
from datetime import date
from typing import Any

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from facilities.models import ChangeSet
from facilities.permissions import Access
from facilities.working_days import working_days
from rollout.day import Day
from rollout.models import Alert, AlertResponse, FeedAddress, Message, PostBox
from rollout.notices import outbox, responses
from rollout.notices.escalation import RULES
from rollout.notices.feeds import addresses
from rollout.notices.inbox import by_rule, of_the_same_thing, solved, standing
from rollout.pages.actions import Action, Sent
from rollout.pages.forms.reminding import BoxForm, FeedForm, PutOffForm, SeenForm, said
from rollout.pages.forms.reporting import OnceForm
from rollout.pages.listing import paged
from rollout.pages.page import Page, SignedIn, page

FEEDS: dict[str, str] = {
    FeedAddress.Kind.CALENDAR: "calendar-feed",
    FeedAddress.Kind.NEWS: "news-feed",
}


@page(lambda access: access.sees_summary, section="inbox", stored=False)
def inbox(request: SignedIn, day: Day, access: Access) -> Page:
    person = request.user
    sent = Sent(request)
    made: dict[str, str] = {}
    actions = _actions(request, sent, made, day.today)
    status = 200
    if request.method == "POST":
        done = sent.carry_out(actions, here=reverse("rollout:inbox"))
        if done and made:
            address = reverse(made["name"], args=[made["secret"]])
            return "notices/feed_secret.html", {"address": request.build_absolute_uri(address)}
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
        for one in AlertResponse.objects.filter(alert__in=[one.alert.pk for one in found])
        .select_related("by")
        .order_by("pk")
    }
    open_causes = {(one.alert.rule, one.alert.subject, one.alert.due_on) for one in everything}
    put_off = actions["put-off"].form if status == 400 and sent.do == "put-off" else None
    refused = put_off if isinstance(put_off, PutOffForm) else None
    context = {
        "page": found,
        "rows": [
            {
                "told": one,
                "notice": one.notice,
                "seen_to": handled.get((one.alert.pk, AlertResponse.Kind.ACKNOWLEDGED)),
                "put_off": handled.get((one.alert.pk, AlertResponse.Kind.SNOOZED)),
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
        "actions": {"box": actions["box"]},
        "feed": actions["feed"],
        "feeds": [
            (one, said(one) if one.role else "") for one in addresses.standing(person, day.today)
        ],
        "change_set": uuid.uuid4(),
        "today": day.today,
        "mails": settings.MAILS,
        "last_mail": Message.objects.filter(person=person).first(),
    }
    return "notices/inbox.html", context, status


def _actions(request: SignedIn, sent: Sent, made: dict[str, str], today: date) -> dict[str, Action]:
    person = request.user
    box = PostBox.objects.filter(person=person).first() or PostBox(person=person)
    names = ("by_mail", "digest_hour", "quiet_from", "quiet_until", "ceiling")

    def told(given: dict[str, Any]) -> Alert:
        """Only what this person was told can be handled by them."""
        alert = Alert.objects.filter(pk=given["row"], notices__person=person).first()
        if alert is None:
            raise Http404
        return alert

    def store_box(given: dict[str, Any], change_set: ChangeSet) -> None:
        PostBox.objects.update_or_create(
            person=person, defaults={name: given[name] for name in names}
        )
        person.email = given["email"]
        person.save(update_fields=["email"])

    def give_address(given: dict[str, Any], change_set: ChangeSet) -> None:
        address, made["secret"] = addresses.issue(
            person=person, kind=given["kind"], language=given["language"], of=given["of"]
        )
        made["name"] = FEEDS[address.kind]

    return {
        "feed": Action(
            sent.form(
                "feed",
                FeedForm,
                initial={"language": person.language},
                held=addresses.held(person, today),
            ),
            give_address,
            gettext_lazy("A new address to subscribe to"),
        ),
        "revoke-feed": Action(
            sent.form("revoke-feed", SeenForm),
            lambda given, change_set: addresses.revoke(
                address=get_object_or_404(addresses.standing(person, today), pk=given["row"])
            ),
            answers_by_message=True,
        ),
        "seen": Action(
            sent.form("seen", SeenForm),
            lambda given, change_set: [
                responses.acknowledge(alert=alert, by=person)
                for alert in of_the_same_thing(told(given), person)
            ],
            answers_by_message=True,
        ),
        "put-off": Action(
            sent.form("put-off", PutOffForm),
            lambda given, change_set: [
                responses.put_off(
                    alert=alert, until=given["until"], because=given["because"], by=person
                )
                for alert in of_the_same_thing(told(given), person)
            ],
        ),
        "read": Action(
            sent.form("read", OnceForm),
            lambda given, change_set: responses.read(by=person),
            answers_by_message=True,
        ),
        "test": Action(
            sent.form("test", OnceForm),
            lambda given, change_set: outbox.trial_message(person=person, now=timezone.now()),
            answers_by_message=True,
        ),
        "box": Action(
            sent.form(
                "box",
                BoxForm,
                initial={"email": person.email} | {name: getattr(box, name) for name in names},
            ),
            store_box,
            gettext_lazy("How I am written to"),
        ),
    }
