"""Who has reported when, who is silent, and the calendar that says by when."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from facilities import clock
from facilities.areas import lying_in
from facilities.as_of import AsOf, FacilityOnDay
from facilities.models import ChangeSet, Record
from facilities.permissions import Access
from facilities.registers.entering import AlreadySent, begin
from facilities.services import record, withdraw
from rollout.day import Day
from rollout.models import ReportingCalendar, ReportingException
from rollout.pages.desk.page import desk
from rollout.pages.forms.reporting import CalendarForm, ExceptionForm, WithdrawForm
from rollout.pages.page import Page, SignedIn, of_the_province
from rollout.programme.reporting import (
    DUE,
    FRESH,
    LATE,
    SILENT,
    Calendar,
    Freshness,
    Given,
    Week,
    calendar,
    freshness,
    is_asked,
    reports,
)
from rollout.registers.keeping import elsewhere, kept_registers

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


WEEKS_SHOWN = 8  # ended ones, and the one that runs
WORST_FIRST = (SILENT, LATE, DUE, FRESH, None)

# What a week came to: its shape, as elsewhere, and its word.
MARKS = {
    "on_time": ("done", pgettext_lazy("report", "on time")),
    "late": ("under_way", pgettext_lazy("report", "late")),
    "missing": ("late", pgettext_lazy("report", "missing")),
    "awaited": ("not_begun", pgettext_lazy("report", "awaited")),
    "excepted": ("", pgettext_lazy("report", "not asked")),
}


WITHDRAWN = {"withdraw-exception": ReportingException, "withdraw-calendar": ReportingCalendar}


@dataclass(frozen=True, slots=True)
class Mark:
    """What one facility did about one week; `on` is the day of its report."""

    code: str
    week: Week
    on: date | None = None
    nothing_changed: bool = False

    @property
    def shape(self) -> str:
        return MARKS[self.code][0]

    @property
    def word(self) -> "StrOrPromise":
        return MARKS[self.code][1]


@dataclass(frozen=True, slots=True)
class Line:
    facility: FacilityOnDay
    freshness: Freshness
    marks: list[Mark]


@desk(by_area=True)
def reporting(request: SignedIn, day: Day, access: Access) -> Page:
    as_of = AsOf(day.on, day.known_at, access.kept)
    # Today the hour counts; a day that has passed is seen as it ended.
    at = clock.as_if_today(timezone.now()) if day.is_today else None
    weeks = calendar(as_of)
    in_rollout = [facility for facility in as_of.on(day.on) if facility.in_rollout]
    ended = weeks.ended(day.on, at)[-WEEKS_SHOWN:]
    coming = weeks.coming(day.on, at)
    sent = {request.POST.get("do"): request.POST} if request.method == "POST" else {}
    forms: dict[str, ExceptionForm | CalendarForm] = {
        "exception": ExceptionForm(
            sent.get("exception"),
            weeks=[*coming, *reversed(ended)],
            facilities=in_rollout,
            auto_id="exception-%s",
        ),
        "calendar": CalendarForm(sent.get("calendar"), today=day.today, auto_id="calendar-%s"),
    }
    status = 200
    if sent:
        if _written(request, access, forms):
            return HttpResponseRedirect(reverse("rollout:reporting"))
        status = 400
    shown = [*ended, *coming[:1]]
    # The weeks are listed of the area; whom an exception is for may be anybody.
    inside = lying_in(as_of, day.area.code) if day.area else {f.id for f in in_rollout}
    names = {facility.id: facility.name for facility in in_rollout}
    context = {
        "registers": kept_registers(access).values(),
        "place": "reporting",
        "shown": shown,
        "lines": _lines(as_of, weeks, [f for f in in_rollout if f.id in inside], shown, at),
        "marks": MARKS.values(),
        "forms": forms,
        "change_set": uuid.uuid4(),
        "calendars": ReportingCalendar.objects.known(day.known_at).order_by("-effective_from"),
        "exceptions": [
            (row, names.get(row.facility_id, "") if row.facility_id else "")
            for row in ReportingException.objects.known(day.known_at)
            .filter(due_on__gte=shown[0].due_on if shown else day.on)
            .order_by("due_on", "pk")
            if row.facility_id is None or access.keeps_of(row.facility_id)
        ],
    }
    return "desk/reporting.html", context, status


def _lines(
    as_of: AsOf,
    weeks: Calendar,
    in_rollout: list[FacilityOnDay],
    shown: list[Week],
    at: datetime | None,
) -> list[Line]:
    """The longest silent first."""
    if not shown:
        return []
    heard = freshness(as_of, at)
    given = reports(as_of, weeks, shown[0])
    ended = {week.due_on for week in weeks.ended(as_of.until, at)}
    lines = [
        Line(
            facility,
            heard[facility.id],
            [
                _mark(
                    week,
                    given.get((facility.id, week.due_on)),
                    asked=is_asked(as_of, weeks, facility.id, week),
                    ended=week.due_on in ended,
                )
                for week in shown
            ],
        )
        for facility in in_rollout
    ]
    return sorted(
        lines,
        key=lambda line: (
            WORST_FIRST.index(line.freshness.word),
            line.freshness.heard_on or date.min,
            line.facility.code,
        ),
    )


def _mark(week: Week, given: Given | None, *, asked: bool, ended: bool) -> Mark:
    if given:
        return Mark(
            "late" if given.is_late(week) else "on_time",
            week,
            clock.day_of(given.recorded_at),
            given.nothing_changed,
        )
    if not asked:
        return Mark("excepted", week)
    return Mark("missing" if ended else "awaited", week)


def _written(
    request: SignedIn, access: Access, forms: Mapping[str, ExceptionForm | CalendarForm]
) -> bool:
    """Store what was sent. False when a form has to be shown again, with what is wrong in it."""
    kind = request.POST.get("do", "")
    form = forms.get(kind) or WithdrawForm(request.POST)
    try:
        if form.is_valid():
            _write(request, access, kind, form)
            return True
    except AlreadySent as error:
        messages.info(request, " ".join(error.messages))
        return True
    except ValidationError as error:
        form.refuse(error)
    if kind not in forms:
        for problems in form.errors.values():
            messages.error(request, " ".join(map(str, problems)))
    return False


@transaction.atomic
def _write(
    request: SignedIn,
    access: Access,
    kind: str,
    form: ExceptionForm | CalendarForm | WithdrawForm,
) -> None:
    because = form.cleaned_data.get("because") or form.cleaned_data.get("source", "")
    begin(
        kind=ChangeSet.Kind.FORM,
        by=request.user,
        change_set_id=form.cleaned_data["change_set"],
        because=because,
    )
    if isinstance(form, ExceptionForm | CalendarForm):
        _refuse_elsewhere(access, form.made)
        record(form.made, by=request.user)
        messages.success(request, _("Stored."))
        return
    model = WITHDRAWN.get(kind)
    if model is None:
        raise Http404
    row = get_object_or_404(model, pk=form.cleaned_data["row"])
    _refuse_elsewhere(access, row)
    withdraw(fact=row, because=because, by=request.user)
    messages.success(request, _("The entry has been withdrawn. It stays readable."))


def _refuse_elsewhere(access: Access, row: Record) -> None:
    """The calendar, and a week that nobody is asked for, are the province's. Raises."""
    facility = row.facility_id if isinstance(row, ReportingException) else None
    if access.keeps_of(facility):
        return
    if facility is None:
        raise PermissionDenied(of_the_province())
    raise ValidationError({"facility": elsewhere()})
