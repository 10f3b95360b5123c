"""A facility says that it has none: what was not known becomes no."""

import uuid

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy

from facilities.models import Facility
from facilities.permissions import Access
from rollout.day import Day
from rollout.figures.cached import cached_progress
from rollout.models import Absence
from rollout.pages.actions import Action, Sent, taking_back
from rollout.pages.forms.reporting import WithdrawForm
from rollout.pages.forms.tracking import AbsenceForm
from rollout.pages.page import Page, SignedIn, page
from rollout.programme.services import record_absence


@page(lambda access: access.records_facts, stored=False)
def absences(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    """What is not known of a facility today, and the form by which it says that there is none."""
    facility = get_object_or_404(Facility, code=code)
    if not access.records_for(facility.pk):
        raise PermissionDenied
    result = cached_progress(day.today).facility(code)
    if result is None:  # not counted today
        raise Http404
    unknown = [code for code, cell in result.measures.items() if not cell.is_known]
    asked = request.GET.get("measure", "")
    sent = Sent(request)
    actions = {
        "none": Action(
            sent.form(
                "none",
                AbsenceForm,
                measures=unknown,
                today=day.today,
                initial={"measure": asked, "happened_on": day.today},
            ),
            lambda given, change_set: record_absence(
                facility=facility,
                measure=given["measure"],
                happened_on=given["happened_on"],
                note=given["note"],
                by=request.user,
            ),
            gettext_lazy("There is none"),
        ),
        "withdraw-none": Action(
            sent.form("withdraw-none", WithdrawForm),
            taking_back(Absence, by=request.user, facility=facility),
            answers_by_message=True,
        ),
    }
    status = 200
    if request.method == "POST":
        here = reverse("rollout:absences", args=[code])
        if done := sent.carry_out(actions, here=here):
            return done
        status = 400
    context = {
        "facility": result,
        "unknown": unknown,
        "action": actions["none"],
        "rows": Absence.objects.known().filter(facility=facility).select_related("recorded_by"),
        "change_set": uuid.uuid4(),
    }
    return "summary/absences.html", context, status
