"""What is due and what is late, to read: deadlines and alerts."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import get_language, pgettext_lazy

from facilities.permissions import Access
from facilities.working_days import WorkingDays, working_days
from rollout.day import Day
from rollout.figures.awaited import late_facilities
from rollout.figures.cached import cached_progress, mark_of
from rollout.models import Alert
from rollout.notices import alerts
from rollout.pages.kept import KeptRows, Whole
from rollout.pages.listing import names_of, paged
from rollout.pages.page import Page, SignedIn, of_the_province, page
from rollout.pages.todo.reading import with_a_day
from rollout.programme.late import days_late, thing_of, trouble
from rollout.registers.todo import TodoItem

DUE = {
    "": pgettext_lazy("deadlines", "late and coming"),
    "late": pgettext_lazy("deadlines", "overdue"),
    "coming": pgettext_lazy("deadlines", "coming"),
    "facilities": pgettext_lazy("deadlines", "facilities behind schedule"),
    "law": pgettext_lazy("deadlines", "legal deadlines"),
}


@page(lambda access: access.opens_programme, section="deadlines", by_area=True)
def deadline_list(request: SignedIn, day: Day, access: Access) -> Page:
    """Everything late, and everything due within the next quarter.

    Or each late facility once, with what it is behind with longest; or what the law asks, by any day.
    """
    show = request.GET.get("show", "")
    show = show if show in DUE else ""
    if show == "law" and not access.sees_programme:
        raise PermissionDenied(of_the_province())
    context: dict[str, Any] = {"show": show, "choices": DUE}
    if show in ("facilities", "law"):
        progress = cached_progress(
            day.on, known_at=day.known_at, map_on=day.map_on, area=day.area_code
        )
        pks = {f.id for f in day.of_places(access.programme).on(day.map_on or day.on)}
        late = late_facilities([one for one in progress.facilities if one.facility.id in pks])
        return "notices/deadline_list.html", context | {
            "late": paged(request, late) if show == "facilities" else None,
            "longest": max((one.days_late for one in late), default=0),
            "assumed": sum(one.late_assumed for one in late),
            "law": progress.deadlines if show == "law" else None,
        }
    found: KeptRows[TodoItem] = KeptRows(
        "deadlines",
        day,
        mark_of(access.programme),
        show,
        get_language(),  # what is due on one day stands in the order of its words
        compute=lambda: Whole(_late_and_coming(day, access, show), {}),
    )
    rows = paged(request, found)
    facilities = names_of(day, (line.facility_id for line in rows))
    lines = [
        {
            "line": line,
            "facility": facilities.get(line.facility_id) if line.facility_id else None,
        }
        for line in rows
    ]
    return "notices/deadline_list.html", context | {"rows": rows, "lines": lines}


def _late_and_coming(day: Day, access: Access, show: str) -> list[TodoItem]:
    """The lines of what is to be done that have a day, by day."""
    found = sorted(with_a_day(day, access), key=lambda line: (line.due_on, str(line.what)))
    return [line for line in found if not show or bool(line.days_late) == (show == "late")]


@page(lambda access: access.opens_programme, section="alerts", by_area=True)
def alert_list(request: SignedIn, day: Day, access: Access) -> Page:
    """Alerts that stood on the day, raised by then and not yet cleared: one row for each thing, the worst."""
    standing = alerts.standing(day.on, day.known_at)
    if access.programme is not None or day.area:
        standing = day.of_places(access.programme).only(standing)
    things = by_thing(standing, day.on, working_days(day.known_at))
    found = paged(request, things)
    alert_of = Alert.objects.in_bulk([pk for pk, _more in found])
    facilities = names_of(day, (alert.facility_id for alert in alert_of.values()))
    rows = [
        {
            "alert": alert_of[pk],
            "more": more,
            "facility": facilities.get(alert_of[pk].facility_id or 0),
        }
        for pk, more in found
        if pk in alert_of
    ]
    return "notices/alert_list.html", {"page": found, "rows": rows}


def by_thing(standing: QuerySet[Alert], on: date, working: WorkingDays) -> list[tuple[int, int]]:
    """Of each thing that alerts are about, the worst of them and how many more there are: one query."""
    rows = standing.order_by().values_list("pk", "rule", "subject", "due_on")
    order: dict[int, tuple] = {}
    things: dict[str, list[int]] = defaultdict(list)
    for pk, rule, subject, due_on in rows:
        order[pk] = (*trouble(days_late(rule, due_on, on, working), due_on), pk)
        things[thing_of(subject)].append(pk)
    worst = [(min(some, key=order.__getitem__), len(some) - 1) for some in things.values()]
    return sorted(worst, key=lambda one: order[one[0]])
