"""Decisions taken from the summary: one form each, what it would bring, and back to the summary.

Nothing is written here that its own page does not write: the same verbs, and the same readers.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from facilities.as_of import AsOf
from facilities.contacts import Person, responsible_at, responsible_of
from facilities.models import Facility, FacilityName
from facilities.permissions import Access
from rollout.day import Day, parse_date
from rollout.figures.readiness import readiness
from rollout.forecasting import Gain, Levers, cached_forecast
from rollout.meetings.councils import fix
from rollout.models import (
    Conclusion,
    CouncilDate,
    CouncilMeeting,
    CouncilRuling,
    Directive,
    Obstacle,
    WorkingSession,
)
from rollout.pages.actions import Action, Sent, stored_paper
from rollout.pages.forms.decide import ConveneForm, DirectForm, SetDayForm, SignForm
from rollout.pages.page import Page, SignedIn, outside_the_area, page
from rollout.programme.concerned import concerned
from rollout.programme.councils import meetings
from rollout.programme.councils.criteria import set_for
from rollout.programme.councils.services import open_council
from rollout.programme.directives import DirectiveOnDay, directives, services
from rollout.programme.obstacles import ObstacleOnDay, obstacles
from rollout.programme.obstacles.solutions import propose, settle

FOUR_WEEKS = timedelta(days=28)
PARTICIPANTS = "participants"  # the chair decides for all who take part


@page(lambda access: access.issues_directives, stored=False)
def decide_day(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    """Set the day of a directive."""
    found, row = _directive(code, day.today)
    sent = Sent(request)
    reason = "" if found.due_on else _("No day had been set.")
    form = sent.form("day", SetDayForm, initial={"because": reason, "due_on": found.due_on})
    action = Action(
        form,
        lambda given, change_set: services.move(
            directive=row,
            on=day.today,
            due_on=given["due_on"],
            because=given["because"],
            by=request.user,
        ),
    )
    held = _obstacles_of(found, day)
    return _answered(
        request,
        sent,
        "day",
        action,
        {
            "title": _("Set the date of a directive"),
            "about": found.text,
            "who": found.in_whose_hands,
            "people": _answering(access, (one.pk for one in found.answerable), day),
            "detail": ("rollout:directive", found.code),
            "issued": found,
            "gains": [(one, _gain(one, day)) for one in held],
        },
    )


@page(lambda access: access.issues_directives, stored=False)
def decide_letter(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    """Record that an urging letter about a directive was signed."""
    found, row = _directive(code, day.today)
    sent = Sent(request)
    form = sent.form(
        "letter", SignForm, agencies=found.answerable, initial={"happened_on": day.today}
    )
    action = Action(
        form,
        lambda given, change_set: services.urge(
            directive=row,
            agency=given["agency"],
            happened_on=given["happened_on"],
            letter_number=given["letter_number"],
            document=stored_paper(
                given,
                f"{found.code}: {found.text_vi}",
                by=request.user,
                number=given["letter_number"],
                issued_on=given["happened_on"],
            ),
            by=request.user,
        ),
    )
    return _answered(
        request,
        sent,
        "letter",
        action,
        {
            "title": _("Sign a follow-up letter"),
            "about": found.text,
            "who": found.in_whose_hands,
            "people": _answering(access, (one.pk for one in found.answerable), day),
            "detail": ("rollout:directive", found.code),
            "issued": found,
            "days_late": found.days_late(day.today),
            "letters": found.answerable if access.keeps_programme else (),
            "gains": [(one, _gain(one, day)) for one in _obstacles_of(found, day)],
        },
    )


@page(lambda access: access.issues_directives, stored=False)
def decide_directive(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    """Issue a directive against an obstacle, which from then on is what it came of."""
    as_of = AsOf(day.today)
    found = next((one for one in obstacles(as_of) if one.code == code), None)
    if found is None or found.cleared_on:
        raise Http404
    session = WorkingSession.objects.known().filter(held_on__lte=day.today).last()
    sent = Sent(request)
    form = sent.form(
        "directive",
        DirectForm,
        initial={
            "text_vi": _in_vietnamese(found),
            "lead": found.agency_id,
            "issued_by": session.chair if session else "",
            "issued_on": day.today,
            "session": session.pk if session else None,
        },
    )
    action = Action(form, lambda given, change_set: _direct(request, found, given))
    on = _asked(request, day)
    gain = _gain(found, day, on)
    return _answered(
        request,
        sent,
        "directive",
        action,
        {
            "title": _("Give a directive"),
            "about": found.name,
            "who": found.agency,
            "people": _answering(access, [found.agency_id] if found.agency_id else [], day),
            "detail": ("rollout:obstacle", found.code),
            "obstacle": found,
            "gains": [(found, gain)],
            "asks_day": on or day.today + FOUR_WEEKS,
        },
    )


@page(lambda access: access.keeps_somewhere, stored=False)
def decide_council(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    """Fix the day of a facility's council; set the council up where there is none."""
    facility = get_object_or_404(Facility, code=code)
    if not access.keeps_of(facility.pk):
        raise PermissionDenied(outside_the_area())
    as_of = AsOf(day.today, None, frozenset({facility.pk}))
    if any(one.awaited for one in meetings(as_of)):
        raise Http404  # its day is fixed: it is moved on the council's own page
    waiting = _waiting(facility)
    was_fixed = bool(waiting and CouncilDate.objects.known().filter(meeting=waiting).exists())
    sent = Sent(request)
    form = sent.form(
        "council",
        ConveneForm,
        is_set_up=waiting is not None,
        was_fixed=was_fixed,
        initial={"level": CouncilMeeting.Level.FACILITY, "criteria_set": set_for(day.today)},
    )
    action = Action(
        form, lambda given, change_set: _convene(request, facility, waiting, given, day.today)
    )
    name = FacilityName.objects.in_force(day.today).filter(facility=facility).last()
    checks = readiness(facility.pk, as_of)
    return _answered(
        request,
        sent,
        "council",
        action,
        {
            "title": _("Fix a council"),
            "about": name.name if name else facility.code,
            "detail": ("rollout:facility", facility.code),
            "people": responsible_at(access, [facility.pk], day.today).values(),
            "checks": checks,
            "expected": next(
                (
                    one
                    for one in cached_forecast(AsOf(day.today)).facilities
                    if one.facility.id == facility.pk
                ),
                None,
            ),
        },
    )


def _answered(
    request: SignedIn, sent: Sent, do: str, action: Action, context: dict[str, Any]
) -> Page:
    status = 200
    if request.method == "POST":
        if done := sent.carry_out({do: action}, here=reverse("rollout:leader")):
            return done
        status = 400
    return "programme/decide.html", context | {"action": action, "do": do}, status


def _directive(code: str, on: date) -> tuple[DirectiveOnDay, Directive]:
    """Raises Http404 for one that is closed: nothing is left to decide."""
    found = next((one for one in directives(on) if one.code == code), None)
    if found is None or found.closed_on:
        raise Http404
    return found, Directive.objects.get(pk=found.id)


def _obstacles_of(found: DirectiveOnDay, day: Day) -> list[ObstacleOnDay]:
    """What stands, and holds only those whom the directive concerns."""
    as_of = AsOf(day.today)
    about = concerned(as_of).get(found.id, set())
    return [
        one
        for one in obstacles(as_of)
        if one.cleared_on is None and one.facility_ids and one.facility_ids <= about
    ]


def _answering(access: Access, agency_ids: Iterable[int], day: Day) -> Iterable[Person]:
    return responsible_of(access, agency_ids, day.today).values()


def _gain(found: ObstacleOnDay, day: Day, on: date | None = None) -> Gain | None:
    return Levers.of(AsOf(day.today)).cleared(found.standing_holds, on or day.today + FOUR_WEEKS)


def _asked(request: SignedIn, day: Day) -> date | None:
    """The day on which it would be cleared, if somebody asks for another one; nothing wrong is shown."""
    try:
        on = parse_date(request.GET.get("cleared", ""))
    except ValueError:
        return None
    return on if on >= day.today else None


def _in_vietnamese(found: ObstacleOnDay) -> str:
    return f"Tháo gỡ vướng mắc: {found.name_vi}"


def _direct(request: SignedIn, found: ObstacleOnDay, given: dict[str, Any]) -> Directive:
    named = {name: given[name] for name in given if name not in ("change_set", "paper", "undated")}
    made = services.issue(
        **named, document=stored_paper(given, given["text_vi"], by=request.user), by=request.user
    )
    solution = propose(
        obstacle=Obstacle.objects.get(pk=found.id),
        text_vi=given["text_vi"],
        text_en=given["text_en"],
        proposed_on=given["issued_on"],
        proposer=PARTICIPANTS,
        session=given["session"],
        by=request.user,
    )
    settle(solution=solution, happened_on=given["issued_on"], directive=made, by=request.user)
    return made


def _waiting(facility: Facility) -> CouncilMeeting | None:
    """The council that was set up and has not ruled: its day was never fixed, or it was postponed."""
    ruled = CouncilRuling.objects.known().exclude(conclusion=Conclusion.POSTPONED)
    return (
        CouncilMeeting.objects.standing()
        .filter(facility=facility)
        .exclude(pk__in=ruled.values("meeting"))
        .order_by("code")
        .last()
    )


def _convene(
    request: SignedIn,
    facility: Facility,
    row: CouncilMeeting | None,
    given: dict[str, Any],
    on: date,
) -> object:
    if row is None:
        row = open_council(
            code=f"{facility.code}-{given['scheduled_on']:%Y-%m-%d}"[:40],
            facility=facility,
            level=given["level"],
            criteria_set=given["criteria_set"],
        )
    return fix(
        meeting=row,
        scheduled_on=given["scheduled_on"],
        set_on=on,
        because=given.get("because", ""),
        override=given["override"],
        by=request.user,
    )
