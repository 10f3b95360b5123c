"""Directives: the list, one with all that was said about it, and the verbs of its readers."""

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from facilities.models import ChangeSet, Document, Record
from facilities.permissions import Access
from facilities.registers.entering import AlreadySent, begin
from rollout.day import Day
from rollout.figures.reader import programmes_in
from rollout.models import Directive, DirectiveDue, DirectiveEvent, Urging, WorkingSession
from rollout.pages.actions import Action, Sent, stored_paper, taking_back
from rollout.pages.forms.directives import (
    AnswerForm,
    CloseForm,
    IssueForm,
    MoveForm,
    ProgressForm,
    ReturnForm,
    UrgeDirectiveForm,
    WithdrawDirectiveForm,
)
from rollout.pages.forms.reporting import WithdrawForm
from rollout.pages.listing import paged, session_asked
from rollout.pages.page import Page, SignedIn, page, to_the_new
from rollout.programme.concerned import concerned
from rollout.programme.directives import DirectiveOnDay, directives, services
from rollout.programme.directives.choosing import chosen, given_at
from rollout.programme.directives.promises import VERDICTS, days_broken, verdict
from rollout.programme.obstacles.concerning import directives_of
from rollout.programme.provinces import programmes_at

SHOW = {
    "": pgettext_lazy("directives", "all"),
    "open": pgettext_lazy("directives", "open"),
    "late": pgettext_lazy("directives", "overdue"),
    "undated": pgettext_lazy("directives", "without a date"),
    "answered": pgettext_lazy("directives", "to be judged"),
    "closed": pgettext_lazy("directives", "closed"),
}

# Entries about a directive that are taken back one by one.
TAKEN_BACK: dict[str, type[Record]] = {
    "withdraw-event": DirectiveEvent,
    "withdraw-due": DirectiveDue,
    "withdraw-urging": Urging,
}


@page(lambda access: access.sees_directives, section="directives", by_area=True)
def directive_list(request: SignedIn, day: Day, access: Access) -> Page:
    seen = seen_directives(day, access)
    open_to = programmes_in(access.sessions_read, day)
    session = session_asked(request, "session", day, open_to)
    show = request.GET.get("show", "")
    show = show if show in SHOW and not session else ""
    shown = given_at(seen, session.pk) if session else chosen(seen, show, day.on)
    rows = [{"directive": found, "days_late": found.days_late(day.on)} for found in shown]
    return "programme/directive_list.html", {
        "rows": paged(request, rows),
        "show": show,
        "choices": SHOW,
        "given_at": session,
        "total": len(seen),
    }


def seen_directives(day: Day, access: Access) -> list[DirectiveOnDay]:
    """Those of the day that the reader may see."""
    about, own = _concerned(day, access), _own_sessions(day, access)
    return [
        found
        for found in looked_at(day)
        if found.session_id in own
        or access.sees_directive_of(found.agency_ids, about.get(found.id, ()))
    ]


def looked_at(day: Day) -> list[DirectiveOnDay]:
    """Those of the day and of the area asked for, whoever reads them."""
    if not day.area:
        return directives(day.on, day.known_at)
    return directives_of(day.as_of(), programmes_at(day.area_code, day.on, day.known_at))


def _own_sessions(day: Day, access: Access) -> frozenset[int]:
    """The sessions of the provinces that an area role is held for as a whole; others see all anyway."""
    open_to = programmes_in(access.sessions_read, day)
    if not open_to:
        return frozenset()
    rows = WorkingSession.objects.filter(programme__in=open_to)
    return frozenset(rows.values_list("pk", flat=True))


def _concerned(day: Day, access: Access) -> dict[int, set[int]]:
    """Asked only for whoever reads an area: others see all, or those of their agency."""
    if not access.is_of_an_area:
        return {}
    return concerned(day.of_places(access.programme))


@page(lambda access: access.issues_directives, section="directives", stored=False)
def directive_new(request: SignedIn, day: Day, access: Access) -> Page:
    session = session_asked(request, "session", day.now)
    form = IssueForm(
        request.POST or None,
        request.FILES or None,
        initial={
            "issued_on": session.held_on if session else day.today,
            "issued_by": session.chair if session else "",
            "session": session.pk if session else None,
        },
        auto_id="issue-%s",
    )
    if request.method != "POST":
        return "programme/directive_form.html", {"form": form}
    try:
        if form.is_valid():
            made = _issue(request, form.cleaned_data)
            messages.success(request, _("Saved."))
            return to_the_new(request, day, reverse("rollout:directive", args=[made.code]))
    except AlreadySent as error:
        messages.info(request, " ".join(error.messages))
        return HttpResponseRedirect(reverse("rollout:directive-list"))
    except ValidationError as error:
        form.refuse(error)
    return "programme/directive_form.html", {"form": form}, 400


@transaction.atomic
def _issue(request: SignedIn, given: dict) -> Directive:
    begin(kind=ChangeSet.Kind.FORM, by=request.user, change_set_id=given["change_set"])
    described = {name: given[name] for name in given if name not in ("change_set", "paper")}
    document = stored_paper(given, given["text_vi"], by=request.user)
    return services.issue(**described, document=document, by=request.user)


@page(lambda access: access.sees_directives, section="directives", stored=False)
def directive(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    found = next((d for d in directives(day.on, day.known_at) if d.code == code), None)
    if found is None:
        raise Http404
    is_own = found.session_id in _own_sessions(day, access)
    about = _concerned(day, access).get(found.id, ())
    if not is_own and not access.sees_directive_of(found.agency_ids, about):
        raise PermissionDenied
    actions: dict[str, Action] = {}
    status = 200
    if day.is_today or request.method == "POST":
        sent = Sent(request)
        actions = _actions(request, found, access, sent, day.today, is_own=is_own)
        if request.method == "POST":
            here = reverse("rollout:directive", args=[code])
            if done := sent.carry_out(actions, here=here):
                return done
            status = 400
    session = (
        WorkingSession.objects.filter(pk=found.session_id).first() if found.session_id else None
    )
    context = {
        "directive": found,
        "days_late": found.days_late(day.on),
        "session": session,
        "opens_session": is_own or access.sees_programme,
        "verdict": VERDICTS[verdict(found, day.on)],
        "past": 0 if found.closed_on else days_broken(found, day.on),
        "entries": _entries(found, day),
        "actions": {do: action for do, action in actions.items() if do not in TAKEN_BACK},
        "may_take_back": "withdraw-event" in actions,
        "change_set": uuid.uuid4(),
    }
    return "programme/directive.html", context, status


def _entries(found: DirectiveOnDay, day: Day) -> list[dict]:
    """Everything that was said about it, in one line of time: events, moves, urgings."""
    urgings = (
        Urging.objects.known(day.known_at)
        .filter(directive_id=found.id, happened_on__lte=day.on)
        .select_related("agency", "document", "recorded_by")
    )
    rows = [
        *({"on": e.happened_on, "kind": "event", "entry": e} for e in found.events),
        *({"on": m.effective_from, "kind": "due", "entry": m} for m in found.moved),
        *({"on": u.happened_on, "kind": "urging", "entry": u} for u in urgings),
    ]
    return sorted(rows, key=lambda row: (row["on"], row["entry"].recorded_at, row["entry"].pk))


def _actions(
    request: SignedIn,
    found: DirectiveOnDay,
    access: Access,
    sent: Sent,
    today: date,
    *,
    is_own: bool,
) -> dict[str, Action]:
    """What this reader may do with it as it stands. `is_own`: it was given at a session of their province."""
    row = Directive.objects.get(pk=found.id)
    by, today_first = request.user, {"happened_on": today}
    own = [agency for agency in found.agencies if access.answers_for({agency.pk})]
    actions: dict[str, Action] = {}

    def paper(given: dict[str, Any]) -> Document | None:
        return stored_paper(given, f"{found.code}: {found.text_vi}", by=by)

    if own and not found.closed_on:
        actions["answer"] = Action(
            sent.form("answer", AnswerForm, agencies=own, initial=today_first),
            lambda given, change_set: services.answer(
                directive=row, by=by, document=paper(given), **_named(given)
            ),
            gettext_lazy("Answer with evidence"),
        )
        actions["progress"] = Action(
            sent.form("progress", ProgressForm, agencies=own, initial=today_first),
            lambda given, change_set: services.note_progress(
                directive=row, by=by, document=paper(given), **_named(given)
            ),
            gettext_lazy("Note progress"),
        )
    if not access.issues_directives and not is_own:
        return actions
    if not found.closed_on:
        actions["close"] = Action(
            sent.form("close", CloseForm, initial=today_first),
            lambda given, change_set: services.close(
                directive=row, by=by, document=paper(given), **_named(given)
            ),
            gettext_lazy("Mark as completed"),
        )
        answered = {event.agency_id for event in found.standing_answers}
        if answered:
            judged = [agency for agency in found.agencies if agency.pk in answered]
            actions["return"] = Action(
                sent.form("return", ReturnForm, agencies=judged, initial=today_first),
                lambda given, change_set: services.return_answer(
                    directive=row, by=by, **_named(given)
                ),
                gettext_lazy("Return an answer"),
            )
        actions["urge"] = Action(
            sent.form("urge", UrgeDirectiveForm, agencies=found.agencies, initial=today_first),
            lambda given, change_set: services.urge(
                directive=row, by=by, document=paper(given), **_named(given)
            ),
            gettext_lazy("Record a follow-up"),
        )
        actions["move"] = Action(
            sent.form("move", MoveForm, initial={"on": today, "due_on": found.due_on}),
            lambda given, change_set: services.move(directive=row, by=by, **_named(given)),
            gettext_lazy("Move its day"),
        )
    actions["withdraw"] = Action(
        sent.form("withdraw", WithdrawDirectiveForm),
        lambda given, change_set: services.withdraw_directive(
            directive=row, because=given["because"], by=by
        ),
        gettext_lazy("Withdraw the directive"),
        to=reverse("rollout:directive-list"),
    )
    for do, model in TAKEN_BACK.items():
        actions[do] = Action(
            sent.form(do, WithdrawForm),
            taking_back(model, by=by, directive=row),
            answers_by_message=True,
        )
    return actions


def _named(given: dict) -> dict:
    return {name: value for name, value in given.items() if name not in ("change_set", "paper")}
