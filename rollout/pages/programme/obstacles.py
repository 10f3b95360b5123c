"""Obstacles: what each costs, whom it holds, and who is waiting on whom."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from facilities import clock
from facilities.as_of import AsOf
from facilities.models import ChangeSet, Document, Facility
from facilities.papers import store_paper
from facilities.permissions import Access
from facilities.registers.entering import AlreadySent, begin
from facilities.services import withdraw
from rollout.day import Day
from rollout.figures.reader import programmes_in
from rollout.models import (
    Milestone,
    Obstacle,
    ObstacleCleared,
    ObstacleHold,
    Solution,
    SolutionOutcome,
    Urging,
    WorkingSession,
)
from rollout.pages.forms.obstacles import (
    ChangeForm,
    ClearForm,
    EndHoldForm,
    HoldForm,
    ProposeForm,
    RaiseForm,
    SettleForm,
    UrgeForm,
    WithdrawObstacleForm,
    first_values,
)
from rollout.pages.forms.reporting import OnceForm, WithdrawForm
from rollout.pages.listing import session_asked
from rollout.pages.page import (
    Page,
    SignedIn,
    of_the_province,
    outside_the_area,
    page,
    to_the_new,
)
from rollout.pages.programme.cells import changes
from rollout.programme.obstacles import obstacles, services
from rollout.programme.obstacles.choosing import raised_at, seen_in, standing
from rollout.programme.obstacles.costs import costs
from rollout.programme.obstacles.reading import ObstacleOnDay, days_since
from rollout.programme.obstacles.solutions import (
    of_obstacle,
    propose,
    settle,
    solutions,
    withdraw_solution,
)
from rollout.programme.obstacles.waiting import awaited
from rollout.registers.cells import put, take_back

ROWS_A_PAGE = 100
MOST_LOSING = 40  # facilities whose lost days stand on the page; of more, the others together
REGISTER = "obstacles"

# What a reader may narrow the list to.
SHOW = {"": pgettext_lazy("obstacles", "all"), "open": pgettext_lazy("obstacles", "open")}

# Entries about an obstacle that are taken back one by one.
WITHDRAWN = {
    "withdraw-hold": ObstacleHold,
    "withdraw-clearing": ObstacleCleared,
    "withdraw-urging": Urging,
    "withdraw-solution": Solution,
    "withdraw-outcome": SolutionOutcome,
}


@page(lambda access: access.opens_programme, section="obstacles", by_area=True)
def obstacle_list(request: SignedIn, day: Day, access: Access) -> Page:
    """All of them with what they cost; or those open, or those raised at a session."""
    as_of = day.of_places(access.programme)
    found = seen_in(as_of)
    session = session_asked(request, "raised", day, programmes_in(access.sessions_read, day))
    show = request.GET.get("show", "")
    show = show if show in SHOW and not session else ""
    if session:
        shown = raised_at(found, session.pk, request.GET.get("by", ""))
    else:
        shown = standing(found) if show else found
    total = None if session or show else costs(found, day.on)
    places = as_of.so_far(day.on)
    losing = total.by_facility if total else []
    most = len(losing) if request.GET.get("facilities") == "all" else MOST_LOSING
    return "programme/obstacle_list.html", {
        "rows": Paginator(shown, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "costs": total,
        "of_facilities": [(places.get(pk), lost) for pk, lost in losing[:most]],
        "others": len(losing[most:]),
        "others_lost": sum(lost for _pk, lost in losing[most:]),
        "total": len(found),
        "facility_days": sum(one.facility_days for one in shown),
        "raised": session,
        "show": show,
        "choices": SHOW,
    }


def seen_obstacles(day: Day, access: Access) -> list[ObstacleOnDay]:
    """Those of the day that the reader may see."""
    return seen_in(day.of_places(access.programme))


@page(lambda access: access.sees_programme, section="obstacles", by_area=True)
def waiting(request: SignedIn, day: Day, access: Access) -> Page:
    as_of = day.as_of()
    facilities = as_of.so_far(as_of.until)
    groups = [
        {
            "awaited": found,
            "days": days_since(found.since, day.on),
            "things": [
                {
                    "thing": thing,
                    "days": thing.days(day.on),
                    "days_late": thing.days_late(day.on),
                    "facilities": [facilities[pk] for pk in thing.facility_ids if pk in facilities],
                }
                for thing in found.things
            ],
        }
        for found in awaited(as_of)
    ]
    return "programme/waiting.html", {"groups": groups}


@page(lambda access: access.keeps_programme, section="obstacles", stored=False)
def obstacle_new(request: SignedIn, day: Day, access: Access) -> Page:
    form = RaiseForm(
        request.POST or None,
        request.FILES or None,
        initial={"raised_on": day.today},
        auto_id="raise-%s",
    )
    if request.method != "POST":
        return "programme/obstacle_form.html", {"form": form}
    try:
        if form.is_valid():
            made = _raise(request, form, day)
            messages.success(request, _("Saved."))
            return to_the_new(request, day, reverse("rollout:obstacle", args=[made.code]))
    except AlreadySent as error:
        messages.info(request, " ".join(error.messages))
        return HttpResponseRedirect(reverse("rollout:obstacle-list"))
    except ValidationError as error:
        form.refuse(error)
    return "programme/obstacle_form.html", {"form": form}, 400


@transaction.atomic
def _raise(request: SignedIn, form: RaiseForm, day: Day) -> Obstacle:
    given = form.cleaned_data
    change_set = begin(kind=ChangeSet.Kind.FORM, by=request.user, change_set_id=given["change_set"])
    made: Obstacle = put(
        REGISTER,
        None,
        {name: given[name] for name in ("code", "raised_on", "source")} | form.described,
        change_set=change_set,
        on=day.today,
        document=_paper(request, given, given["name_vi"]),
    )
    return made


@page(lambda access: access.sees_directives, section="obstacles", stored=False)
def obstacle(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    """Read where the programme is read, and by the agency that is named to clear it."""
    named = not access.opens_programme
    as_of = day.as_of() if named else day.of_places(access.programme)
    found = next((o for o in obstacles(as_of) if o.code == code), None)
    if found is None:
        raise Http404
    if named and found.agency_id not in access.agency_ids:
        raise PermissionDenied
    if not (found.holds or named or access.sees_programme):
        raise PermissionDenied(outside_the_area())
    if request.method == "POST" and not access.keeps_programme:
        raise PermissionDenied(of_the_province() if access.is_of_an_area else "")
    row = Obstacle.objects.select_related("agency", "session", "document").get(pk=found.id)
    context = _told(found, row, as_of, day)
    status = 200
    if access.keeps_programme and (day.is_today or request.method == "POST"):
        names = {place.id: place for place in as_of.on(day.on)}
        context |= {"forms": _forms(request, row, names, day), "change_set": uuid.uuid4()}
        if request.method == "POST":
            if to := _written(request, row, context["forms"]):
                return HttpResponseRedirect(to)
            status = 400
    return "programme/obstacle.html", context, status


def _told(found: ObstacleOnDay, row: Obstacle, as_of: AsOf, day: Day) -> dict:
    """What the page says on the day, whoever reads it."""
    facilities = as_of.so_far(as_of.until)
    holds = [
        {
            "facility": facilities.get(hold.facility_id),
            "label": Milestone(hold.milestone).label,
            "hold": hold,
            "days": hold.days(day.on),
        }
        for hold in sorted(found.holds, key=lambda one: (one.until is not None, -one.days(day.on)))
    ]
    urgings = Urging.objects.known(day.known_at).filter(obstacle=row, happened_on__lte=day.on)
    clearings = ObstacleCleared.objects.known(day.known_at)
    return {
        "obstacle": found,
        "row": row,
        "session": WorkingSession.objects.filter(pk=found.session_id).first()
        if found.session_id
        else None,
        "solutions": of_obstacle(solutions(as_of), found.id, found.session_id),
        "holds": holds,
        "held": len(found.facility_ids),
        "held_assumed": len(found.assumed_facility_ids),
        "clearing": clearings.filter(obstacle=row, cleared_on__lte=day.on)
        .select_related("document")
        .first(),
        "urgings": urgings.select_related("agency", "document").order_by("happened_on", "pk"),
        "changes": changes(REGISTER, row, day),
    }


def _forms(request: SignedIn, row: Obstacle, names: dict, day: Day) -> dict:
    """The verbs' forms; the one that was sent holds what was typed."""
    sent = request.POST.get("do") if request.method == "POST" else None
    first = first_values(row, day.today)
    standing = list(ObstacleHold.objects.known().filter(obstacle=row).order_by("happened_on", "pk"))
    choices = [
        (
            held.pk,
            f"{names[held.facility_id].name if held.facility_id in names else held.facility_id}"
            f": {held.get_milestone_display()}",
        )
        for held in standing
    ]
    unsettled = [
        (one.pk, Truncator(one.text).chars(80))
        for one in Solution.objects.known()
        .filter(obstacle=row)
        .exclude(outcomes__in=SolutionOutcome.objects.known())
    ]
    in_rollout = [place for place in names.values() if place.in_rollout]

    def made(code: str, form: type[OnceForm], **options: Any) -> OnceForm:
        data, files = (request.POST, request.FILES) if code == sent else (None, None)
        return form(data, files, initial=first[code], auto_id=f"{code}-%s", **options)

    return {
        "change": made("change", ChangeForm),
        "hold": made("hold", HoldForm, facilities=in_rollout),
        "end": made("end", EndHoldForm, rows=choices),
        "clear": made("clear", ClearForm),
        "urge": made("urge", UrgeForm),
        "propose": made("propose", ProposeForm, facilities=in_rollout),
        "settle": made("settle", SettleForm, rows=unsettled),
        "unsettled": unsettled,
        "withdraw": made("withdraw", WithdrawObstacleForm),
        "standing": list(zip(standing, (name for _pk, name in choices), strict=True)),
    }


def _written(request: SignedIn, row: Obstacle, forms: dict) -> str:
    """Store what was sent. The address to go on to; empty when a form has to be shown again."""
    do = request.POST.get("do", "")
    if do not in WRITERS and do not in WITHDRAWN:
        raise Http404
    form = WithdrawForm(request.POST) if do in WITHDRAWN else forms[do]
    here = reverse("rollout:obstacle", args=[row.code])
    try:
        if form.is_valid():
            _write(request, row, do, form.cleaned_data, form)
            messages.success(request, _("Saved."))
            return reverse("rollout:obstacle-list") if do == "withdraw" else here
    except AlreadySent as error:
        messages.info(request, " ".join(error.messages))
        return here
    except ValidationError as error:
        form.refuse(error)
    if do in WITHDRAWN:
        for problems in form.errors.values():
            messages.error(request, " ".join(map(str, problems)))
    return ""


@transaction.atomic
def _write(
    request: SignedIn, row: Obstacle, do: str, given: dict[str, Any], form: OnceForm
) -> None:
    change_set = begin(
        kind=ChangeSet.Kind.FORM,
        by=request.user,
        change_set_id=given["change_set"],
        because=given.get("because") or given.get("source", ""),
    )
    if model := WITHDRAWN.get(do):
        about = {"solution__obstacle": row} if model is SolutionOutcome else {"obstacle": row}
        fact = get_object_or_404(model, pk=given["row"], **about)
        if isinstance(fact, Solution):
            withdraw_solution(solution=fact, because=given["because"], by=request.user)
            return
        withdraw(fact=fact, because=given["because"], by=request.user)
        return
    WRITERS[do](request, row, given, form, change_set)


def _change(
    request: SignedIn, row: Obstacle, given: dict[str, Any], form: Any, change_set: ChangeSet
) -> None:
    put(REGISTER, row, form.described, change_set=change_set, on=clock.today())


def _hold(
    request: SignedIn, row: Obstacle, given: dict[str, Any], form: Any, change_set: ChangeSet
) -> None:
    services.hold(
        obstacle=row,
        facilities=Facility.objects.filter(pk__in=given["facilities"]).order_by("code"),
        milestone=given["milestone"],
        since=given["since"],
        source=given["source"],
        document=_paper(request, given, row.name_vi),
        by=request.user,
    )


def _end(
    request: SignedIn, row: Obstacle, given: dict[str, Any], form: Any, change_set: ChangeSet
) -> None:
    held = get_object_or_404(ObstacleHold, pk=given["row"], obstacle=row)
    services.end_hold(
        held=held, ends_on=given["ends_on"], because=given["because"], by=request.user
    )


def _clear(
    request: SignedIn, row: Obstacle, given: dict[str, Any], form: Any, change_set: ChangeSet
) -> None:
    services.clear(
        obstacle=row,
        cleared_on=given["cleared_on"],
        source=given["source"],
        document=_paper(request, given, row.name_vi),
        by=request.user,
    )


def _urge(
    request: SignedIn, row: Obstacle, given: dict[str, Any], form: Any, change_set: ChangeSet
) -> None:
    services.urge(
        obstacle=row,
        happened_on=given["happened_on"],
        agency=given["agency"],
        whom=given["whom"],
        letter_number=given["letter_number"],
        note=given["note"],
        document=_paper(request, given, row.name_vi),
        by=request.user,
    )


def _propose(
    request: SignedIn, row: Obstacle, given: dict[str, Any], form: Any, change_set: ChangeSet
) -> None:
    place = given["facility"]
    propose(
        obstacle=row,
        text_vi=given["text_vi"],
        text_en=given["text_en"],
        proposed_on=given["proposed_on"],
        proposer=given["proposer"],
        facility=get_object_or_404(Facility, pk=place) if place else None,
        agency=given["agency"],
        session=given["session"],
        source=given["source"],
        by=request.user,
    )


def _settle(
    request: SignedIn, row: Obstacle, given: dict[str, Any], form: Any, change_set: ChangeSet
) -> None:
    settle(
        solution=get_object_or_404(Solution, pk=given["solution"], obstacle=row),
        happened_on=given["happened_on"],
        directive=given["directive"],
        because=given["because"],
        by=request.user,
    )


def _withdraw(
    request: SignedIn, row: Obstacle, given: dict[str, Any], form: Any, change_set: ChangeSet
) -> None:
    take_back(REGISTER, row, change_set=change_set, on=clock.today())


WRITERS = {
    "change": _change,
    "hold": _hold,
    "end": _end,
    "clear": _clear,
    "urge": _urge,
    "propose": _propose,
    "settle": _settle,
    "withdraw": _withdraw,
}


def _paper(request: SignedIn, given: dict, title: str) -> Document | None:
    upload = given.get("paper")
    if not upload:
        return None
    try:
        return store_paper(upload=upload, title=title[:300], by=request.user)
    except ValidationError as error:
        raise ValidationError({"paper": error.messages}) from None
