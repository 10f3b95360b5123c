"""What is due and what is late, to read: deadlines and alerts."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import get_language, pgettext_lazy

from facilities.permissions import Access
from facilities.timeline import Deadline
from rollout.day import Day
from rollout.figures.awaited import late_facilities
from rollout.figures.cached import cached_progress, mark_of
from rollout.notices import alerts
from rollout.pages.kept import KeptRows, Whole
from rollout.pages.listing import names_of, paged
from rollout.pages.page import Page, SignedIn, of_the_province, page
from rollout.programme.deadlines import late_and_coming

DUE = {
    "": pgettext_lazy("deadlines", "late and coming"),
    "late": pgettext_lazy("deadlines", "late"),
    "coming": pgettext_lazy("deadlines", "coming"),
    "facilities": pgettext_lazy("deadlines", "facilities late"),
    "law": pgettext_lazy("deadlines", "of the law"),
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
    found: KeptRows[tuple[Deadline, int]] = KeptRows(
        "deadlines",
        day,
        mark_of(access.programme),
        show,
        get_language(),  # what is due on one day stands in the order of its words
        compute=lambda: Whole(_late_and_coming(day, access, show), {}),
    )
    rows = paged(request, found)
    facilities = names_of(day, (deadline.facility_id for deadline, _days in rows))
    lines = [
        {
            "deadline": deadline,
            "facility": facilities.get(deadline.facility_id) if deadline.facility_id else None,
            "days_late": days_late,
        }
        for deadline, days_late in rows
    ]
    return "notices/deadline_list.html", context | {"rows": rows, "lines": lines}


def _late_and_coming(day: Day, access: Access, show: str) -> list[tuple[Deadline, int]]:
    """Each with its working days late."""
    found = late_and_coming(day.of_places(access.programme))
    found.sort(key=lambda one: (one.due_on, str(one.what)))
    rows = [(one, one.days_late(day.on)) for one in found]
    return [row for row in rows if not show or bool(row[1]) == (show == "late")]


@page(lambda access: access.opens_programme, section="alerts", by_area=True)
def alert_list(request: SignedIn, day: Day, access: Access) -> Page:
    """Alerts that stood on the day: raised by then and not yet cleared."""
    standing = alerts.standing(day.on, day.known_at)
    if access.programme is not None or day.area:
        standing = day.of_places(access.programme).only(standing)
    found = paged(request, standing)
    facilities = names_of(day, (alert.facility_id for alert in found))
    rows = [
        {
            "alert": alert,
            "facility": facilities.get(alert.facility_id) if alert.facility_id else None,
        }
        for alert in found
    ]
    return "notices/alert_list.html", {"page": found, "rows": rows}
