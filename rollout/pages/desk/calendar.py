"""The working calendar, year by year: what delays, notices and periods are counted by."""

import calendar as gregorian
import uuid
from datetime import date

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy

from facilities.calendar_entries import enter_days
from facilities.models import CalendarDay
from facilities.permissions import Access
from facilities.services import withdraw
from facilities.working_days import WorkingDays
from rollout.day import Day
from rollout.pages.actions import Action, Sent
from rollout.pages.desk.page import desk
from rollout.pages.forms.calendar import DaysForm
from rollout.pages.forms.reporting import WithdrawForm
from rollout.pages.page import Page, SignedIn
from rollout.registers.catalogue import REGISTERS


@desk(of_province=True)
def calendar(request: SignedIn, day: Day, access: Access) -> Page:
    year = _year_asked(request, day.on.year)
    sent = Sent(request)
    actions = {
        "enter": Action(
            sent.form("enter", DaysForm),
            lambda given, change_set: enter_days(
                days=given["lines"], source=given["source"], by=request.user
            ),
            gettext_lazy("Enter days"),
        ),
        "withdraw-day": Action(
            sent.form("withdraw-day", WithdrawForm),
            lambda given, change_set: withdraw(
                fact=get_object_or_404(CalendarDay, pk=given["row"]),
                because=given["because"],
                by=request.user,
            ),
            answers_by_message=True,
        ),
    }
    status = 200
    if request.method == "POST":
        here = f"{reverse('rollout:calendar')}?year={year}"
        if done := sent.carry_out(actions, here=here):
            return done
        status = 400
    rows = list(CalendarDay.objects.known(day.known_at).select_related("recorded_by"))
    of_year = [row for row in rows if row.day.year == year]
    working = WorkingDays.of((row.day, row.kind) for row in rows)
    context = {
        "registers": REGISTERS.values(),
        "place": "calendar",
        "year": year,
        "years": sorted({row.day.year for row in rows} | {year, day.on.year}),
        "is_known": year in working.years,
        "count": working.between(date(year - 1, 12, 31), date(year, 12, 31)),
        "months": _months(year, working, {row.day: row.name for row in of_year}),
        "rows": of_year,
        "action": actions["enter"],
        "change_set": uuid.uuid4(),
    }
    return "desk/calendar.html", context, status


def _year_asked(request: SignedIn, usual: int) -> int:
    asked = request.GET.get("year", "")
    plausible = asked.isascii() and asked.isdigit() and 2000 <= int(asked[:6]) < 2100
    return int(asked) if plausible else usual


def _months(year: int, working: WorkingDays, names: dict[date, str]) -> list[dict]:
    """Twelve months of weeks of days; None where a week begins or ends in another month."""
    return [
        {
            "first": date(year, month, 1),
            "weeks": [
                [_day(day, working, names) if day.month == month else None for day in week]
                for week in gregorian.Calendar().monthdatescalendar(year, month)
            ],
        }
        for month in range(1, 13)
    ]


def _day(day: date, working: WorkingDays, names: dict[date, str]) -> dict:
    if day in working.worked:
        kind = "worked"
    elif day in working.off:
        kind = "off"
    else:
        kind = "" if working.is_working(day) else "rest"
    return {"day": day, "kind": kind, "name": names.get(day, "")}
