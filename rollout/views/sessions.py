"""Working sessions, to read and to keep."""

from django.db.models import Count, Q

from rollout.models import WorkingSession
from rollout.views.listing import paged
from rollout.views.page import page


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
    return "rollout/session_list.html", {"rows": paged(request, rows)}
