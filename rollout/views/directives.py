"""Directives, to read and to answer."""

from django.core.exceptions import PermissionDenied
from django.http import Http404

from rollout.directives import directives
from rollout.views.listing import paged
from rollout.views.page import page


@page(lambda access: access.sees_directives, section="directives")
def directive_list(request, day, access):
    rows = [
        {"directive": directive, "days_late": directive.days_late(day.on)}
        for directive in directives(day.on, day.known_at)
        if access.sees_directive_of(directive.agency_ids)
    ]
    return "rollout/directive_list.html", {"rows": paged(request, rows)}


@page(lambda access: access.sees_directives, section="directives")
def directive(request, day, access, code):
    found = next((d for d in directives(day.on, day.known_at) if d.code == code), None)
    if found is None:
        raise Http404
    if not access.sees_directive_of(found.agency_ids):
        raise PermissionDenied
    return "rollout/directive.html", {"directive": found, "days_late": found.days_late(day.on)}
