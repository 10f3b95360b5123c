"""Evaluation councils: the list, one with all its papers, and the verbs of the Department."""

import uuid
from datetime import date
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from facilities.as_of import AsOf
from facilities.models import ChangeSet, Document, Facility, Record, User
from facilities.permissions import Access, is_in
from facilities.registers.entering import AlreadySent, begin
from facilities.services import record, withdraw
from rollout.day import Day
from rollout.figures.cached import mark_of, remembered
from rollout.figures.readiness import readiness, readiness_of_all
from rollout.meetings.councils import fix
from rollout.models import (
    ConditionMet,
    CouncilCondition,
    CouncilDate,
    CouncilExamined,
    CouncilMeeting,
    CouncilMember,
    CouncilRuling,
    CouncilScore,
    CriteriaGroup,
    CriteriaSet,
    Criterion,
    Milestone,
    MilestoneEvent,
)
from rollout.pages.actions import Action, Sent, Write, stored_paper
from rollout.pages.forms.councils import (
    AFTER,
    AskForm,
    BasisForm,
    ExaminedForm,
    FixForm,
    FulfilForm,
    MarksForm,
    MemberForm,
    MilestoneForm,
    OpenForm,
    ResultsForm,
    RuleForm,
)
from rollout.pages.forms.reporting import OnceForm, WithdrawForm
from rollout.pages.kept import KeptRows, Whole
from rollout.pages.listing import names_of, paged
from rollout.pages.page import Page, SignedIn, outside_the_area, page, to_the_new
from rollout.programme.councils import (
    Meeting,
    awaited_meetings,
    fixed,
    meetings,
    services,
    unruled,
)
from rollout.programme.councils.criteria import set_for
from rollout.programme.councils.dossier import Dossier, dossier
from rollout.programme.obstacles.holding import held_context
from rollout.programme.services import record_milestone

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FIRST = 12  # meetings to come that the first page shows

# What a reader may narrow the list to; every council otherwise.
SHOW = {
    "": pgettext_lazy("councils", "all"),
    "fixed": pgettext_lazy("councils", "to come"),
    "unruled": pgettext_lazy("councils", "day passed, no conclusion"),
}

# Entries about a council that are taken back one by one.
TAKEN_BACK: dict[str, type[Record]] = {
    "withdraw-date": CouncilDate,
    "withdraw-member": CouncilMember,
    "withdraw-examined": CouncilExamined,
    "withdraw-ruling": CouncilRuling,
    "withdraw-condition": CouncilCondition,
}


@page(lambda access: access.opens_programme, section="councils", by_area=True)
def council_list(request: SignedIn, day: Day, access: Access) -> Page:
    show = request.GET.get("show", "")
    show = show if show in SHOW else ""
    found: KeptRows[Meeting] = KeptRows(
        "councils",
        day,
        mark_of(access.programme),
        show,
        day.is_today,
        compute=lambda: (_waiting if show else _all_of)(day, day.of_places(access.programme), show),
    )
    rows = paged(request, found)
    if show:
        return "programme/council_list.html", {
            "to_come": rows,
            "lines_to_come": _lines(day, list(rows)),
            "assumed": found.told["assumed"],
            "show": show,
            "choices": SHOW,
        }
    opened = CouncilMeeting.objects.filter(pk__in=found.told["opened"]).order_by("code")
    to_come = found.told["to_come"]
    facilities = names_of(
        day, (one.facility_id for some in (opened, rows, to_come) for one in some)
    )
    context = {
        "to_come": to_come,
        "lines_to_come": _lines(day, to_come),
        "further": found.told["count_to_come"] - len(to_come),
        "held": rows,
        "lines_held": [
            {"meeting": meeting, "facility": facilities.get(meeting.facility_id)}
            for meeting in rows
        ],
        "without_day": [
            {"meeting": meeting, "facility": facilities.get(meeting.facility_id)}
            for meeting in opened
        ],
        "choices": SHOW,
    }
    return "programme/council_list.html", context


def _waiting(day: Day, as_of: AsOf, show: str) -> Whole:
    """Those that are to come, or whose day has passed without a ruling."""
    rows = (fixed if show == "fixed" else unruled)(awaited_meetings(as_of), day.on)
    return Whole(rows, {"assumed": sum(bool(meeting.assumed) for meeting in rows)})


def _all_of(day: Day, as_of: AsOf, show: str) -> Whole:
    """Those held, newest first; beside them the first of those to come, nearest first."""
    found = meetings(as_of)
    to_come = [one for one in found if one.held_on is None]
    to_come.sort(key=lambda one: one.scheduled_on or date.max)
    held = [(one.held_on, one) for one in found if one.held_on]
    held.sort(key=itemgetter(0), reverse=True)
    opened: list[int] = []
    if day.is_today:
        begun = as_of.only(CouncilMeeting.objects.standing()).exclude(
            pk__in=[meeting.id for meeting in found]
        )
        opened = list(begun.values_list("pk", flat=True))
    told = {"to_come": to_come[:FIRST], "count_to_come": len(to_come), "opened": opened}
    return Whole([meeting for _day, meeting in held], told)


def _lines(day: Day, shown: list[Meeting]) -> list[dict]:
    """The meetings of one page, with what their facilities are called and how ready they are."""
    facilities = names_of(day, (meeting.facility_id for meeting in shown))
    ready: dict[int, tuple[int, int]] = remembered(
        "ready",
        day.on,
        day.known_at,
        day.map_on,
        compute=lambda: _ready(day.whole.as_of()),
    )
    lines = []
    for meeting in shown:
        met, checks = ready.get(meeting.facility_id, (0, 0))
        facility = facilities.get(meeting.facility_id)
        lines.append({"meeting": meeting, "facility": facility, "met": met, "checks": checks})
    return lines


def _ready(as_of: AsOf) -> dict[int, tuple[int, int]]:
    """Of each facility of the rollout how many checks are met, of how many."""
    return {
        pk: (sum(check.met for check in checks), len(checks))
        for pk, checks in readiness_of_all(as_of).items()
    }


@page(lambda access: access.opens_programme, section="councils")
def criteria_list(request: SignedIn, day: Day, access: Access) -> Page:
    """What councils judge by: each version with the days on which it is in force."""
    sets = CriteriaSet.objects.prefetch_related("groups__criteria").order_by("-in_force_from")
    return "programme/criteria_list.html", {"sets": sets, "current": set_for(day.on)}


@page(lambda access: access.keeps_somewhere, section="councils", stored=False)
def council_new(request: SignedIn, day: Day, access: Access) -> Page:
    choices = [
        place for place in AsOf(day.today, None, access.kept).on(day.today) if place.in_rollout
    ]
    form = OpenForm(request.POST or None, facilities=choices, auto_id="open-%s")
    if request.method != "POST":
        return "programme/council_form.html", {"form": form}
    try:
        if form.is_valid():
            made = _open(request, form.cleaned_data)
            messages.success(request, _("Saved."))
            return to_the_new(request, day, reverse("rollout:council", args=[made.code]))
    except AlreadySent as error:
        messages.info(request, " ".join(error.messages))
        return HttpResponseRedirect(reverse("rollout:council-list"))
    except ValidationError as error:
        form.refuse(error)
    return "programme/council_form.html", {"form": form}, 400


@transaction.atomic
def _open(request: SignedIn, given: dict) -> CouncilMeeting:
    begin(kind=ChangeSet.Kind.FORM, by=request.user, change_set_id=given["change_set"])
    described = {name: given[name] for name in given if name not in ("change_set", "facility")}
    return services.open_council(facility=Facility.objects.get(pk=given["facility"]), **described)


@page(lambda access: access.opens_programme, section="councils", stored=False)
def council(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    row = get_object_or_404(
        CouncilMeeting.objects.standing().select_related("facility", "criteria_set", "follows"),
        code=code,
    )
    if not is_in(row.facility_id, access.programme):
        raise PermissionDenied(outside_the_area())
    told = dossier(row, day.on, day.known_at)
    keeps = access.keeps_of(row.facility_id)
    if request.method == "POST" and not keeps:
        raise PermissionDenied
    actions: dict[str, Action] = {}
    status = 200
    if keeps and (day.is_today or request.method == "POST"):
        sent = Sent(request)
        actions = _actions(request, row, told, sent, day.today)
        if request.method == "POST":
            here = reverse("rollout:council", args=[code])
            if done := sent.carry_out(actions, here=here):
                return done
            status = 400
    as_of = day.as_of(frozenset({row.facility_id}))
    events = {
        event.milestone: event
        for event in MilestoneEvent.objects.as_of(day.on, day.known_at)
        .filter(facility=row.facility, milestone__in=AFTER)
        .select_related("document")
    }
    context = {
        "meeting": row,
        "facility": names_of(day, [row.facility_id]).get(row.facility_id),
        "told": told,
        "seats": {member.pk: member for member in told.members},
        "conditions": [(one, one.days_late(day.on)) for one in told.conditions],
        "checks": readiness(row.facility_id, as_of),
        "writes_papers": keeps,
        "events": [(Milestone(one).label, events.get(one)) for one in AFTER],
        "actions": {
            do: action for do, action in actions.items() if do not in TAKEN_BACK | {"marks": 0}
        },
        "marking": actions.get("marks"),
        "may_take_back": "withdraw-member" in actions,
        "change_set": uuid.uuid4(),
    }
    return "programme/council.html", context | held_context(row.facility, day), status


def _actions(
    request: SignedIn, row: CouncilMeeting, told: Dossier, sent: Sent, today: date
) -> dict[str, Action]:
    """What the Department may do with it as it stands."""
    by = request.user
    actions: dict[str, Action] = {}

    def offer(
        do: str,
        form: type[OnceForm],
        write: Write,
        title: "StrOrPromise",
        **options: Any,
    ) -> None:
        actions[do] = Action(sent.form(do, form, **options), write, title)

    def paper(given: dict[str, Any], **described: Any) -> Document | None:
        return stored_paper(given, f"{row.code}: {row.facility}", by=by, **described)

    if told.ruling is None:
        moved = gettext_lazy("Move the day") if told.dates else gettext_lazy("Fix the day")
        offer(
            "fix",
            FixForm,
            lambda given, change_set: fix(meeting=row, by=by, **_named(given)),
            moved,
            initial={"set_on": today},
        )
        offer(
            "rule",
            RuleForm,
            lambda given, change_set: services.rule(
                meeting=row, by=by, document=paper(given), **_named(given)
            ),
            gettext_lazy("Record what the council ruled"),
            initial={"held_on": told.dates[-1].scheduled_on if told.dates else today},
        )
        offer(
            "basis",
            BasisForm,
            lambda given, change_set: services.write_basis(meeting=row, basis=given["basis"]),
            gettext_lazy("Write the legal basis"),
            initial={"basis": row.basis},
        )
    else:
        offer(
            "ask",
            AskForm,
            lambda given, change_set: services.ask(meeting=row, by=by, **_named(given)),
            gettext_lazy("Add a condition"),
        )
        still = [(one.condition.pk, one.condition.text) for one in told.conditions if not one.met]
        if still:
            offer(
                "fulfil",
                FulfilForm,
                lambda given, change_set: services.fulfil(
                    condition=get_object_or_404(
                        CouncilCondition, pk=given["condition"], meeting=row
                    ),
                    met_on=given["met_on"],
                    note=given["note"],
                    document=paper(given),
                    by=by,
                ),
                gettext_lazy("A condition was met"),
                conditions=still,
                initial={"met_on": today},
            )
    offer(
        "event",
        MilestoneForm,
        lambda given, change_set: record_milestone(
            facility=row.facility,
            milestone=given["milestone"],
            happened_on=given["happened_on"],
            document=_numbered(request, row, given),
            by=by,
        ),
        gettext_lazy("Record the decision, official use or the announcement"),
        initial={"happened_on": today},
    )
    offer(
        "member",
        MemberForm,
        lambda given, change_set: services.add_member(meeting=row, by=by, **_named(given)),
        gettext_lazy("Add a member"),
    )
    offer(
        "examined",
        ExaminedForm,
        lambda given, change_set: services.add_examined(meeting=row, by=by, **_named(given)),
        gettext_lazy("Add a document examined or a ward surveyed"),
    )
    if told.sheet:
        results = sent.form("results", ResultsForm, sheet=told.sheet)
        actions["results"] = Action(
            results,
            lambda given, change_set: _find(row, results.results, by),
            gettext_lazy("Enter the results of the groups"),
        )
        member = _member_asked(request, told)
        if member:
            marks = sent.form("marks", MarksForm, sheet=told.sheet, initial={"member": member.pk})
            actions["marks"] = Action(
                marks,
                lambda given, change_set: services.mark(
                    member=member, marks=_criteria(row, marks.marks), by=by
                ),
                member.name,
            )

    def taking_back(model: type[Record]) -> Write:
        return lambda given, change_set: _take_back(
            get_object_or_404(model, pk=given["row"], meeting=row), given["because"], by
        )

    for do, model in TAKEN_BACK.items():
        actions[do] = Action(
            sent.form(do, WithdrawForm), taking_back(model), answers_by_message=True
        )
    return actions


def _take_back(fact: Record, because: str, by: User) -> None:
    """With what hangs on it: a member's marks, a condition's fulfilment."""
    hanging = {
        CouncilMember: (CouncilScore, "member"),
        CouncilCondition: (ConditionMet, "condition"),
    }.get(type(fact))
    if hanging:
        model, name = hanging
        for row in model.objects.known().filter(**{name: fact}):
            withdraw(fact=row, because=because, by=by)
    withdraw(fact=fact, because=because, by=by)


def _numbered(request: SignedIn, row: CouncilMeeting, given: dict) -> Document | None:
    """The paper that came along, or one of which only the number is known."""
    described = {"number": given["number"], "issued_on": given["happened_on"]}
    title = f"{Milestone(given['milestone']).label}: {row.facility}"
    if found := stored_paper(given, title, by=request.user, **described):
        return found
    if not given["number"]:
        return None
    return record(Document(title=title[:300], **described), by=request.user)


def _find(row: CouncilMeeting, results: dict[int, tuple[str, str]], by: User) -> None:
    groups = CriteriaGroup.objects.in_bulk(results)
    for pk, (result, remark) in results.items():
        services.find(meeting=row, group=groups[pk], result=result, remark=remark, by=by)


def _criteria(row: CouncilMeeting, marks: dict[int, str]) -> dict[Criterion, str]:
    found = Criterion.objects.filter(pk__in=marks, group__criteria_set=row.criteria_set_id)
    return {criterion: marks[criterion.pk] for criterion in found.select_related("group")}


def _member_asked(request: SignedIn, told: Dossier) -> CouncilMember | None:
    """Whose sheet is open: of the address, or of the form that was sent."""
    asked = request.POST.get("member") or request.GET.get("member", "")
    return next((member for member in told.members if str(member.pk) == asked), None)


def _named(given: dict) -> dict:
    return {name: value for name, value in given.items() if name not in ("change_set", "paper")}
