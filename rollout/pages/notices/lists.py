"""What is due and what is late, to read: deadlines and alerts."""

from django.utils.translation import pgettext_lazy

from facilities.permissions import Access
from rollout.day import Day
from rollout.notices import alerts
from rollout.pages.listing import names, paged
from rollout.pages.page import Page, SignedIn, page
from rollout.programme.deadlines import late_and_coming

DUE = {
    "": pgettext_lazy("deadlines", "late and coming"),
    "late": pgettext_lazy("deadlines", "late"),
    "coming": pgettext_lazy("deadlines", "coming"),
}


@page(lambda access: access.sees_programme, section="deadlines")
def deadline_list(request: SignedIn, day: Day, access: Access) -> Page:
    """Everything late, and everything due within the next quarter."""
    as_of = day.as_of()
    facilities = names(as_of)
    show = request.GET.get("show", "")
    show = show if show in DUE else ""
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
    return "notices/deadline_list.html", {
        "rows": paged(request, rows),
        "show": show,
        "choices": DUE,
    }


@page(lambda access: access.sees_programme, section="alerts")
def alert_list(request: SignedIn, day: Day, access: Access) -> Page:
    """Alerts that stood on the day: raised by then and not yet cleared."""
    found = paged(request, alerts.standing(day.on, day.known_at))
    facilities = names(day.as_of())
    rows = [
        {
            "alert": alert,
            "facility": facilities.get(alert.facility_id) if alert.facility_id else None,
        }
        for alert in found
    ]
    return "notices/alert_list.html", {"page": found, "rows": rows}
