"""Who has reported when, who is silent, and the calendar that says by when."""

import uuid
from collections.abc import Iterable, Mapping
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
from facilities.areas import AreaTree, areas_within, lying_in
from facilities.as_of import AsOf, FacilityOnDay
from facilities.models import Area, ChangeSet, Record
from facilities.permissions import Access
from facilities.registers.entering import AlreadySent, begin
from facilities.services import record, withdraw
from rollout.day import Day, areas_on
from rollout.models import ReportingCalendar, ReportingException
from rollout.pages.areas import INDENT
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
    calendars,
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


SAID = (ReportingCalendar, ReportingException)
WITHDRAWN = {
    "withdraw-exception": ReportingException,
    "withdraw-calendar": ReportingCalendar,
}


@dataclass(frozen=True, slots=True)
class Mark:
    """What one facility did about one week; `on` is the day of its report."""

    code: str
    due_on: date
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


@dataclass(frozen=True, slots=True)
class Table:
    """Those that report by the same weekday and hour. `shown`: the days on which their weeks end."""

    weekday: str
    hour: int
    shown: list[date]
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Whole:
    """The areas of the day, and those that the reader acts for; `kept` None: all, and everybody."""

    tree: AreaTree
    kept: frozenset[int] | None
    around: frozenset[int]  # those that they lie in

    @classmethod
    def of(cls, day: Day, access: Access) -> "Whole":
        own, tree = access.kept_areas, areas_on(day)
        if own is None:
            return cls(tree, None, frozenset())
        kept = frozenset().union(*areas_within(own, day.today).values())
        areas = (tree.areas[pk] for pk in own if pk in tree.areas)
        return cls(tree, kept, frozenset(a.id for one in areas for a in tree.path(one) if a.id))

    def choices(self) -> list[tuple[int, str]]:
        return [
            (area.id, f"{INDENT * depth}{area.name}")
            for depth, area in self.tree
            if area.id is not None and self.keeps(area.id)
        ]

    def keeps(self, area_id: int | None) -> bool:
        return self.kept is None or area_id in self.kept

    def concerns(self, area_id: int | None) -> bool:
        """Whether what is said of the area, or of everybody, holds for some of theirs."""
        return area_id is None or self.keeps(area_id) or area_id in self.around

    def name(self, area_id: int) -> str:
        area = self.tree.areas.get(area_id)
        return self.tree.placed(area) if area else Area.objects.get(pk=area_id).code


@desk(by_area=True)
def reporting(request: SignedIn, day: Day, access: Access) -> Page:
    as_of = AsOf(day.on, day.known_at, access.kept)
    # Today the hour counts; a day that has passed is seen as it ended.
    at = clock.as_if_today(timezone.now()) if day.is_today else None
    asked = calendars(as_of)
    in_rollout = [facility for facility in as_of.on(day.on) if facility.in_rollout]
    weeks = {facility.id: found for facility in in_rollout if (found := asked.of(facility.id))}
    distinct = list({id(one): one for one in weeks.values()}.values())
    ended = {week.due_on for one in distinct for week in one.ended(day.on, at)[-WEEKS_SHOWN:]}
    coming = {week.due_on for one in distinct for week in one.coming(day.on, at)}
    whole = Whole.of(day, access)
    sent = {request.POST.get("do"): request.POST} if request.method == "POST" else {}
    areas = whole.choices()
    forms: dict[str, ExceptionForm | CalendarForm] = {
        "exception": ExceptionForm(
            sent.get("exception"),
            weeks=[*sorted(coming), *sorted(ended - coming, reverse=True)],
            facilities=in_rollout,
            areas=areas,
            is_of_an_area=access.is_of_an_area,
            auto_id="exception-%s",
        ),
        "calendar": CalendarForm(
            sent.get("calendar"),
            today=day.today,
            areas=areas,
            is_of_an_area=access.is_of_an_area,
            auto_id="calendar-%s",
        ),
    }
    status = 200
    if sent:
        if _written(request, access, whole, forms):
            return HttpResponseRedirect(reverse("rollout:reporting"))
        status = 400
    # The weeks are listed of the area; whom an exception is for may be anybody.
    inside = lying_in(as_of, day.area.code) if day.area else {f.id for f in in_rollout}
    listed = [facility for facility in in_rollout if facility.id in inside]
    tables = _tables(as_of, weeks, listed, at)
    names = {facility.id: facility.name for facility in in_rollout}
    since = min((table.shown[0] for table in tables), default=day.on)
    context = {
        "registers": kept_registers(access).values(),
        "place": "reporting",
        "tables": tables,
        "is_asked": bool(distinct),
        "unasked": sum(facility.id not in weeks for facility in listed) if distinct else 0,
        "marks": MARKS.values(),
        "forms": forms,
        "change_set": uuid.uuid4(),
        "calendars": [
            (row, whole.name(row.area_id) if row.area_id else "", whole.keeps(row.area_id))
            for row in ReportingCalendar.objects.known(day.known_at).order_by("-effective_from")
            if whole.concerns(row.area_id)
        ],
        "exceptions": [
            (
                row,
                whole.name(row.area_id) if row.area_id else names.get(row.facility_id or 0, ""),
                row.facility_id is not None or whole.keeps(row.area_id),
            )
            for row in ReportingException.objects.known(day.known_at)
            .filter(due_on__gte=since)
            .order_by("due_on", "pk")
            if (
                access.keeps_of(row.facility_id) if row.facility_id else whole.concerns(row.area_id)
            )
        ],
    }
    return "desk/reporting.html", context, status


def _tables(
    as_of: AsOf,
    weeks: Mapping[int, Calendar],
    facilities: Iterable[FacilityOnDay],
    at: datetime | None,
) -> list[Table]:
    """One for each weekday and hour by which some report, as the week has it."""
    by_rule: dict[tuple[int, int], list[FacilityOnDay]] = {}
    for facility in facilities:
        if facility.id in weeks and (rule := weeks[facility.id].rows[-1][1]):
            by_rule.setdefault(rule, []).append(facility)
    if not by_rule:
        return []
    heard = freshness(as_of, at)
    shown = {
        pk: [*one.ended(as_of.until, at)[-WEEKS_SHOWN:], one.running(as_of.until, at)]
        for pk, one in weeks.items()
    }
    given = reports(as_of, min(of_one[0].due_on for of_one in shown.values()))
    tables = []
    for (weekday, hour), members in sorted(by_rule.items()):
        # Whoever has moved here had other weeks until then.
        days = sorted({week.due_on for one in members for week in shown[one.id]})
        days = days[-WEEKS_SHOWN - 1 :]
        lines = [
            Line(
                one,
                heard[one.id],
                _marks(as_of, weeks[one.id], one.id, shown[one.id], days, given, at),
            )
            for one in members
        ]
        tables.append(
            Table(
                str(ReportingCalendar.Weekday(weekday).label), hour, days, sorted(lines, key=_worst)
            )
        )
    return tables


def _worst(line: Line) -> tuple[int, date, str]:
    """The longest silent first."""
    heard_on = line.freshness.heard_on or date.min
    return WORST_FIRST.index(line.freshness.word), heard_on, line.facility.code


def _marks(
    as_of: AsOf,
    weeks: Calendar,
    facility_id: int,
    shown: Iterable[Week],
    days: Iterable[date],
    given: Mapping[tuple[int, date], Given],
    at: datetime | None,
) -> list[Mark]:
    ended = {week.due_on for week in weeks.ended(as_of.until, at)}
    by_day = {week.due_on: week for week in shown}
    marks = []
    for day in days:
        week, report = by_day.get(day), given.get((facility_id, day))
        if week and report:
            code = "late" if report.is_late(week) else "on_time"
            on = clock.day_of(report.recorded_at)
            marks.append(Mark(code, day, on, report.nothing_changed))
        elif week is None or not is_asked(as_of, weeks, facility_id, week):
            marks.append(Mark("excepted", day))
        else:
            marks.append(Mark("missing" if day in ended else "awaited", day))
    return marks


def _written(
    request: SignedIn,
    access: Access,
    whole: Whole,
    forms: Mapping[str, ExceptionForm | CalendarForm],
) -> bool:
    """Store what was sent. False when a form has to be shown again, with what is wrong in it."""
    kind = request.POST.get("do", "")
    form = forms.get(kind) or WithdrawForm(request.POST)
    try:
        if form.is_valid():
            _write(request, access, whole, kind, form)
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
    whole: Whole,
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
        _refuse_elsewhere(access, whole, form.made)
        record(form.made, by=request.user)
        messages.success(request, _("Saved."))
        return
    if kind not in WITHDRAWN:
        raise Http404
    row = get_object_or_404(WITHDRAWN[kind], pk=form.cleaned_data["row"])
    _refuse_elsewhere(access, whole, row)
    withdraw(fact=row, because=because, by=request.user)
    messages.success(request, _("The entry has been withdrawn. It stays readable."))


def _refuse_elsewhere(access: Access, whole: Whole, row: Record) -> None:
    """What is said of everybody is the province's; what is said of an area, that of its staff. Raises."""
    facility = row.facility_id if isinstance(row, ReportingException) else None
    if facility is not None:
        if not access.keeps_of(facility):
            raise ValidationError({"facility": elsewhere()})
    elif not whole.keeps(row.area_id if isinstance(row, SAID) else None):
        raise PermissionDenied(of_the_province())
