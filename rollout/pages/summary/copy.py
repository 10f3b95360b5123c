"""The summary and the latest brief to carry along: what a browser shows where there is no connection.

One page without a person on it: no telephone, nobody signed in, and no link that would lead nowhere.
`static/js/copy.js` keeps it in the browser, `static/js/offline.js` shows it.
"""

import re
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import http_date
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from facilities.permissions import Access
from rollout.day import Day
from rollout.figures.reader import sessions_for
from rollout.models import WorkingSession
from rollout.pages.calls import MARK
from rollout.pages.page import SignedIn, kept, page
from rollout.pages.summary.leader import content_of
from rollout.publishing.brief.document import brief, compared_with
from rollout.publishing.brief.rendering import drawn

KEPT = timedelta(days=3)
"""How long a browser may show its copy. A visit with a connection makes a new one."""

NAMING = frozenset({"opening", "difficulties", "solutions", "conclusion"})
"""Sections that tell who sat and who said what: they may name a person."""

LEADS_ON = re.compile(r'(<a\b[^>]*?)\shref="[^"]*"')


@page(lambda access: access.opens_sessions, by_area=True, stored=False)
def copy(request: SignedIn, day: Day, access: Access) -> HttpResponse:
    """`Expires` tells the browser until when it may show this."""
    sessions = sessions_for(day, access).filter(held_on__lte=day.on)
    session = sessions.order_by("held_on", "pk").last()
    found = kept(
        "summary/_copy.html",
        day,
        access.sees_programme,
        access.sees_all_rows,
        session.pk if session else 0,
        build=lambda: _content(day, access, session),
    )
    now = timezone.now()
    content = LEADS_ON.sub(r"\1", MARK.sub("", found["content"]))
    context = {
        "day": day,
        "content": mark_safe(content),  # noqa: S308 drawn by templates
        "province": found["head"].province,
        "made_at": now,
        "until": now + KEPT,
    }
    response = render(request, "summary/copy.html", context)
    response.headers["Expires"] = http_date((now + KEPT).timestamp())
    return response


def _content(day: Day, access: Access, session: WorkingSession | None) -> dict[str, Any]:
    """The summary without what could be pressed, and the sentences of the session's brief."""
    told = content_of(day, sees_programme=access.sees_programme, in_full=access.sees_all_rows)
    told |= {"directs": False, "convenes": False, "session": session}
    if session is None:
        return told
    compare, known_at = compared_with(session)
    made = brief(session, on=day.on, compare=compare, compare_known_at=known_at, area=day.area_code)
    told["sections"] = drawn(
        tuple(one for one in made.sections if one.code not in NAMING),
        (get_language() or "vi")[:2],
    )
    return told
