"""The programme's registers, to read: councils, obstacles, directives, sessions, deadlines, alerts."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404
from django.utils.translation import pgettext_lazy

from facilities.register import Register
from rollout.councils import meetings
from rollout.deadlines import deadlines
from rollout.directives import directives
from rollout.models import Alert, WorkingSession
from rollout.views.page import page

ROWS_A_PAGE = 100
AHEAD = timedelta(days=90)


def _names(register: Register) -> dict:
    """Those of today and, for what happened before they closed or merged, those of once."""
    return register.so_far(register.until)


def _paged(request, rows):
    return Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))


@page(lambda access: access.sees_programme, section="councils")
def councils(request, day, access):
    register = day.register()
    facilities = _names(register)
    rows = [
        {"meeting": meeting, "facility": facilities.get(meeting.facility_id)}
        for meeting in meetings(register)
    ]
    # Those to come first, nearest first; then those held, newest first.
    to_come = [row for row in rows if row["meeting"].held_on is None]
    held = [row for row in rows if row["meeting"].held_on]
    to_come.sort(key=lambda row: row["meeting"].scheduled_on)
    held.sort(key=lambda row: row["meeting"].held_on, reverse=True)
    return "rollout/council_list.html", {"to_come": to_come, "held": _paged(request, held)}


@page(lambda access: access.sees_directives, section="directives")
def directive_list(request, day, access):
    rows = [
        {"directive": directive, "days_late": directive.days_late(day.on)}
        for directive in directives(day.on, day.known_at)
        if access.sees_directive_of(directive.agency_ids)
    ]
    return "rollout/directive_list.html", {"rows": _paged(request, rows)}


@page(lambda access: access.sees_directives, section="directives")
def directive(request, day, access, code):
    found = next((d for d in directives(day.on, day.known_at) if d.code == code), None)
    if found is None:
        raise Http404
    if not access.sees_directive_of(found.agency_ids):
        raise PermissionDenied
    return "rollout/directive.html", {"directive": found, "days_late": found.days_late(day.on)}


@page(lambda access: access.sees_programme, section="sessions")
def session_list(request, day, access):
    rows = (
        WorkingSession.objects.known(day.known_at)
        .filter(held_on__lte=day.on)
        .annotate(
            raised=Count("obstacles", filter=Q(obstacles__withdrawn_at=None), distinct=True),
            ordered=Count("directives", filter=Q(directives__withdrawn_at=None), distinct=True),
        )
        .order_by("-held_on")
    )
    return "rollout/session_list.html", {"rows": _paged(request, rows)}


DUE = {
    "": pgettext_lazy("deadlines", "late and coming"),
    "late": pgettext_lazy("deadlines", "late"),
    "coming": pgettext_lazy("deadlines", "coming"),
}


@page(lambda access: access.sees_programme, section="deadlines")
def deadline_list(request, day, access):
    """Everything late, and everything due within the next quarter."""
    register = day.register()
    facilities = _names(register)
    show = request.GET.get("show", "")
    show = show if show in DUE else ""
    rows = [
        {
            "deadline": deadline,
            "facility": facilities.get(deadline.facility_id),
            "days_late": deadline.days_late(day.on),
        }
        for deadline in deadlines(register)
        if deadline.done_on is None and deadline.due_on <= day.on + AHEAD
    ]
    if show:
        rows = [row for row in rows if bool(row["days_late"]) == (show == "late")]
    rows.sort(key=lambda row: (row["deadline"].due_on, str(row["deadline"].what)))
    return "rollout/deadline_list.html", {
        "rows": _paged(request, rows),
        "show": show,
        "choices": DUE,
    }


@page(lambda access: access.sees_programme, section="alerts")
def alert_list(request, day, access):
    """Alerts that stood on the day: raised by then and not yet cleared."""
    alerts = (
        Alert.objects.filter(raised_on__lte=day.on)
        .filter(Q(cleared_on__isnull=True) | Q(cleared_on__gt=day.on))
        .order_by("due_on", "pk")
    )
    found = _paged(request, alerts)
    facilities = _names(day.register())
    rows = [{"alert": alert, "facility": facilities.get(alert.facility_id)} for alert in found]
    return "rollout/alert_list.html", {"page": found, "rows": rows}
