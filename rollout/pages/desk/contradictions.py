"""What the records say against each other and which steps were passed over, and where it is put right."""

import uuid

from django.contrib import messages
from django.core.paginator import Page as Rows
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from facilities.areas import in_area
from facilities.as_of import AsOf
from facilities.models import Facility
from facilities.permissions import Access, Places
from rollout.day import Day
from rollout.figures.cached import mark_of
from rollout.figures.contradictions import RULES, Contradiction, contradictions, is_step
from rollout.models import StepNotNeeded
from rollout.pages.actions import Action, Sent, stored_paper, taking_back
from rollout.pages.desk.page import desk
from rollout.pages.forms.reporting import WithdrawForm
from rollout.pages.forms.tracking import NotNeededForm
from rollout.pages.listing import ROWS_A_PAGE
from rollout.pages.page import Page, SignedIn, kept, number_of_page
from rollout.programme.services import declare_not_needed

MOST_OF_A_RULE = 15  # shown of each rule, unless one is asked for


@desk(by_area=True)
def contradiction_list(request: SignedIn, day: Day, access: Access) -> Page:
    """`show`: the findings of one rule, page by page; else the first of each."""
    asked = request.GET.get("show", "")
    asked = asked if asked in {rule.code for rule in RULES} else ""
    number = number_of_page(request)
    context = kept(
        "desk/_contradictions.html",
        day,
        mark_of(access.kept),
        asked,
        number,
        build=lambda: _content(day, access.kept, asked, number),
    )
    return "desk/contradictions.html", context


def _content(day: Day, places: Places, asked: str, number: str) -> dict:
    as_of = AsOf(day.on, day.known_at, places)
    found = contradictions(as_of)
    facilities = as_of.so_far(day.on)
    if day.area:
        # The rules hold facilities against each other: they read all, and what they find is narrowed.
        as_of = in_area(as_of, day.area.code)
        found = [one for one in found if one.facility_id in (as_of.facility_ids or ())]
    by_rule = {rule: [one for one in found if one.rule == rule.code] for rule in RULES}

    def page_of(rows: list[Contradiction]) -> Rows:
        rows_a_page = ROWS_A_PAGE if asked else MOST_OF_A_RULE
        return Paginator(
            [
                (one, facilities.get(one.facility_id) if one.facility_id else None, is_step(one))
                for one in rows
            ],
            rows_a_page,
        ).get_page(number if asked else 1)

    return {
        "broken": [
            (rule, page_of(rows))
            for rule, rows in by_rule.items()
            if rows and asked in ("", rule.code)
        ],
        "show": asked,
        "kept": [rule for rule, rows in by_rule.items() if not rows],
        "not_needed": [
            (row, facilities.get(row.facility_id))
            for row in as_of.only(StepNotNeeded.objects.as_of(day.on, day.known_at))
            .select_related("recorded_by")
            .order_by("-happened_on", "-pk")
        ],
    }


@desk()
def step_not_needed(request: SignedIn, day: Day, access: Access) -> Page:
    """Say by name why a step that was passed over is not needed, or take that back."""
    as_of = AsOf(day.today)
    key = request.GET.get("gap", "")
    declared = StepNotNeeded.objects.known().filter(gap=key).first()
    found = next((one for one in contradictions(as_of) if one.key == key and is_step(one)), None)
    if found is None and declared is None:
        if StepNotNeeded.objects.filter(gap=key).exists():  # its declaration was taken back
            messages.info(request, _("This step is not missing any more."))
            return HttpResponseRedirect(reverse("rollout:contradictions"))
        raise Http404
    pk = found.facility_id if found else declared and declared.facility_id
    facility = get_object_or_404(Facility, pk=pk)
    if not access.keeps_of(facility.pk):
        raise Http404
    sent = Sent(request)
    actions: dict[str, Action] = {}
    if declared is not None:
        actions["withdraw-not-needed"] = Action(
            sent.form("withdraw-not-needed", WithdrawForm),
            taking_back(StepNotNeeded, by=request.user, gap=key),
            answers_by_message=True,
        )
    elif found is not None:
        said = str(found.said)
        actions["not-needed"] = Action(
            sent.form(
                "not-needed",
                NotNeededForm,
                today=day.today,
                initial={"happened_on": day.today},
            ),
            lambda given, change_set: declare_not_needed(
                gap=key,
                facility=facility,
                happened_on=given["happened_on"],
                because=given["because"],
                document=stored_paper(given, said, by=request.user),
                by=request.user,
            ),
            gettext_lazy("Not needed here"),
        )
    status = 200
    if request.method == "POST":
        if done := sent.carry_out(actions, here=reverse("rollout:contradictions")):
            return done
        status = 400
    context = {
        "found": found,
        "declared": declared,
        "facility": as_of.so_far(day.today).get(facility.pk),
        "action": actions.get("not-needed"),
        "change_set": uuid.uuid4(),
    }
    return "desk/step_not_needed.html", context, status
