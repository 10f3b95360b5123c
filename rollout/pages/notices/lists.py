"""What is due and what is late, to read: deadlines and alerts."""

from typing import Any

from django.utils.translation import pgettext_lazy

from facilities.permissions import Access
from rollout.day import Day
from rollout.figures.awaited import late_facilities
from rollout.figures.cached import cached_progress
from rollout.notices import alerts
from rollout.pages.listing import names, paged
from rollout.pages.page import Page, SignedIn, page
from rollout.programme.deadlines import late_and_coming

DUE = {
    "": pgettext_lazy("deadlines", "late and coming"),
    "late": pgettext_lazy("deadlines", "late"),
    "coming": pgettext_lazy("deadlines", "coming"),
    "facilities": pgettext_lazy("deadlines", "facilities late"),
    "law": pgettext_lazy("deadlines", "of the law"),
}


@page(lambda access: access.sees_programme, section="deadlines", by_area=True)
def deadline_list(request: SignedIn, day: Day, access: Access) -> Page:
    """Everything late, and everything due within the next quarter.

    Or each late facility once, with what it is behind with longest; or what the law asks, by any day.
    """
    show = request.GET.get("show", "")
    show = show if show in DUE else ""
    context: dict[str, Any] = {"show": show, "choices": DUE}
    if show in ("facilities", "law"):
        progress = cached_progress(
            day.on, known_at=day.known_at, map_on=day.map_on, area=day.area_code
        )
        late = late_facilities(progress.facilities)
        return "notices/deadline_list.html", context | {
            "late": paged(request, late) if show == "facilities" else None,
            "longest": max((one.days_late for one in late), default=0),
            "assumed": sum(one.late_assumed for one in late),
            "law": progress.deadlines if show == "law" else None,
        }
    as_of = day.as_of()
    facilities = names(as_of)
    rows = [
        {
            "deadline": deadline,
            "facility": facilities.get(deadline.facility_id) if deadline.facility_id else None,
            "days_late": deadline.days_late(day.on),
        }
        for deadline in sorted(late_and_coming(as_of), key=lambda one: (one.due_on, str(one.what)))
    ]
    if show:
        rows = [row for row in rows if bool(row["days_late"]) == (show == "late")]
    return "notices/deadline_list.html", context | {"rows": paged(request, rows)}


@page(lambda access: access.sees_programme, section="alerts", by_area=True)
def alert_list(request: SignedIn, day: Day, access: Access) -> Page:
    """Alerts that stood on the day: raised by then and not yet cleared."""
    as_of = day.as_of()
    found = paged(request, as_of.only(alerts.standing(day.on, day.known_at)))
    facilities = names(as_of)
    rows = [
        {
            "alert": alert,
            "facility": facilities.get(alert.facility_id) if alert.facility_id else None,
        }
        for alert in found
    ]
    return "notices/alert_list.html", {"page": found, "rows": rows}
