"""Evaluation councils, to read and to keep."""

from rollout.councils import meetings
from rollout.views.listing import names, paged
from rollout.views.page import page


@page(lambda access: access.sees_programme, section="councils")
def council_list(request, day, access):
    register = day.register()
    facilities = names(register)
    rows = [
        {"meeting": meeting, "facility": facilities.get(meeting.facility_id)}
        for meeting in meetings(register)
    ]
    # Those to come first, nearest first; then those held, newest first.
    to_come = [row for row in rows if row["meeting"].held_on is None]
    held = [row for row in rows if row["meeting"].held_on]
    to_come.sort(key=lambda row: row["meeting"].scheduled_on)
    held.sort(key=lambda row: row["meeting"].held_on, reverse=True)
    return "rollout/council_list.html", {"to_come": to_come, "held": paged(request, held)}
