"""Evaluation councils: the list, one with all its papers, and the verbs of the Department."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.books.entering import AlreadySent, begin
from facilities.models import Act, Document, Facility
from facilities.services import record, withdraw
from rollout.councils import keeping, meetings
from rollout.councils.criteria import set_for
from rollout.councils.dossier import Dossier, dossier
from rollout.councils.gate import readiness, readiness_of_all
from rollout.forms.councils import (
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
from rollout.forms.reporting import WithdrawForm
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
from rollout.obstacles.holding import held_context
from rollout.services import record_milestone
from rollout.views.listing import names, paged
from rollout.views.page import page
from rollout.views.verbs import Sent, Verb, stored_paper

# Entries about a council that are taken back one by one.
TAKEN_BACK = {
    "withdraw-date": CouncilDate,
    "withdraw-member": CouncilMember,
    "withdraw-examined": CouncilExamined,
    "withdraw-ruling": CouncilRuling,
    "withdraw-condition": CouncilCondition,
}


@page(lambda access: access.sees_programme, section="councils")
def council_list(request, day, access):
    register = day.register()
    facilities = names(register)
    found = meetings(register)
    ready = readiness_of_all(register)
    rows = [
        {
            "meeting": meeting,
            "facility": facilities.get(meeting.facility_id),
            "met": sum(check.met for check in ready.get(meeting.facility_id, ())),
            "checks": len(ready.get(meeting.facility_id, ())),
        }
        for meeting in found
    ]
    # Those to come first, nearest first; then those held, newest first.
    to_come = [row for row in rows if row["meeting"].held_on is None]
    held = [row for row in rows if row["meeting"].held_on]
    to_come.sort(key=lambda row: row["meeting"].scheduled_on)
    held.sort(key=lambda row: row["meeting"].held_on, reverse=True)
    without_day = []
    if day.is_today:
        begun = CouncilMeeting.objects.exclude(pk__in=[meeting.id for meeting in found])
        without_day = [
            {"meeting": meeting, "facility": facilities.get(meeting.facility_id)}
            for meeting in begun.order_by("code")
        ]
    context = {"to_come": to_come, "held": paged(request, held), "without_day": without_day}
    return "rollout/council_list.html", context


@page(lambda access: access.sees_programme, section="councils")
def criteria_list(request, day, access):
    """What councils judge by: each version with the days on which it is in force."""
    sets = CriteriaSet.objects.prefetch_related("groups__criteria").order_by("-in_force_from")
    return "rollout/criteria_list.html", {"sets": sets, "current": set_for(day.on)}


@page(lambda access: access.keeps_programme, section="councils", stored=False)
def council_new(request, day, access):
    choices = [place for place in day.register().on(day.on) if place.in_rollout]
    form = OpenForm(request.POST or None, facilities=choices, auto_id="open-%s")
    if request.method != "POST":
        return "rollout/council_form.html", {"form": form}
    try:
        if form.is_valid():
            made = _open(request, form.cleaned_data)
            messages.success(request, _("Stored."))
            return HttpResponseRedirect(reverse("rollout:council", args=[made.code]))
    except AlreadySent as error:
        messages.info(request, " ".join(error.messages))
        return HttpResponseRedirect(reverse("rollout:council-list"))
    except ValidationError as error:
        form.refuse(error)
    return "rollout/council_form.html", {"form": form}, 400


@transaction.atomic
def _open(request, given: dict) -> CouncilMeeting:
    begin(kind=Act.Kind.FORM, by=request.user, act_id=given["act"])
    described = {name: given[name] for name in given if name not in ("act", "facility")}
    return keeping.open_council(facility=Facility.objects.get(pk=given["facility"]), **described)


@page(lambda access: access.sees_programme, section="councils", stored=False)
def council(request, day, access, code):
    row = get_object_or_404(
        CouncilMeeting.objects.select_related("facility", "criteria_set", "follows"), code=code
    )
    told = dossier(row, day.on, day.known_at)
    if request.method == "POST" and not access.keeps_programme:
        raise PermissionDenied
    verbs: dict[str, Verb] = {}
    status = 200
    if access.keeps_programme and (day.is_today or request.method == "POST"):
        sent = Sent(request)
        verbs = _verbs(request, row, told, sent, day.today)
        if request.method == "POST":
            here = reverse("rollout:council", args=[code])
            if done := sent.carry_out(verbs, here=here):
                return done
            status = 400
    register = day.register()
    events = {
        event.milestone: event
        for event in MilestoneEvent.objects.as_of(day.on, day.known_at)
        .filter(facility=row.facility, milestone__in=AFTER)
        .select_related("document")
    }
    context = {
        "meeting": row,
        "facility": names(register).get(row.facility_id),
        "told": told,
        "seats": {member.pk: member for member in told.members},
        "conditions": [(one, one.days_late(day.on)) for one in told.conditions],
        "checks": readiness(row.facility_id, register),
        "events": [(Milestone(one).label, events.get(one)) for one in AFTER],
        "verbs": {do: verb for do, verb in verbs.items() if do not in TAKEN_BACK | {"marks": 0}},
        "marking": verbs.get("marks"),
        "may_take_back": "withdraw-member" in verbs,
        "act": uuid.uuid4(),
    }
    return "rollout/council.html", context | held_context(row.facility, day), status


def _verbs(request, row: CouncilMeeting, told: Dossier, sent: Sent, today) -> dict[str, Verb]:
    """What the Department may do with it as it stands."""
    by = request.user
    verbs: dict[str, Verb] = {}

    def offer(do, form, write, title, **options):
        verbs[do] = Verb(sent.form(do, form, **options), write, title)

    def paper(given, **described):
        return stored_paper(given, f"{row.code}: {row.facility}", by=by, **described)

    if told.ruling is None:
        moved = gettext_lazy("Move the day") if told.dates else gettext_lazy("Fix the day")
        offer(
            "fix",
            FixForm,
            lambda given, act: keeping.fix(meeting=row, by=by, **_named(given)),
            moved,
            initial={"set_on": today},
        )
        offer(
            "rule",
            RuleForm,
            lambda given, act: keeping.rule(
                meeting=row, by=by, document=paper(given), **_named(given)
            ),
            gettext_lazy("Record what the council ruled"),
            initial={"held_on": told.dates[-1].scheduled_on if told.dates else today},
        )
        offer(
            "basis",
            BasisForm,
            lambda given, act: keeping.write_basis(meeting=row, basis=given["basis"]),
            gettext_lazy("Write the legal basis"),
            initial={"basis": row.basis},
        )
    else:
        offer(
            "ask",
            AskForm,
            lambda given, act: keeping.ask(meeting=row, by=by, **_named(given)),
            gettext_lazy("Add a condition"),
        )
        still = [(one.condition.pk, one.condition.text) for one in told.conditions if not one.met]
        if still:
            offer(
                "fulfil",
                FulfilForm,
                lambda given, act: keeping.fulfil(
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
        lambda given, act: record_milestone(
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
        lambda given, act: keeping.add_member(meeting=row, by=by, **_named(given)),
        gettext_lazy("Add a member"),
    )
    offer(
        "examined",
        ExaminedForm,
        lambda given, act: keeping.add_examined(meeting=row, by=by, **_named(given)),
        gettext_lazy("Add a document examined or a ward surveyed"),
    )
    if told.sheet:
        results = sent.form("results", ResultsForm, sheet=told.sheet)
        verbs["results"] = Verb(
            results,
            lambda given, act: _find(row, results.results, by),
            gettext_lazy("Enter the results of the groups"),
        )
        member = _member_asked(request, told)
        if member:
            marks = sent.form("marks", MarksForm, sheet=told.sheet, initial={"member": member.pk})
            verbs["marks"] = Verb(
                marks,
                lambda given, act: keeping.mark(
                    member=member, marks=_criteria(row, marks.marks), by=by
                ),
                member.name,
            )
    for do, model in TAKEN_BACK.items():
        verbs[do] = Verb(
            sent.form(do, WithdrawForm),
            lambda given, act, model=model: _take_back(
                get_object_or_404(model, pk=given["row"], meeting=row), given["because"], by
            ),
            answers_by_message=True,
        )
    return verbs


def _take_back(fact, because: str, by) -> None:
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


def _numbered(request, row: CouncilMeeting, given: dict) -> Document | None:
    """The paper that came along, or one of which only the number is known."""
    described = {"number": given["number"], "issued_on": given["happened_on"]}
    title = f"{Milestone(given['milestone']).label}: {row.facility}"
    if found := stored_paper(given, title, by=request.user, **described):
        return found
    if not given["number"]:
        return None
    return record(Document(title=title[:300], **described), by=request.user)


def _find(row: CouncilMeeting, results: dict[int, tuple[str, str]], by) -> None:
    groups = CriteriaGroup.objects.in_bulk(results)
    for pk, (result, remark) in results.items():
        keeping.find(meeting=row, group=groups[pk], result=result, remark=remark, by=by)


def _criteria(row: CouncilMeeting, marks: dict[int, str]) -> dict[Criterion, str]:
    found = Criterion.objects.filter(pk__in=marks, group__criteria_set=row.criteria_set_id)
    return {criterion: marks[criterion.pk] for criterion in found.select_related("group")}


def _member_asked(request, told: Dossier) -> CouncilMember | None:
    """Whose sheet is open: of the address, or of the form that was sent."""
    asked = request.POST.get("member") or request.GET.get("member", "")
    return next((member for member in told.members if str(member.pk) == asked), None)


def _named(given: dict) -> dict:
    return {name: value for name, value in given.items() if name not in ("act", "paper")}
