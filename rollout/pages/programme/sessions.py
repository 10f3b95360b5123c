"""Working sessions: planned and held, with the agenda from the registers and what came of them."""

import uuid
from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.areas import in_area
from facilities.as_of import AsOf
from facilities.models import ChangeSet, Record
from facilities.permissions import Access, is_in
from facilities.registers.entering import AlreadySent, begin
from rollout.day import Day
from rollout.figures.cached import cached_progress
from rollout.figures.measures import MEASURES
from rollout.figures.reader import names_of_programmes, programmes_in, sessions_for, steered
from rollout.meetings.agenda import agenda
from rollout.models import (
    AgendaItem,
    Obstacle,
    Programme,
    PublishedBrief,
    SessionConclusion,
    WorkingSession,
)
from rollout.pages.actions import Action, Sent, taking_back
from rollout.pages.forms.reporting import WithdrawForm
from rollout.pages.forms.sessions import (
    ChangeSessionForm,
    ConcludeForm,
    ItemForm,
    OrderForm,
    PlanForm,
    WithdrawSessionForm,
)
from rollout.pages.listing import paged
from rollout.pages.page import Page, SignedIn, page, to_the_new
from rollout.pages.programme.cells import changes
from rollout.programme.directives.promises import VERDICTS, carried_over, verdict
from rollout.programme.obstacles.concerning import directives_of
from rollout.programme.obstacles.solutions import of_session, solutions
from rollout.programme.provinces import province_of_session
from rollout.programme.sessions import services
from rollout.publishing.brief.document import compared_with
from rollout.registers.cells import put, take_back

REGISTER = "sessions"

TAKEN_BACK: dict[str, type[Record]] = {
    "withdraw-item": AgendaItem,
    "withdraw-conclusion": SessionConclusion,
}


@page(lambda access: access.opens_sessions, section="sessions")
def session_list(request: SignedIn, day: Day, access: Access) -> Page:
    """Those planned, nearest first; those held by the day, newest first."""
    known = sessions_for(day, access).annotate(
        raised=Count("obstacles", filter=Q(obstacles__withdrawn_at=None), distinct=True),
        ordered=Count("directives", filter=Q(directives__withdrawn_at=None), distinct=True),
    )
    planned = known.filter(held_on__gt=day.on).order_by("held_on", "pk") if day.is_today else []
    held = known.filter(held_on__lte=day.on).order_by("-held_on", "-pk")
    return "programme/session_list.html", {
        "planned": planned,
        "rows": paged(request, held),
        "provinces": _provinces_told(day),
        "by_area": bool(day.area) and len(steered(day)) > 1,
    }


def _provinces_told(day: Day) -> dict[int, str]:
    """By programme, the name of its province on the day; empty where there is one alone to look at."""
    provinces = steered(day) if not day.area else ()
    return (
        {pk: one.name for one in provinces for pk in one.programmes} if len(provinces) > 1 else {}
    )


def _provinces_kept(day: Day, access: Access) -> dict[int, str]:
    """Those whose sessions the reader plans, by the programme that stands for each."""
    kept = programmes_in(access.sessions_kept, day)
    named = names_of_programmes(steered(day.now))
    return named if kept is None else {pk: name for pk, name in named.items() if pk in kept}


@page(lambda access: access.keeps_sessions, section="sessions", stored=False)
def session_new(request: SignedIn, day: Day, access: Access) -> Page:
    provinces = _provinces_kept(day, access)
    form = PlanForm(
        request.POST or None,
        initial={"held_on": day.today},
        auto_id="plan-%s",
        provinces=provinces,
    )
    if request.method != "POST":
        return "programme/session_form.html", {"form": form}
    try:
        if form.is_valid():
            with transaction.atomic():
                change_set = begin(
                    kind=ChangeSet.Kind.FORM,
                    by=request.user,
                    change_set_id=form.cleaned_data["change_set"],
                )
                made = put(
                    REGISTER,
                    None,
                    _of_only(provinces) | form.described,
                    change_set=change_set,
                    on=day.today,
                )
            messages.success(request, _("Saved."))
            return to_the_new(request, day, reverse("rollout:session", args=[made.pk]))
    except AlreadySent as error:
        messages.info(request, " ".join(error.messages))
        return HttpResponseRedirect(reverse("rollout:session-list"))
    except ValidationError as error:
        form.refuse(error)
    return "programme/session_form.html", {"form": form}, 400


def _of_only(provinces: dict[int, str]) -> dict[str, Programme]:
    """Whoever keeps the sessions of one province plans them for it."""
    if len(provinces) != 1:
        return {}
    return {"programme": Programme.objects.get(pk=next(iter(provinces)))}


@page(lambda access: access.opens_sessions, section="sessions", stored=False)
def session(request: SignedIn, day: Day, access: Access, pk: int) -> Page:
    row = get_object_or_404(sessions_for(day.whole, access), pk=pk)
    actions: dict[str, Action] = {}
    status = 200
    if day.is_today or request.method == "POST":
        sent = Sent(request)
        actions = _actions(request, row, access, sent, day)
        if request.method == "POST":
            if done := sent.carry_out(actions, here=reverse("rollout:session", args=[pk])):
                return done
            status = 400
    context = _told(row, day) | {
        "actions": {do: action for do, action in actions.items() if do not in TAKEN_BACK},
        "may_take_back": "withdraw-item" in actions,
        "change_set": uuid.uuid4(),
    }
    return "programme/session.html", context, status


def _told(row: WorkingSession, day: Day) -> dict:
    """What the page says, whoever reads it: before the session as of today, later as of its day."""
    held = row.held_on <= day.on
    since, _known = compared_with(row, day.known_at)
    drawn_on = min(row.held_on, day.on)
    province = province_of_session(row, day.on, day.known_at)
    area = province.code if province else ""
    programmes = province.programmes if province else frozenset()
    found = directives_of(in_area(AsOf(day.on, day.known_at), area), programmes)
    return {
        "of_province": province,
        "drawn_on": drawn_on,
        "session": row,
        "held": held,
        "since": since,
        "agenda": agenda(row, in_area(AsOf(drawn_on, day.known_at), area), programmes),
        "changes": _changes(day, drawn_on, since, area),
        "promises": [
            {
                "directive": one,
                "verdict": verdict(one, day.on),
                "label": VERDICTS[verdict(one, day.on)],
            }
            for one in carried_over(found, row.held_on)
        ],
        "born": [
            {"directive": one, "days_late": one.days_late(day.on)}
            for one in sorted(found, key=lambda d: d.code)
            if one.session_id == row.pk
        ],
        "raised": Obstacle.objects.known(day.known_at).filter(session=row).order_by("code"),
        "solutions": of_session(
            solutions(day.as_of()),
            row.pk,
            Obstacle.objects.known(day.known_at).filter(session=row).values_list("pk", flat=True),
        ),
        "conclusion": SessionConclusion.objects.known(day.known_at).filter(session=row).first(),
        "briefs": PublishedBrief.objects.filter(session=row).select_related("published_by"),
        "edits": changes(REGISTER, row, day),
    }


def _changes(day: Day, on: date, since: date | None, area: str) -> list[dict]:
    """Old to new of the measures that moved since the session before; computed on both days."""
    if since is None:
        return []
    before = cached_progress(since, known_at=day.known_at, area=area)
    now = cached_progress(on, known_at=day.known_at, area=area)
    pairs = [(m, before.measure(m.code), now.measure(m.code)) for m in MEASURES]
    return [{"measure": m, "old": old, "new": new} for m, old, new in pairs if old.told != new.told]


def _actions(
    request: SignedIn, row: WorkingSession, access: Access, sent: Sent, day: Day
) -> dict[str, Action]:
    by = request.user
    actions: dict[str, Action] = {}
    held = row.held_on <= day.today
    if held and is_in(row.programme_id, programmes_in(access.sessions_read, day)):
        actions["order"] = Action(
            sent.form("order", OrderForm),
            lambda given, change_set: services.order(session=row, by=by, **_named(given)),
            gettext_lazy("Give a directive on the spot"),
        )
    if not is_in(row.programme_id, programmes_in(access.sessions_kept, day)):
        return actions
    if held and not SessionConclusion.objects.known().filter(session=row).exists():
        actions["conclude"] = Action(
            sent.form("conclude", ConcludeForm),
            lambda given, change_set: services.conclude(session=row, by=by, **_named(given)),
            gettext_lazy("Record the conclusion"),
        )
    actions["item"] = Action(
        sent.form("item", ItemForm),
        lambda given, change_set: services.add_item(session=row, by=by, **_named(given)),
        gettext_lazy("Put something on the agenda"),
    )
    change = sent.form(
        "change",
        ChangeSessionForm,
        initial={name: getattr(row, name) for name in PlanForm.base_fields if name != "change_set"},
        provinces=_provinces_kept(day, access),
    )
    actions["change"] = Action(
        change,
        lambda given, change_set: put(
            REGISTER, row, change.described, change_set=change_set, on=day.today
        ),
        gettext_lazy("Change what describes it"),
    )
    actions["withdraw"] = Action(
        sent.form("withdraw", WithdrawSessionForm),
        lambda given, change_set: take_back(REGISTER, row, change_set=change_set, on=day.today),
        gettext_lazy("Withdraw the session"),
        to=reverse("rollout:session-list"),
    )
    for do, model in TAKEN_BACK.items():
        actions[do] = Action(
            sent.form(do, WithdrawForm),
            taking_back(model, by=by, session=row),
            answers_by_message=True,
        )
    return actions


def _named(given: dict) -> dict:
    return {name: value for name, value in given.items() if name != "change_set"}
