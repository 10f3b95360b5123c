"""The ladder of reminders and the mail that goes out, for the Department."""

import uuid
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from facilities.models import User
from facilities.permissions import Access
from rollout.day import Day
from rollout.models import Alert, Audience, EscalationStep, HolderMessage, Message, Notice
from rollout.notices import outbox
from rollout.notices.escalation import RULES, Step, escalation_steps, set_steps
from rollout.notices.notices import due_notices
from rollout.pages.actions import Action, Sent
from rollout.pages.desk.page import desk
from rollout.pages.forms.escalation import StepsForm
from rollout.pages.forms.reminding import SeenForm
from rollout.pages.listing import paged
from rollout.pages.page import Page, SignedIn
from rollout.registers.catalogue import REGISTERS

Steps = dict[str, tuple[Step, ...]]

MOST_SHOWN = 30  # notices in a preview


@desk(of_province=True)
def reminders(request: SignedIn, day: Day, access: Access) -> Page:
    """Every rule with its steps; one of them to be changed, with what it would tell today."""
    asked = request.POST.get("rule") or request.GET.get("rule", "")
    steps = escalation_steps()
    sent = Sent(request)
    form: StepsForm | None = None
    preview, status = None, 200
    actions: dict[str, Action] = {}
    if asked in RULES:
        form = sent.form(sent.do or "set", StepsForm, initial={"rule": asked}, steps=steps[asked])
        here = f"{reverse('rollout:escalation')}?{urlencode({'rule': asked})}"
        if sent.do in ("preview", "test"):
            form.fields["because"].required = False
        action = Action(
            form,
            lambda given, change_set: set_steps(
                rule=given["rule"],
                steps=given["steps"],
                because=given["because"],
                by=request.user,
            ),
            gettext_lazy("Change the steps"),
        )
        test = Action(
            form,
            lambda given, change_set: outbox.trial_message(
                person=request.user,
                now=timezone.now(),
                rule=RULES[asked],
                notices=_told(steps, given, day.today),
            ),
            to=here,
            said=gettext_lazy("The test is on its way to your address."),
        )
        actions = {"set": action, "test": test}
    if request.method == "POST":
        if form and sent.do == "preview":
            preview = _preview(form, steps, day.today)
            status = 200 if preview else 400
        elif done := sent.carry_out(actions, here=reverse("rollout:escalation")):
            return done
        else:
            status = 400
    changed = set(EscalationStep.objects.known().values_list("rule", flat=True))
    context = {
        "registers": REGISTERS.values(),
        "place": "escalation",
        "lines": [
            {
                "code": code,
                "label": label,
                "changed": code in changed,
                "steps": [
                    (step, Audience(step.audience).label, step.severity) for step in steps[code]
                ],
            }
            for code, label in RULES.items()
        ],
        "severities": Alert.Severity.choices,
        "asked": asked if form else "",
        "asked_label": RULES.get(asked, ""),
        "form": form,
        "preview": preview,
        "now": _counted(due_notices(day.today)),
    }
    return "desk/escalation.html", context, status


def _preview(form: StepsForm, steps: Steps, on: date) -> dict | None:
    """What would be told today with these steps, and to whom; nothing is stored."""
    if not form.is_valid():
        return None
    everything = _tried(steps, form.cleaned_data, on)
    told = [n for n in everything if n.alert.rule == form.cleaned_data["rule"]]
    people = {
        pk: str(person) for pk, person in User.objects.in_bulk({n.person_id for n in told}).items()
    }
    return _counted(everything) | {
        "of_rule": len(told),
        "lines": [(people[notice.person_id], notice) for notice in told[:MOST_SHOWN]],
        "more": max(0, len(told) - MOST_SHOWN),
    }


def _told(steps: Steps, given: dict[str, Any], on: date) -> list[Notice]:
    """What the rule would tell with these steps, and nobody has been told yet."""
    return [n for n in _tried(steps, given, on) if n.alert.rule == given["rule"]]


def _tried(steps: Steps, given: dict[str, Any], on: date) -> list[Notice]:
    return due_notices(on, steps | {given["rule"]: tuple(given["steps"])})


def _counted(notices: list[Notice]) -> dict:
    return {"notices": len(notices), "people": len({notice.person_id for notice in notices})}


@desk(of_province=True)
def outbox_list(request: SignedIn, day: Day, access: Access) -> Page:
    """What waits, what is in doubt, what was given up; and what went out lately."""
    now = timezone.now()
    sent = Sent(request)
    actions = {
        "again": Action(
            sent.form("again", SeenForm),
            lambda given, change_set: outbox.send_again(
                message=get_object_or_404(Message, pk=given["row"]), now=now
            ),
            answers_by_message=True,
        )
    }
    status = 200
    if request.method == "POST":
        if done := sent.carry_out(actions, here=reverse("rollout:outbox")):
            return done
        status = 400
    doubtful = set(Message.objects.in_doubt(now).values_list("pk", flat=True))
    found = paged(request, Message.objects.select_related("person"))
    context = {
        "registers": REGISTERS.values(),
        "place": "outbox",
        "page": found,
        "rows": [{"message": one, "in_doubt": one.pk in doubtful} for one in found],
        "counts": {
            "waiting": Message.objects.waiting().count() - len(doubtful),
            "in_doubt": len(doubtful),
            "given_up": Message.objects.filter(given_up_at__isnull=False).count(),
        },
        "holders": {
            "sent": HolderMessage.objects.filter(sent_at__isnull=False).count(),
            "waiting": HolderMessage.objects.waiting().filter(begun_at=None).count(),
            "in_doubt": HolderMessage.objects.in_doubt(now).count(),
            "given_up": HolderMessage.objects.filter(given_up_at__isnull=False).count(),
        },
        "mails": settings.MAILS,
        "change_set": uuid.uuid4(),
    }
    return "desk/outbox.html", context, status
