"""Calendars and news to subscribe to, by secret address; and the month on screen."""

import calendar as gregorian
from collections import defaultdict
from datetime import date, timedelta
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from facilities import clock
from facilities.models import CalendarDay, Ledger
from facilities.permissions import Access
from facilities.working_days import WorkingDays
from rollout.day import Day
from rollout.figures.cached import mark_of, remembered
from rollout.models import FeedAddress, Notice
from rollout.notices.feeds import events
from rollout.notices.feeds.addresses import access_through, opened_by
from rollout.notices.feeds.events import Event
from rollout.notices.feeds.writing import as_atom, as_icalendar
from rollout.pages.page import Page, SignedIn, page

LATEST = 50  # notices in the news
FIRST = 6  # events shown of a day
MANY, FIRST_OF_MANY = 150, 2  # from so many events in a month on, so many are shown of a day

Kind = FeedAddress.Kind


@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """By the rights of today, of the person or the role. 404 alike for whatever opens nothing."""
    now, today = timezone.now(), clock.today()
    address = opened_by(secret, Kind.CALENDAR, today)
    if address is None:
        return _nothing()
    # The same facts on the same day are the same calendar: most polls end here.
    tag = f'"{address.pk}-{Ledger.current()}-{today.isoformat()}"'
    # Compression on the way makes a tag weak; it is the same calendar all the same.
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if tag in {one.removeprefix("W/") for one in known}:
        return _private(HttpResponse(status=304), tag)
    with translation.override(address.language):
        body = as_icalendar(events(access_through(address, today), today), now)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="emr.ics"'
    return _private(response, tag)


@require_safe
def news_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """What the person was told lately."""
    address = opened_by(secret, Kind.NEWS, clock.today())
    if address is None:
        return _nothing()
    rows = Notice.objects.filter(person=address.person).select_related("alert").order_by("-pk")
    with translation.override(address.language):
        body = as_atom(rows[:LATEST], address.person)
    return _private(HttpResponse(body, content_type="application/atom+xml; charset=utf-8"))


def _private(response: HttpResponse, tag: str = "") -> HttpResponse:
    patch_cache_control(response, private=True, no_cache=True)
    if tag:
        response["ETag"] = tag
    return response


def _nothing() -> HttpResponse:
    response = HttpResponse("404\n", status=404, content_type="text/plain")
    patch_cache_control(response, private=True, no_store=True)
    return response


@page(lambda access: access.sees_summary, section="month", stored=False)
def month(request: SignedIn, day: Day, access: Access) -> Page:
    """A month of the person's events as they stood on the day looked at; what is off is left out."""
    first = _month_asked(request, day.on)
    dates = gregorian.Calendar().monthdatescalendar(first.year, first.month)
    span = (dates[0][0], dates[-1][-1])
    by_day: dict[date, _OfDay] = remembered(
        "month",
        day.on,
        day.known_at,
        *span,
        mark_of(access.readable),
        mark_of(access.agency_ids),
        get_language(),
        compute=lambda: _by_day(access, day, span),
    )
    rows = list(CalendarDay.objects.known(day.known_at).filter(day__range=span))
    working = WorkingDays.of((row.day, row.kind) for row in rows)
    names = {row.day: row.name for row in rows}
    weeks = [
        [
            {
                "day": one,
                "inside": one.month == first.month,
                "kind": "" if working.is_working(one) else "rest",
                "name": names.get(one, ""),
                "today": one == day.on,
                "events": by_day[one].first if one in by_day else [],
                "more": by_day[one].many - len(by_day[one].first) if one in by_day else 0,
            }
            for one in week
        ]
        for week in dates
    ]
    context = {
        "first": first,
        "weeks": weeks,
        "before": (first - timedelta(days=1)).strftime("%Y-%m"),
        "after": (first + timedelta(days=31)).strftime("%Y-%m"),
        "count": sum(of.many for on, of in by_day.items() if on.month == first.month),
    }
    return "notices/month.html", context


class _OfDay(NamedTuple):
    """What is shown of a day: the first events in its order, each with its state; and how many there are."""

    first: list[tuple[Event, str]]
    many: int


def _by_day(access: Access, day: Day, span: tuple[date, date]) -> dict[date, _OfDay]:
    found: dict[date, list[Event]] = defaultdict(list)
    for event in events(access, day.on, span, known_at=day.known_at):
        if not event.off:
            found[event.day].append(event)
    first = FIRST if sum(map(len, found.values())) <= MANY else FIRST_OF_MANY
    return {
        on: _OfDay([(event, event.state(day.on)) for event in some[:first]], len(some))
        for on, some in found.items()
    }


def _month_asked(request: SignedIn, usual: date) -> date:
    year, _dash, number = request.GET.get("month", "").partition("-")
    try:
        asked = date(int(year), int(number), 1)
    except (ValueError, OverflowError):
        return usual.replace(day=1)
    return asked if 2000 < asked.year < 2099 else usual.replace(day=1)
