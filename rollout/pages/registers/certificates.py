"""The certificates of one facility: the rows behind its signature figures."""

from collections import Counter

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404

from facilities.models import FacilityName, LogEntry
from facilities.permissions import Access
from rollout.day import Day
from rollout.pages.listing import ROWS_A_PAGE
from rollout.pages.page import Page, SignedIn, page
from signatures.certificates import CertificateOnDay, certificates
from signatures.changes import COUNTED
from signatures.life import STANDING, State
from signatures.models import CertificateEvent
from signatures.names import note


@page(lambda access: access.sees_summary, stored=False)
def certificate_list(request: SignedIn, day: Day, access: Access, code: str) -> Page:
    """`?show=issued` keeps those that count in that figure. Names only for whom they concern."""
    names = FacilityName.objects.in_force(day.map_on or day.on, day.known_at)
    name = names.filter(facility__code=code).last()
    if name is None:
        raise Http404
    if not access.sees_rows_of(name.facility_id):
        raise PermissionDenied
    as_of = day.as_of(frozenset({name.facility_id}))
    found = certificates(as_of)
    show = request.GET.get("show", "")
    show = show if show in COUNTED else ""
    rows = Paginator(
        [row for row in found if row.counts_as(show)] if show else found, ROWS_A_PAGE
    ).get_page(request.GET.get("page"))
    with_names = access.sees_names_in(name.facility_id)
    if with_names:
        note(
            counts=Counter({name.facility_id: sum(bool(row.certificate.holder) for row in rows)}),
            register="certificates",
            by=request.user,
            how=LogEntry.Kind.PAGE,
        )
    context = {
        "name": name.name,
        "code": code,
        "show": show,
        "all": len(found),
        "steps": [
            (kind.value, kind.label, sum(row.counts_as(kind) for row in found)) for kind in COUNTED
        ],
        "states": _states(found),
        "rows": rows,
        "lines": [(row, [(kind.label, row.days.get(kind)) for kind in COUNTED]) for row in rows],
        "with_names": with_names,
        "may_ask": access.records_for(name.facility_id),
        "reports_here": access.reports and name.facility_id in access.own_facility_ids,
        "returned_label": CertificateEvent.Kind.RETURNED.label,
    }
    return "registers/certificate_list.html", context


def _states(found: list[CertificateOnDay]) -> list[tuple[State, int]]:
    """How many are in each state that somebody has to do something about, or that can sign."""
    counted = Counter(row.state for row in found)
    return [(state, counted[state]) for state in reversed(STANDING) if counted[state]]
